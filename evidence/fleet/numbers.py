"""Counting: columns are grouped batch by batch; rows whose claims stand as JSON are counted one by one.

Memory does not grow with the rows: whatever a list tells apart is bounded, and what comes later is counted as `others`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import reduce
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from evidence.columnar.leaves import NOTES as PATH_OF_NOTES
from evidence.columnar.leaves import Leaf, leaves
from evidence.columnar.published import ERROR_CODE, JSON
from evidence.encode.json import from_json
from evidence.errors import EvidenceError
from evidence.fleet.chips import chips
from evidence.fleet.document import SCHEMA, Coded, Debug, Fleet, FleetKind, FleetTcb, FleetVersion, Level
from evidence.fleet.table import (
    COMPONENT,
    DEBUG,
    EQUAL,
    FIRMWARE,
    NOTES,
    PRODUCT,
    TYPE,
    VERSION,
    ClaimsTable,
    Columns,
)

MOST: Final = 5_000
"""What a list tells apart."""
LONGEST: Final = 200
"""Characters of a word; a longer one is cut."""
COMPONENTS: Final = 64
"""Components of a TCB that is told apart."""

Group = tuple[str, str, str | None]
"""The path of an entry, and the type and product of the piece."""


class Component(NamedTuple):
    """One component of a TCB, and whether it selects something: then it is the same, or nothing is compared."""

    name: str
    svn: int
    selects: bool


class Bounded(Counter[Any]):
    """A count of things, of which it tells at most `MOST` apart."""

    others = 0

    def count(self, thing: Hashable, number: int = 1) -> None:
        """Count one thing `number` times more."""
        if thing in self or len(self) < MOST:
            self[thing] += number
        else:
            self.others += number


class Counts:
    """All that was counted so far."""

    def __init__(self) -> None:
        self.rows = 0
        self.refused = 0
        self.kinds, self.debug, self.versions = Bounded(), Bounded(), Bounded()
        self.tcbs, self.notes, self.errors = Bounded(), Bounded(), Bounded()

    def piece(self, type: str, version: str, product: str | None, number: int = 1) -> None:
        """Count pieces of evidence."""
        self.kinds.count((_cut(type), _cut(version), product and _cut(product)), number)

    def word(self, type: str, word: str | None, number: int = 1) -> None:
        """Count pieces with one debug word."""
        self.debug.count((_cut(type), word and _cut(word)), number)

    def note(self, code: str, number: int = 1) -> None:
        """Count notes."""
        self.notes.count(_cut(code), number)

    def tcb(self, group: Group, components: Iterable[Component], number: int = 1) -> None:
        """Count pieces with one TCB."""
        parts = tuple(sorted(Component(_cut(part.name), part.svn, part.selects) for part in components))
        if len(parts) > COMPONENTS:
            self.tcbs.others += number
        elif parts:
            self.tcbs.count((_group(*group), parts), number)

    def firmware(self, group: Group, value: str, number: int = 1) -> None:
        """Count pieces that name a version."""
        self.versions.count((_group(*group), _cut(value)), number)

    def refuse(self, code: str, number: int = 1) -> None:
        """Count inputs that are refused."""
        self.refused += number
        self.errors.count(_cut(code), number)


def fleet(table: ClaimsTable, *, identifiers: bool = True) -> Fleet:
    """The numbers of a table of claims. Without `identifiers` no machine is named."""
    counts = Counts()
    for columns in table.main():
        _rows(counts, columns, table.columns)
    tcbs = sorted(_tcbs(counts.tcbs), key=lambda tcb: -tcb.at_newest - tcb.behind)
    lists = {
        "kinds": counts.kinds,
        "debug": counts.debug,
        "tcbs": counts.tcbs,
        "versions": counts.versions,
        "notes": counts.notes,
        "errors": counts.errors,
    }
    return Fleet(
        SCHEMA,
        counts.rows,
        counts.rows - counts.refused,
        counts.refused,
        tuple(FleetKind(count, *kind) for kind, count in _ordered(counts.kinds)),
        tuple(Debug(count, *word) for word, count in _ordered(counts.debug)),
        tuple(tcbs),
        tuple(
            FleetVersion(count, path, type, value, product)
            for ((path, type, product), value), count in _ordered(counts.versions)
        ),
        tuple(Coded(count, code) for code, count in _ordered(counts.notes)),
        tuple(Coded(count, code) for code, count in _ordered(counts.errors)),
        tuple(chips(table, identifiers=identifiers)),
        {name: list.others for name, list in lists.items() if list.others},
    )


def _rows(counts: Counts, columns: Mapping[str, pa.Array], of: Columns) -> None:
    """Count the rows of a batch."""
    counts.rows += len(columns[TYPE])
    for (code,), number in _groups(columns[ERROR_CODE].drop_null()):
        counts.refuse(code, number)
    refused = columns[ERROR_CODE].is_valid()
    for document in columns[JSON].filter(pc.invert(refused)).drop_null():
        _document(counts, document.as_py())
    told = pc.invert(pc.or_(refused, columns[JSON].is_valid()))
    _columns(counts, {name: array.filter(told) for name, array in columns.items()}, of)


def _columns(counts: Counts, columns: Mapping[str, pa.Array], of: Columns) -> None:
    """Count pieces all of whose claims are columns."""
    type, version = columns[TYPE].fill_null(""), columns[VERSION].fill_null("")
    product = pc.coalesce(*(columns[name] for name in of.products), pa.nulls(len(type), pa.string()))
    for (name, told, made), number in _groups(type, version, product):
        counts.piece(name, told, made, number)
    for (name, word), number in _groups(type, columns[DEBUG]):
        counts.word(name, word, number)
    for (code,), number in _groups(pc.struct_field(columns[NOTES].flatten(), "code").fill_null("")):
        counts.note(code, number)
    for path in of.firmware:
        there = columns[path].is_valid()
        for (name, made, value), number in _groups(type, product, columns[path], where=there):
            counts.firmware((path.removesuffix("/value"), name, made), value, number)
    for path, components in of.tcbs.items():
        svns = [columns[column] for column in components.values()]
        there = reduce(pc.or_, [array.is_valid() for array in svns])
        for (name, made, *values), number in _groups(type, product, *svns, where=there):
            parts = zip(components.items(), values, strict=True)
            told_parts = [
                Component(part, svn, column in of.selecting)
                for (part, column), svn in parts
                if svn is not None
            ]
            counts.tcb((path, name, made), told_parts, number)


def _document(counts: Counts, text: str) -> None:
    """Count one row whose claims are a document."""
    try:
        values = leaves(from_json(text.encode()))
    except EvidenceError as error:  # the table is not from this library, or was changed
        counts.refuse(error.code)
        return
    product = next((str(value) for path, value in values.items() if PRODUCT.fullmatch(path)), None)
    type, debug = str(values[TYPE]), values.get(DEBUG)
    counts.piece(type, str(values[VERSION]), product)
    counts.word(type, None if debug is None else str(debug))
    for code in _codes(values.get(PATH_OF_NOTES, ())):
        counts.note(code)
    tcbs: dict[str, list[Component]] = {}
    for path, value in values.items():
        if FIRMWARE.fullmatch(path):
            counts.firmware((path.removesuffix("/value"), type, product), str(value))
        elif (match := COMPONENT.fullmatch(path)) and isinstance(value, int):
            selects = values.get(f"{path.removesuffix('/svn')}/compare") == EQUAL
            tcbs.setdefault(match[1], []).append(Component(match[2], value, selects))
    for path, components in tcbs.items():
        counts.tcb((path, type, product), components)


def _codes(notes: Leaf) -> Iterator[str]:
    if isinstance(notes, tuple):
        yield from (note.code for note in notes if not isinstance(note, str | int))


def _groups(*arrays: pa.Array, where: pa.Array | None = None) -> Iterator[tuple[tuple[Any, ...], int]]:
    """How often the rows of these arrays have the same values; of the rows `where` it is so, if given."""
    names = [str(number) for number in range(len(arrays))]
    table = pa.Table.from_arrays(arrays, names)
    if where is not None:
        table = table.filter(where)
    if table.num_rows:
        groups = table.group_by(names, use_threads=False).aggregate([([], "count_all")])
        for row in groups.to_pylist():
            yield tuple(row[name] for name in names), row["count_all"]


def _tcbs(counts: Bounded) -> Iterator[FleetTcb]:
    """Each TCB of each type and product, against the newest of each component."""
    alike: dict[tuple[Group, tuple[Component, ...]], list[tuple[dict[str, int], int]]] = {}
    for (group, parts), count in _ordered(counts):
        same = tuple(part for part in parts if part.selects)
        alike.setdefault((group, same), []).append(({part.name: part.svn for part in parts}, count))
    for ((path, type, product), same), levels in alike.items():
        newest: dict[str, int] = {}
        for components, _ in levels:
            for name, svn in components.items():
                newest[name] = max(svn, newest.get(name, svn))
        told = tuple(
            Level(count, components, tuple(name for name, svn in components.items() if svn < newest[name]))
            for components, count in levels
        )
        yield FleetTcb(
            path,
            type,
            newest,
            sum(level.count for level in told if not level.behind),
            sum(level.count for level in told if level.behind),
            told,
            product,
            {part.name: part.svn for part in same},
        )


def _ordered(counts: Bounded) -> list[tuple[Any, int]]:
    """The highest counts first, and the same order each time."""
    return sorted(counts.items(), key=lambda item: (-item[1], repr(item[0])))


def _group(path: str, type: str, product: str | None) -> Group:
    return _cut(path), _cut(type), product and _cut(product)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
