"""What a run comes to: how many inputs, pieces of each type and version, and errors by their codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Complaint(NamedTuple):
    """What is wrong with one input, for people."""

    path: str
    row: int | None
    at: str
    code: str
    text: str


class Tally:
    """Counts that can be added up."""

    def __init__(self) -> None:
        self.inputs = 0
        self.pieces: Counter[tuple[str, str]] = Counter()
        self.errors: Counter[str] = Counter()

    def add(self, other: Tally) -> None:
        """Count in what another has counted."""
        self.inputs += other.inputs
        self.pieces += other.pieces
        self.errors += other.errors

    def as_dict(self) -> Mapping[str, Any]:
        """The counts as JSON has them."""
        return {
            "inputs": self.inputs,
            "pieces": [
                {"type": type, "version": version, "count": count}
                for (type, version), count in sorted(self.pieces.items())
            ],
            "errors": dict(sorted(self.errors.items())),
        }

    def lines(self) -> Iterator[str]:
        """The counts for people, a line each."""
        pieces, errors = self.pieces.total(), self.errors.total()
        yield f"{self.inputs} inputs: {pieces} pieces of evidence, {errors} errors"
        for (type, version), count in sorted(self.pieces.items()):
            yield f"  {count:>9}  {type} {version}"
        for code, count in self.errors.most_common():
            yield f"  {count:>9}  error {code}"


class ChunkOutcome(NamedTuple):
    """What became of a chunk: its lines where it gives lines, its counts, and the first complaints."""

    tally: Tally
    complaints: tuple[Complaint, ...] = ()
    data: bytes = b""


COMPLAINTS = 20
"""Complaints that a chunk keeps; the outputs have all of them."""
