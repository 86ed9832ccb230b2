"""Every row of the lists of token samples is declared: as evidence, or as what must be refused."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from evidence import fixtures
from evidence.registry import Registry
from tests.conftest import CORPUS
from tests.oracles import arm_cca, eat, riscv_cove
from tests.oracles.common import manifest

AIDS = {
    "cca": arm_cca.AIDS,
    "eat": (*(aid for aid in eat.AIDS if aid != "cove/*"), *riscv_cove.KEYS),
}
"""Keys, and values that samples must have: what is no sample."""
DECLARED = {
    entry.parts["evidence"].hex(): (kind.name, entry)
    for kind in Registry.builtin()
    for _, entry in (fixtures.real(kind.fixtures) if kind.fixtures else ())
}


def rows() -> Iterator[Any]:
    """The samples of the lists; none where there is no corpus."""
    for name, aids in AIDS.items():
        for row in manifest(CORPUS / name) if CORPUS else ():
            if not any(fnmatchcase(row["file"], aid) for aid in aids):
                yield pytest.param(row, id=f"{name}/{row['file']}")


@pytest.mark.parametrize("row", [*rows()])
def test_a_sample_has_an_entry(row: dict[str, str]) -> None:
    assert row["sha256"] in DECLARED, "no real/ entry: see tests/oracles"
    kind, entry = DECLARED[row["sha256"]]
    if row["format"].startswith(("cca-", "psa-")):
        assert kind == f"arm-{row['format'][:3]}"
    negative = any("NEG" in row[column].upper() for column in ("what", "file"))
    if negative and entry.code is None:
        assert entry.facts, (
            "evidence that the list calls bad is read: an entry says by which claims it is told"
        )


def test_the_lists_are_there_with_the_corpus() -> None:
    assert bool(list(rows())) == bool(CORPUS)
