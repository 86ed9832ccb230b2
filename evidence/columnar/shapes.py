"""The fixed layouts of a type as columns see them: where its structures lie, and which bytes are carried into claims.

All of it follows from the two tables of the type: the layout has the places, the mapping says what a field becomes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Dictionary
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from evidence.columnar.keys import Carried, Keys, Look, Matrix
from evidence.mapping import Identifies, Mapping, Octets, Register, Row, Signs, Supplied
from evidence.wire.layout import Layout, Place

CARRIES: Final = (Register, Supplied, Identifies, Signs, Octets)
"""Makers that put the bytes of a field into an entry, and look at them only for zeros and for ones."""
LEAST: Final = 16
"""Bytes of a field that is worth carrying: shorter ones have few values in a fleet."""
Choose = Callable[[Matrix, npt.NDArray[np.int64]], Any]


class ShapeStructure(NamedTuple):
    """One structure of a shape: where it begins, its layout, and the mappings that speak of it."""

    start: int
    layout: type[Layout]
    mappings: tuple[Mapping, ...] = ()


class FixedShape(NamedTuple):
    """One fixed layout of a type: `size` bytes from the start, and what may be said of inputs that have it.

    `chosen` tells the inputs of this shape from their first `size` bytes and their sizes. What follows after `size` is `open`:
    no column depends on it but through the sizes. `without` are claims that have no columns.
    """

    type: str
    name: str
    size: int
    keys: Keys
    chosen: Choose
    open: bool = False
    without: tuple[str, ...] = ()


def keys(
    size: int,
    structures: Iterable[ShapeStructure],
    *,
    carried: Dictionary[str, tuple[int, ...]],
    further: Iterable[Carried] = (),
    looks: Iterable[Look] = (),
) -> Keys:
    """How inputs of these structures are told apart.

    `carried` are fields whose makers are functions that put their bytes into an entry, and that look at the parts between
    these splits only for zeros and ones; `further` are bytes that no mapping speaks of.
    """
    structures = tuple(structures)
    return Keys(
        size,
        [*further, *(one for part in structures for one in _carried(part, carried))],
        looks,
    )


def _carried(part: ShapeStructure, functions: Dictionary[str, tuple[int, ...]]) -> Iterator[Carried]:
    rows: dict[str, list[tuple[Mapping, Row]]] = {}
    for mapping in part.mappings:
        for table in mapping.parts:
            if table.table is part.layout:
                for row in table.rows:
                    for field in row.fields:
                        rows.setdefault(field, []).append((mapping, row))
    for field, place in part.layout.PLACES.items():
        if _is_carried(field, place, [row for _, row in rows.get(field, [])], functions):
            paths = tuple(path for mapping, row in rows.get(field, []) for path in _paths(mapping, row))
            yield Carried(part.start + place.offset, place.size, paths, functions.get(field, ()))


def _is_carried(
    field: str, place: Place, rows: list[Row], functions: Dictionary[str, tuple[int, ...]]
) -> bool:
    if place.reserved or place.kind != "s" or place.size < LEAST or place.since:
        return False
    makers = [row.make for row in rows if row.make]
    return field in functions or (bool(makers) and all(isinstance(make, CARRIES) for make in makers))


def _paths(mapping: Mapping, row: Row) -> Iterator[str]:
    """The entries that a row makes, and those of the document that it decides."""
    if row.make:
        yield f"{mapping.here}/{row.member}/{row.entry_name}"
    yield from (path for path in row.also if path.startswith("/"))


def number(matrix: Matrix, start: int, size: int) -> npt.NDArray[Any]:
    """The integers (little-endian) of `size` bytes at `start`."""
    return np.ascontiguousarray(matrix[:, start : start + size]).view(f"<u{size}").reshape(len(matrix))
