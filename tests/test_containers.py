"""Evidence in every container, and in every container inside of every other one."""

from __future__ import annotations

import random
from itertools import product
from typing import Any, Final

import msgspec
import pytest

from evidence import Evidence, parse, parse_all
from evidence.encode.json import to_json
from tests.builtin import BY_NAME
from tests.generate.wrapping import WRAPPINGS, Wrapping

REPORT: Final = BY_NAME["amd-sev-snp/v3-milan"].loaded.data
QUOTE: Final = BY_NAME["intel-tdx/v4-chain"].loaded.data
OF_THE_WAY: Final = ("carriers", "bytes", "identified_by")


def document(evidence: Evidence) -> Any:
    """The claims without what the way to them decides."""
    plain = msgspec.json.decode(to_json(evidence.claims))
    for member in OF_THE_WAY:
        plain["evidence"].pop(member, None)
    return plain


BARE: Final = document(parse(REPORT))


def holds(data: bytes, at: str, content: bytes = REPORT) -> None:
    """The one piece is at its path, and says what it says bare."""
    pieces = parse_all(data)
    assert [piece.at for piece in pieces] == [at]
    (piece,) = pieces
    assert isinstance(piece, Evidence), piece
    assert piece.data == content[: len(piece.data)]
    if content is REPORT:
        assert document(piece) == BARE


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=lambda wrapping: wrapping.name)
def test_evidence_in_a_container(wrapping: Wrapping) -> None:
    holds(wrapping.put(REPORT), wrapping.at)
    holds(wrapping.put(QUOTE), wrapping.at, QUOTE)


@pytest.mark.parametrize(
    ("outer", "inner"), [*product(WRAPPINGS, repeat=2)], ids=lambda wrapping: wrapping.name
)
def test_every_container_in_every_other_one(outer: Wrapping, inner: Wrapping) -> None:
    holds(outer.put(inner.put(REPORT)), f"{outer.at}/{inner.at}")


SEED: Final = random.Random("triples")  # noqa: S311 (nothing secret)
TRIPLES: Final = [SEED.choices(WRAPPINGS, k=3) for _ in range(200)]


@pytest.mark.parametrize("way", TRIPLES, ids=["-".join(wrapping.name for wrapping in way) for way in TRIPLES])
def test_three_containers(way: list[Wrapping]) -> None:
    data = REPORT
    for wrapping in reversed(way):
        data = wrapping.put(data)
    holds(data, "/".join(wrapping.at for wrapping in way))
