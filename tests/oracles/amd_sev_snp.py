"""The SNP reports of the corpus: bare, inside of something else, and with certificates and manifests beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.oracles import wrapped
from tests.oracles.common import Reader, Sample, manifest, write

READERS: Final = [
    Reader("omne-attest", "omne-attest", "omne_attest_snp.py"),
    Reader("dk-tee-attestation", "dk-tee-attestation", "dk_tee_attestation_snp.py"),
    Reader("asn1crypto", "asn1crypto", "asn1crypto_vek.py", "certificates"),
]

MILAN, GENOA, TURIN = (
    "raw/report-v3-e75e8d4efa81.bin",
    "raw/report-v3-4ae0e73ab3a0.bin",
    "raw/report-v5-85da705e19cd.bin",
)
E2E: Final = "raw/report-v3-18e907bf99a9.bin"
MATCH, OTHER = "matches", "differs"
BESIDE: Final = (
    # report, certificates, whether REPORTED_TCB and CHIP_ID are the certificate's (None: there is no leaf)
    ("veraison-outblob.bin", "veraison-auxblob.bin", (MATCH, MATCH)),
    ("virtee-report_milan.hex", "virtee-vcek_milan.der", (MATCH, MATCH)),
    ("gosev-attestation.bin", "gosev-vcek.der", (MATCH, MATCH)),
    ("tav-milan_attestation_report.bin", "tav-milan_vcek.pem", (MATCH, MATCH)),
    ("tav-genoa_attestation_report.bin", "tav-genoa_vcek.pem", (MATCH, MATCH)),
    ("tav-turin_attestation_report.bin", "tav-turin_vcek.pem", (MATCH, MATCH)),
    ("trustee-test-report.bin", "trustee-test-vcek.der", (MATCH, MATCH)),
    ("trustee-test-report.bin", "trustee-test-vcek-invalid-legacy.der", (OTHER, OTHER)),
    ("trustee-test-report.bin", "trustee-test-vcek-invalid-new.der", (OTHER, OTHER)),
    ("trustee-test-vlek-report.bin", "trustee-test-vlek.der", (MATCH, "not-computable")),
    ("cmc-validReport.bin", "vek/2246133ef9c3.der", (MATCH, MATCH)),
    ("cmc-invalidReportSignature.bin", "vek/2246133ef9c3.der", (MATCH, MATCH)),
    ("cmc-invalidReportData.bin", "vek/2246133ef9c3.der", (MATCH, MATCH)),
    ("raw/report-v2-2e63568e22c4.bin", "trustee-az-vcek.pem", (MATCH, MATCH)),
    ("raw/report-v3-227a641db25e.bin", "trustee-az-vcek-genoa.pem", (MATCH, MATCH)),
    ("raw/report-v2-fc4e6560765c.bin", "kinvolk-certs.pem", (MATCH, OTHER)),
    (TURIN, "virtee-vcek_turin.der", (OTHER, OTHER)),
    (TURIN, "virtee-cert_chain_turin.pem", None),
    (TURIN, "tav-turin_ask.pem", None),
    (TURIN, "ca-ask_ark_turin_vlek.pem", None),
    (TURIN, "ca-turin_ask_ark_asvk.pem", None),
    (GENOA, "tav-genoa_ask.pem", None),
    (GENOA, "ca-ask_ark_genoa.pem", None),
    (GENOA, "ca-ask_ark_genoa_vlek.pem", None),
    (GENOA, "ca-genoa_ask_ark_asvk.pem", None),
    (MILAN, "tav-milan_ask.pem", None),
    (MILAN, "ca-milan_ask_ark_asvk.pem", None),
)
ALONE: Final = (
    "cmc-invalidReportSignature.bin",
    "synth/report-v6-venice-unsigned.bin",
)


def main(corpus: Path) -> None:
    """Write the entries of every report, of every certificate and of the manifest."""
    folder = corpus / "snp"
    rows = {row["file"]: row for row in manifest(folder)}
    alone = [*_bare(folder, rows), *wrapped.samples(corpus, "amd-sev-snp")]
    write("amd-sev-snp", [*alone, *_beside(folder, rows), *_endorsed(folder, rows)], READERS)


def _bare(folder: Path, rows: dict[str, dict[str, str]]) -> Iterator[Sample]:
    for file, row in rows.items():
        if file.startswith("raw/report-") or file in ALONE:
            yield Sample(Path(file).stem, folder / file, row)
    # a report field by field in JSON: the list of samples has the bytes that it was made from
    row = rows["trustee-e2e-evidence.json"]
    extra = {"at": "attestation_report", "facts": {"/evidence/sha256": rows[E2E]["sha256"]}}
    yield Sample(wrapped.named(row), folder / E2E, row, extra=extra)


def _beside(folder: Path, rows: dict[str, dict[str, str]]) -> Iterator[Sample]:
    for report, certificates, outcome in BESIDE:
        name = f"{Path(report).stem}-with-{Path(certificates).stem}"
        yield _with(name, folder, (rows[report], rows[certificates]), outcome)
    yield Sample(
        "svsm-manifest-2",
        folder / MILAN,
        rows[MILAN],
        {"services-manifest": folder / "synth/svsm-manifest-2.bin"},
        {"facts": {"/consistency/services-manifest-binding/status": "not-computable"}},
    )


def _with(
    name: str, folder: Path, rows: tuple[dict[str, str], dict[str, str]], outcome: tuple[str, str] | None
) -> Sample:
    """A report with certificates, and what ties them together."""
    row, beside = rows
    extra: dict[str, Any] = {
        "what": f"{row['what']}; with {beside['format']}",
        "source": "; ".join(f"{one['source']}, {Path(one['file']).name}" for one in rows),
        "licence": " and ".join(sorted({one["licence"] for one in rows})),
    }
    if outcome is not None:
        tcb, chip = outcome
        extra["facts"] = {
            "/consistency/reported_tcb-certified/status": tcb,
            "/consistency/chip_id-certified/status": chip,
        }
    return Sample(name, folder / row["file"], row, {"certificates": folder / beside["file"]}, extra)


def _endorsed(folder: Path, rows: dict[str, dict[str, str]]) -> Iterator[Sample]:
    """Each report with the leaf that signed it, and each leaf whose report is not here with another's."""
    known = json.loads((folder / "expected.json").read_text())
    left = {file for file in rows if file.startswith("vek/")}
    for name, facts in known.items():
        report, leaf = f"raw/{name}", facts.get("vek")
        if report in rows and leaf in left:
            chip = MATCH if facts["hwid_match"] is True else "not-computable"
            stem = f"{Path(name).stem}-with-{Path(leaf).stem}"
            yield _with(stem, folder, (rows[report], rows[leaf]), (MATCH, chip))
    used = {facts.get("vek") for facts in known.values()} | {"vek/0d057f9b6e29.der", "vek/2246133ef9c3.der"}
    for leaf in sorted(left - used):
        yield _with(f"other-{Path(leaf).stem}", folder, (rows[MILAN], rows[leaf]), None)
