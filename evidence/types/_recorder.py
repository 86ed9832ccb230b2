"""A claims document while it is written, and the field of the evidence that each claim is made from.

    record = Recorder()
    device = record.environment("device")
    device.add("svns", Svn(name="svn", …), field)  # an entry of a list, made from a field
    device.also(field, "debug")  # what else the field decides
    device.end(role="device", origin="evidence", debug="enabled", migration="not-defined")
    record.add("bindings", Binding(…), field)
    record.body(version=…, size=…, protection=…)
    record.sources()

A field is a `Source` without claims (`layer.source(name, start, end)`), or a path in a `Page`, which is a structured
document that the evidence holds. Where a path leads is looked up when the sources are asked for, and never before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from evidence import limits
from evidence.claims import Digest, Environment, Note
from evidence.input import NOTHING
from evidence.paths import join, steps_to
from evidence.registry import Body, Signed, Source
from evidence.types._digests import digest
from evidence.types._notes import note
from evidence.wire import cbor
from evidence.wire.claimset import ClaimTable
from evidence.wire.decoded import Decoded
from evidence.wire.places import Entry, Path


class Layer(NamedTuple):
    """Bytes that fields lie in: the evidence itself, or something decoded from the range `outer` of it.

    `bare` is a decoded layer of whose fields no signature covers any. `decoded` is what all of the layer decodes to,
    where others ask for it as well.
    """

    data: bytes
    name: str = "evidence"
    outer: tuple[int, int] | None = None
    bare: bool = False
    decoded: Decoded | None = None

    def as_native(self) -> str:
        """The name alone: the bytes are those of the evidence, or of a field of it."""
        return self.name

    def inner(self, name: str, data: bytes, start: int, end: int, decoded: Decoded | None = None) -> Layer:
        """What was decoded from `[start, end)` of this layer (bytes)."""
        return Layer(data, name, (start, end) if self.outer is None else self.outer, self.bare, decoded)

    def unless(self, signed: bool) -> Layer:  # noqa: FBT001 (`layer.unless(signed)`)
        """The same for fields that are `signed` or not, which only in a decoded layer nobody else can tell."""
        return self if signed or self.outer is None else self._replace(bare=True)

    def source(self, field: str, start: int, end: int, claims: tuple[str, ...] = ()) -> Source:
        """The field at `[start, end)` of this layer (bytes)."""
        content = None if self.name == "evidence" else self.data[start:end]
        return Source(field, start, end, claims, self.name, self.outer, content, self.bare)


Find = Callable[[Iterable[Path]], dict[Path, Entry]]
"""Where the entries at paths lie in a layer."""


class Page:
    """A structured document within a layer, and how its entries are found there.

    `prefix` begins the names of its fields; the path goes on with them.
    """

    __slots__ = ("find", "layer", "prefix")

    def __init__(self, layer: Layer, find: Find, prefix: str) -> None:
        self.layer, self.find, self.prefix = layer, find, prefix

    def opened(self) -> tuple[Layer, Find]:
        """The layer that entries lie in, and how they are found."""
        return self.layer, self.find

    def at(self, *path: Any) -> At:
        """The value of the entry at a path."""
        return At(self, path)

    def label(self, *path: Any) -> At:
        """The label of the entry at a path."""
        return At(self, path, is_label=True)

    def sources(self, claims: dict[At, tuple[str, ...]]) -> Iterator[Source]:
        """The fields at which something was recorded, values and then labels."""
        layer, find = self.opened()
        for path, place in find({at.path for at in claims}).items():
            field = "/".join(filter(None, (self.prefix, *map(str, path))))
            if (made := claims.get(At(self, path))) is not None:
                yield layer.source(field, place.value, place.end, made)
            if (made := claims.get(At(self, path, is_label=True))) is not None:
                yield layer.source(f"{field}.label", place.start, place.value, made)


class At(NamedTuple):
    """The entry at a path of a page: its value, or its label."""

    page: Page
    path: Path
    is_label: bool = False


def in_cbor(layer: Layer, start: int, prefix: str) -> Page:
    """The CBOR item that begins at `start` of a layer (bytes)."""
    return Page(layer, partial(cbor.places, layer.data, start), prefix)


Field = Source | At | Path | None
"""What something is made from; a bare path is one in the page of the environment. None: no bytes stand for it."""
Record = tuple[Source | At, tuple[str, ...]]
"""A field, and the paths of claims that it became."""


class Lists:
    """Lists of entries, each entry with its field."""

    most = sys.maxsize
    """Entries that a list may have."""

    def __init__(self, here: str = "", page: Page | None = None) -> None:
        self.here, self.page = here, page
        self.entries: dict[str, list[Any]] = {}
        self.notes: list[Note] = []
        self._fields: dict[str, Any] = {}
        self._names: dict[tuple[str, str, int | None], int] = {}
        self._also: list[tuple[Field, tuple[str, ...]]] = []

    def add(self, member: str, entry: Any, field: Field = None) -> None:
        """Put an entry at the end of the list of this name; `field` is what it was made from."""
        entries = self.entries.get(member)
        if entries is None:
            self.entries[member], self._fields[member] = [entry], [field]
            return
        if len(entries) >= self.most:
            raise limits.exceeded("entries", self.most, len(entries) + 1)
        entries.append(entry)
        self._fields[member].append(field)

    def at(self, *path: Any) -> At:
        """The entry at a path of the page that bare paths lead into."""
        if self.page is None:
            raise TypeError(f"{self.here or 'document'}: a path, and no page that it leads into")
        return At(self.page, path)

    def put(self, member: str, entries: list[Any], fields: Iterable[Field]) -> None:
        """A whole list at once, whose number another limit bounds; `fields`, as many, are gone through for sources alone."""
        self.entries[member], self._fields[member] = entries, fields

    def also(self, field: Field, *paths: str) -> None:
        """What else a field decides, by paths that are seen from here; nothing for a field that became no claim."""
        self._also.append((field, paths))

    def note(self, code: str, path: str, detail: str) -> None:
        """Something to be noted; `path` is seen from here."""
        self.notes.append(note(code, self.here + path, detail))

    def digest(self, alg: int | str, value: bytes, path: str) -> Digest:
        """A digest as a claim at `path`, seen from here, with what is to be noted about it."""
        return digest(alg, value, self.here + path, self.notes)

    def name(self, member: str, name: str, index: int | None = None) -> str:
        """`name`, or the first of `name-2`, … that no entry of a list has (with that index)."""
        names, key, free = self._names, (member, name, index), name
        count = names.get(key, 0)
        while count and (member, free, index) in names:
            count += 1
            free = f"{name}-{count}"
        names[key] = count or 1
        if count:
            names[member, free, index] = 1
        return free

    def lists(self) -> dict[str, Any]:
        """The lists by their names, as members of what they belong to."""
        return {member: tuple(entries) for member, entries in self.entries.items()}

    def records(self) -> Iterator[Record]:
        """Every field, with claims that it became."""
        for member, entries in self.entries.items():
            for step, field in zip(steps_to(entries), self._fields[member], strict=True):
                if field is not None:
                    yield self._field(field), (self.here + join(member, step),)
        for field, paths in self._also:
            if field is not None:
                yield self._field(field), tuple(self.here + path for path in paths)

    def _field(self, field: Source | At | Path) -> Source | At:
        return field if isinstance(field, Source | At) else self.at(*field)


class Entries(Lists):
    """The entries of one environment, gathered until its `end`."""

    most = limits.ENTRIES

    def __init__(self, record: Recorder, id: str, page: Page | None = None) -> None:
        super().__init__(join("environments", id), page)
        self.record, self.id = record, id
        record.parts.append(self)

    def end(self, **members: Any) -> None:
        """Put the environment into the document, behind those that are there, and its notes behind theirs."""
        record = self.record
        limits.check("environments", limits.ENVIRONMENTS, len(record.environments) + 1)
        record.environments.append(Environment(id=self.id, **members, **self.lists()))
        record.notes += self.notes
        del self.record  # which knows of this one: a circle would wait for the garbage collector


class Recorder(Lists):
    """One document: its environments, its own lists (`bindings`, `consistency`, `certificates`), and its notes.

    `signatures` are what a verifier needs; they stand here because they are found in the same walk.
    """

    def __init__(self) -> None:
        super().__init__()
        self.environments: list[Environment] = []
        self.signatures: list[Signed] = []
        self.parts: list[Entries] = []

    def environment(self, id: str, page: Page | None = None) -> Entries:
        """An environment to gather the entries of; its bare paths lead into `page`."""
        return Entries(self, id, page)

    def take(self, other: Recorder) -> None:
        """All that another one has recorded, behind what is here."""
        self.environments += other.environments
        self.signatures += other.signatures
        self.notes += other.notes
        self.parts += other.parts
        self._also += other._also
        for member, entries in other.entries.items():
            for entry, field in zip(entries, other._fields[member], strict=True):
                self.add(member, entry, field)

    def body(self, *, more: tuple[Note, ...] = (), **members: Any) -> Body:
        """The document, with what only its type knows as `members`, and `more` notes behind the others."""
        environments, notes = tuple(self.environments), (*self.notes, *more)
        return Body(environments=environments, notes=notes, **self.lists(), **members)

    def sources(self) -> Iterator[Source]:
        """One source for each field, with all claims that it became: environment by environment, the document's last."""
        claims: dict[Source | At, tuple[str, ...]] = {}
        for lists in (*self.parts, self):
            for field, paths in lists.records():
                claims[field] = claims.get(field, ()) + paths
        pages: dict[Page, dict[At, tuple[str, ...]]] = {}
        for field, paths in claims.items():
            if isinstance(field, At):
                pages.setdefault(field.page, {})[field] = paths
        for field, paths in claims.items():
            if isinstance(field, Source):
                yield field._replace(claims=paths)
            elif (page := pages.pop(field.page, None)) is not None:
                yield from field.page.sources(page)


def complete(
    handlers: Mapping[str, Any], *tables: ClaimTable, elsewhere: Mapping[str, str] = NOTHING
) -> None:
    """Raise `TypeError` unless every row of the tables has its handler, or goes `elsewhere`, with the reason.

    Called where handlers are written down: a row that nobody records is an error at import.
    """
    names = {row.name for table in tables for row in table.rows}
    what = ", ".join(dict.fromkeys(table.what for table in tables))
    if lost := sorted(names - handlers.keys() - elsewhere.keys()):
        raise TypeError(f"{what}: nothing says what becomes of {', '.join(lost)}")
    if wrong := sorted((handlers.keys() & elsewhere.keys()) | (handlers.keys() | elsewhere.keys()) - names):
        raise TypeError(f"{what}: no such row, or said twice: {', '.join(wrong)}")
