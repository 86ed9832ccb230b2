"""Everything that one JSON value holds: the pieces of each envelope that fits, and evidence in the members beside them.

Names of members are short and common, so two envelopes may fit one object, and evidence may lie beside either.
A piece that two of them have is one, with what both attach to it; where they attach different things of one
kind, the error names both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from evidence.carriers.descriptor import InJson, Pieces
from evidence.carriers.search import Search
from evidence.containers.json import Path
from evidence.errors import CarrierError, EvidenceError
from evidence.input import Input, Refusal
from evidence.wire import json

Piece = Input | Refusal | EvidenceError


def unwrap(source: Input, value: Any, readers: Sequence[InJson], search: Search) -> list[Piece] | None:
    """The pieces of every envelope that fits, then what is evidence in other members; None where none fits.

    An object beside an envelope that only repeats its pieces is none: services list all of their nodes, the
    one that answers among them.
    """
    pieces, taken = _fitting(source, value, readers)
    if not taken:
        return None
    known = {piece.data for piece in pieces if isinstance(piece, Input)}
    beside = _beside(source, value, search, taken)
    return pieces + [piece for piece in beside if not _repeats(piece, known, readers, search)]


def first(source: Input, value: Any, readers: Iterable[InJson]) -> Pieces:
    """The pieces of the first envelope that fits. Raises what it raises."""
    return next(
        (pieces for reader in readers if (pieces := reader.take_off(source, value)) is not None), None
    )


def _fitting(source: Input, value: Any, readers: Iterable[InJson]) -> tuple[list[Piece], frozenset[Path]]:
    """The pieces of all envelopes that fit, and the paths that these answer for."""
    pieces: list[Piece] = []
    places: dict[bytes, int] = {}
    taken: set[Path] = set()
    for reader in readers:
        try:
            taken_off = reader.take_off(source, value)
            more = None if taken_off is None else [*taken_off]
        except EvidenceError as error:
            more = [error]
        if more is None:
            continue
        taken.update(tuple(path.split("/")) for path in reader.members)
        pieces += _merged(pieces, places, more)
        places |= {
            piece.data: place for place, piece in enumerate(pieces) if isinstance(piece, Input)
        }  # only now: what one envelope lists twice are two pieces
    return pieces, frozenset(taken)


def _merged(pieces: list[Piece], places: dict[bytes, int], more: list[Piece]) -> list[Piece]:
    """Those of `more` that are new; what is among `pieces` already is joined with it there."""
    new = []
    for piece in more:
        place = places.get(piece.data) if isinstance(piece, Input) else None
        if place is None:
            new.append(piece)
        elif isinstance(piece, Input) and isinstance(one := pieces[place], Input):
            pieces[place] = _joined(one, piece)
    return new


def _joined(one: Input, other: Input) -> Piece:
    """One piece with what two envelopes attach to it and expect of it."""
    for kind, content in other.attachments.items():
        if one.attachments.get(kind, content) != content:
            names = " and ".join(piece.carriers[-1].name for piece in (one, other))
            return CarrierError(carrier=names, path=kind, reason="both fit, and what they attach differs")
    return replace(
        one,
        attachments={**other.attachments, **one.attachments},
        expects=tuple(dict.fromkeys((*one.expects, *other.expects))),
    )


def _beside(source: Input, value: Any, search: Search, taken: frozenset[Path]) -> list[Piece]:
    try:
        return [*search.members(source, value, taken)]
    except EvidenceError as error:
        return [error]


def _repeats(piece: Piece, known: set[bytes], readers: Sequence[InJson], search: Search) -> bool:
    """Whether a piece, or everything in the envelopes that it is, is among those that are known."""
    if not isinstance(piece, Input) or piece.data in known:
        return isinstance(piece, Input)
    try:
        value = json.loads(piece.data) if piece.data[:1] == b"{" else None
    except EvidenceError:
        return False
    inside, taken = _fitting(piece, value, readers)
    inside += _beside(piece, value, search, taken) if taken else []
    return bool(inside) and all(isinstance(inner, Input) and inner.data in known for inner in inside)
