"""The CoVE samples of the corpus."""

from __future__ import annotations

from pathlib import Path

from tests.oracles.common import Reader, Sample, manifest, write

READERS = [Reader("cbor-diag", "cbor-diag", "cbor_diag_cose.py")]
REFUSED = {
    "shadowfax-dice-input.bin": "not-evidence",
    "neg-missing-tvm.cbor": "missing-field",
    "neg-short-challenge.cbor": "constraint-violation",
    "neg-9-initial.cbor": "constraint-violation",
    "neg-state-5.cbor": "constraint-violation",
    "neg-truncated.cbor": "truncated",
    "neg-trailing.cbor": "trailing-bytes",
    "neg-dup-submod.cbor": "bad-encoding",
    "neg-deep-nest.cbor": "limit-exceeded",
    "neg-huge-len.cbor": "truncated",
    "neg-indefinite-dup.cbor": "unknown-format",
}
KEYS = ("cove/shadowfax-uds-pub.bin", "cove/spec-rot-pub.bin", "cove/spec-labels.json")


def main(corpus: Path) -> None:
    """Write the entries; keys and labels are no samples."""
    entries = []
    for row in manifest(corpus / "eat"):
        file = Path(row["file"])
        if file.parts[0] == "cove" and row["file"] not in KEYS:
            code = REFUSED.get(file.name)
            name = file.name.replace(".", "-")
            entries.append(Sample(name, corpus / "eat" / file, row, extra={"code": code} if code else {}))
    write("riscv-cove", entries, READERS)
