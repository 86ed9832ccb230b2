"""The SGX quotes of the corpus that are not inside of something else."""

from __future__ import annotations

from pathlib import Path

from tests.oracles.common import write
from tests.oracles.intel_tdx import READERS, samples

FORMS = ("sgx-quote-v3", "sgx-quote-v3 (hex text)")


def main(corpus: Path) -> None:
    """Write the entries of every genuine quote."""
    found = samples(corpus / "tdx", FORMS)
    write("intel-sgx", [one for one in found if "prefixed" not in one.row["format"]], READERS)
