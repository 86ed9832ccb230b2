"""The SGX quotes of the corpus, bare and inside of something else."""

from __future__ import annotations

from pathlib import Path

from tests.oracles import wrapped
from tests.oracles.common import write
from tests.oracles.intel_tdx import READERS, compare_fixtures, samples

FORMS = ("sgx-quote-v3",)


def main(corpus: Path) -> None:
    """Write the entries of every genuine quote, and compare our own."""
    write("intel-sgx", [*samples(corpus / "tdx", FORMS), *wrapped.samples(corpus, "intel-sgx")], READERS)
    compare_fixtures("intel-sgx")
