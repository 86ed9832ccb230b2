"""The guest of a report: environment `guest`."""

from __future__ import annotations

from evidence.claims import Environment, Note
from evidence.types.snp.mapping import GUEST, ReportPiece


def guest(piece: ReportPiece, depends_on: tuple[str, ...], notes: list[Note]) -> Environment:
    """What was launched, and what the host and an ID block said about it at launch."""
    return GUEST.environment((piece.report,), piece, notes, depends_on=depends_on)
