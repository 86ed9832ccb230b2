"""Evidence in the shapes in which people have it: a table of inputs, where it lies beside the corpus."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

import evidence
from evidence import Evidence, Failure
from tests.conftest import CORPUS

FOLDER = (CORPUS or Path()) / ".." / "cases" / "find"
TABLE = FOLDER / "CASES.tsv"
ROWS = [line.split("\t") for line in TABLE.read_text().splitlines()[1:]] if CORPUS and TABLE.is_file() else []


def _holds(right: str, pieces: tuple[Evidence | Failure, ...]) -> bool:
    """Whether every piece is what a row says: a type and a digest, a type, several types, or a refusal and a word of it."""
    kind, _, rest = right.partition(":")
    if kind == "refuse":
        code, _, words = rest.partition(":")
        return bool(pieces) and all(
            isinstance(piece, Failure)
            and piece.error.code == code
            and any(word in str(piece.error).lower() for word in words.split("|"))
            for piece in pieces
        )
    kinds = [piece.type.name for piece in pieces if isinstance(piece, Evidence)]
    if len(kinds) != len(pieces) or not kinds:
        return False
    if kind in {"type", "types"}:
        return set(kinds) == set(rest.split(","))
    digests = {sha256(piece.data).hexdigest() for piece in pieces if isinstance(piece, Evidence)}
    return set(kinds) == {kind} and digests == {rest}


if ROWS or CORPUS is None:  # there may be a corpus without the table

    @pytest.mark.parametrize(("name", "right"), [(row[0], row[2]) for row in ROWS])
    def test_every_row(name: str, right: str) -> None:
        pieces = evidence.parse_all((FOLDER / name).read_bytes())
        assert _holds(right, pieces), [
            str(piece.error) if isinstance(piece, Failure) else (piece.type.name, piece.at)
            for piece in pieces
        ]
