"""The bare SNP reports of the corpus."""

from __future__ import annotations

from pathlib import Path

from tests.oracles.common import Reader, Sample, manifest, write

READERS = [
    Reader("omne-attest", "omne-attest", "omne_attest_snp.py"),
    Reader("dk-tee-attestation", "dk-tee-attestation", "dk_tee_attestation_snp.py"),
]


def main(corpus: Path) -> None:
    """Write the entries of every genuine report."""
    folder = corpus / "snp"
    rows = [row for row in manifest(folder) if row["file"].startswith("raw/report-")]
    samples = [Sample(Path(row["file"]).stem, folder / row["file"], row) for row in rows]
    write("amd-sev-snp", samples, READERS)
