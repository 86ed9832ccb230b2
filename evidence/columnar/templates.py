"""What all inputs of one key have in common, learned from one of them by the way of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from evidence.columnar.keys import Carried
from evidence.columnar.leaves import NOTES, Leaf, leaves
from evidence.convert import Evidence, convert_all, make_input, only, parse
from evidence.encode.json import to_json
from evidence.errors import EvidenceError
from evidence.input import Input


class Slice(NamedTuple):
    """Bytes of the input itself: where they begin, and how many there are."""

    start: int
    size: int


class Template(NamedTuple):
    """One row, or what many rows have in common: constant leaves, and those that are bytes of the input."""

    leaves: Mapping[str, Leaf]
    slices: Mapping[str, Slice]
    json: str | None = None
    """The whole document, where not all of it has columns."""
    error: EvidenceError | None = None
    sha256: bytes | None = None
    """Of the evidence proper, where the row is of one input alone."""


def of_input(source: bytes | Input, fits: Mapping[str, object]) -> Template:
    """The row of one input, by itself. `fits` has the constants of all columns, and each column."""
    try:
        piece = only(tuple(convert_all(source if isinstance(source, Input) else make_input(source))))
    except EvidenceError as error:
        return Template({}, {}, error=error)
    template = _template(piece, leaves(piece.claims), fits)
    return template._replace(sha256=bytes(piece.claims.evidence.sha256))


def of_key(
    data: bytes, carried: Iterable[Carried], without: tuple[str, ...], fits: Mapping[str, object]
) -> Template | None:
    """What the inputs of this one's key have in common; None where each must be read by itself.

    That is so where this one is refused: an error says what exactly was wrong. Claims below `without` differ between
    inputs of one key, and have no columns.
    """
    try:
        piece = parse(data)
    except EvidenceError:
        return None
    told = {path: leaf for path, leaf in leaves(piece.claims).items() if not path.startswith(without)}
    notes = [note for note in piece.claims.notes if not note.path.startswith(without)]
    told.pop(NOTES, None)
    if notes:
        told[NOTES] = tuple(notes)
    slices = {}
    for one in carried:
        for path in one.paths:
            for leaf in [leaf for leaf in told if leaf.startswith(f"{path}/")]:
                value = told[leaf]
                if isinstance(value, bytes) and data[one.start : one.start + len(value)] == value:
                    slices[leaf] = Slice(one.start, len(value))
                    del told[leaf]
    template = _template(piece, told, fits)
    if template.json is not None or not slices.keys() <= fits.keys():
        return None  # the document of one input is not that of another
    return template._replace(slices=slices)


def _template(piece: Evidence, told: Mapping[str, Leaf], fits: Mapping[str, object]) -> Template:
    fitting = {path: leaf for path, leaf in told.items() if path in fits and fits[path] in (None, leaf)}
    whole = None if len(fitting) == len(told) else to_json(piece.claims).decode()
    return Template({path: leaf for path, leaf in fitting.items() if fits[path] is None}, {}, whole)
