"""Evidence that no carrier names: found by its own marks, wherever it lies.

Services wrap a report or a quote in objects of their own, people paste dumps into logs, and there are more ways
than any table holds. Nothing is guessed here: what a container yields is taken where a carrier in the table fits
it, or where its bytes have the marks of an evidence type; and it is looked into, to a bounded depth and within the
input's budget. The path says where that was; what else the input holds is not taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from evidence import limits
from evidence.containers import ContainedPart, json, table, terminal, unicode
from evidence.containers.table import Open
from evidence.errors import BadEncoding, LimitExceeded, MalformedEvidence, NotEvidence
from evidence.input import Carrier, Input
from evidence.limits import Budget
from evidence.wire.json import loads

Marks = Callable[[bytes], bool]
"""Whether bytes are evidence by the marks of a type."""
ALSO: Final = "also-at"
"""The fact of a carrier that names the other places of the same bytes."""
MOST_PLACES: Final = 8
"""Other places that are named, at most."""


class Step(NamedTuple):
    """One container on the way to a piece: its name, and the path in it."""

    name: str
    at: str


class Hit(NamedTuple):
    """Bytes that are a piece, and the way to them."""

    way: tuple[Step, ...]
    data: bytes
    broken: BadEncoding | None = None
    """Why there may be more of them."""

    @property
    def at(self) -> str:
        """The path of the piece from where the search began."""
        return "/".join(step.at or step.name for step in self.way)


class Names(NamedTuple):
    """What the carriers know: an object of JSON by its names, and bytes that one of them takes evidence out of."""

    closed: Callable[[Any], bool]
    holds: Callable[[bytes, Search, int], bool]


class Search:
    """One search through one input: with the marks of all types, the names of all carriers, and what may be spent."""

    __slots__ = ("budget", "depth", "empty", "marks", "names", "whole")

    def __init__(self, marks: Marks, names: Names, budget: Budget) -> None:
        self.marks, self.names, self.budget = marks, names, budget
        self.whole: ContainedPart | None = None
        self.depth = 0
        self.empty: dict[bytes, int] = {}
        """Digests of parts in which nothing lies, and how deep they were: logs repeat their certificates and headers."""

    def inside(self, source: Input) -> list[Input]:
        """The pieces that lie in an input that nothing recognised; those with equal bytes are one.

        A text that is one literal or dump and nothing else is what that stands for, whatever it is.
        """
        self.depth = len(source.carriers)
        every = pieces(source, (hit for hit in self.hits(source.data, self.depth) if hit.way))
        if every or self.whole is None:
            return every
        return [source.inside(Carrier(self.whole.name), self.whole.data)]

    def members(
        self, source: Input, document: Any, taken: frozenset[json.Path] = json.NOTHING
    ) -> list[Input]:
        """The same in a JSON document that is decoded, without the members that somebody else answers for."""
        parts = json.parts(document, self.names.closed, taken)
        return pieces(source, (hit for hit in self._in_parts(parts, len(source.carriers) + 1) if hit.at))

    def hits(self, data: bytes, depth: int) -> list[Hit]:
        """What lies in the first container of bytes that has something, or in all that a text is."""
        if depth >= limits.CARRIER_DEPTH:
            return []
        if (text := unicode.open_text(data)) is not None:
            return [*self._in_parts(text, depth + 1)]
        hits = self._in_text(data, depth + 1) if table.is_text(data) else []
        return hits or self._first(table.BINARY, data, depth + 1)  # whose lengths may all look like letters

    def holds_evidence(self, data: bytes, depth: int) -> bool:
        """Whether bytes are evidence by their marks, or a carrier or container of it. Raises `NotEvidence`."""
        return self._is_piece(ContainedPart("", "", data), depth) or bool(self.hits(data, depth))

    def _first(self, containers: Iterable[Open], data: bytes, depth: int) -> list[Hit]:
        """What lies in the first container that has something."""
        for open_part in containers:
            parts = open_part(data)
            if parts is not None and (hits := [*self._in_parts(parts, depth)]):
                return hits
        return []

    def _in_text(self, data: bytes, depth: int) -> list[Hit]:
        """A document of JSON is nothing else; any other text may be of several kinds, once it has no colours.

        What one of them reads whole is no text of another that breaks off.
        """
        if json.START.match(data) and not json.are_lines(data):
            try:
                document = loads(data)
            except MalformedEvidence:
                pass
            else:
                if isinstance(document, dict) and self.names.closed(document):
                    return [Hit((), data)]
                return [*self._in_parts(json.parts(document, self.names.closed), depth)]
        if hits := self._first((self._lines, *table.WHOLE), data, depth):
            return hits
        if (plain := terminal.open_text(data)) is not None:
            return [*self._in_parts(plain, depth)]
        opened = (open_part(data) for open_part in table.TEXT)
        every = [[*self._in_parts(parts, depth)] for parts in opened if parts is not None]
        whole = [hits for hits in every if any(hit.broken is None for hit in hits)]
        return [hit for hits in whole or every for hit in hits]

    def _lines(self, data: bytes) -> Iterable[ContainedPart] | None:
        return json.open_lines(data, self.names.closed)

    def _in_parts(self, parts: Iterable[ContainedPart], depth: int) -> Iterator[Hit]:
        closed: str | None = None  # an item that is a piece, whose parts are its own
        for part in parts:
            if closed is not None and (not closed or f"{part.at}/".startswith(f"{closed}/")):
                continue
            self.budget.add(len(part.data))
            step = Step(part.name, part.at)
            is_first = not part.at and depth == self.depth + 1
            if is_first and part.name != json.BARE and part.broken is None:
                self.whole = self.whole or part
            try:
                if part.value is not None or self._is_piece(part, depth):
                    closed = part.at if part.open else None
                    yield Hit((step,), part.data, part.broken)
                elif not (part.open or part.broken):
                    yield from (hit._replace(way=(step, *hit.way)) for hit in self._below(part.data, depth))
            except NotEvidence:  # it is something else, and nobody looks into it
                continue
            except LimitExceeded:  # one part that cannot be looked into does not hide the others
                if self.budget.spent:
                    raise

    def _below(self, data: bytes, depth: int) -> list[Hit]:
        """The same as `hits`, which finds nothing where it found nothing before, at this depth or less deep."""
        digest = blake2b(data, digest_size=16).digest()
        if self.empty.get(digest, depth + 1) <= depth:
            return []
        self.empty[digest] = (
            depth  # also while it is looked into: a run that is all of a text is a part of itself
        )
        hits = self.hits(data, depth)
        if hits:
            del self.empty[digest]
        return hits

    def _is_piece(self, part: ContainedPart, depth: int) -> bool:
        """Whether a part is evidence by its marks, or a carrier of it; what breaks off is taken out of by none."""
        return self.marks(part.data) or (part.broken is None and self.names.holds(part.data, self, depth))


def pieces(source: Input, hits: Iterable[Hit]) -> list[Input]:
    """The inputs that hits are; of equal bytes the first one, with the paths of the others as a fact."""
    places: dict[bytes, list[Hit]] = {}
    for hit in hits:
        places.setdefault(hit.data, []).append(hit)
        limits.check("pieces", limits.PIECES, len(places))
    return [_piece(source, first, others) for first, *others in places.values()]


def _piece(source: Input, hit: Hit, others: list[Hit]) -> Input:
    """The piece behind all of its containers."""
    facts = {ALSO: also(other.at for other in others)} if others else {}
    *outer, last = hit.way
    for step in outer:
        source = source.inside(Carrier(step.name, step.at), b"")
    return source.inside(Carrier(last.name, last.at, facts), hit.data, broken=hit.broken)


def also(paths: Iterable[str]) -> str:
    """Other paths of one piece in a line, as many as fit."""
    every = list(paths)
    line = ", ".join(every[:MOST_PLACES])
    if len(every) > MOST_PLACES or len(line) > limits.PATH:
        line = f"{line[: limits.PATH - 32]}… ({len(every)} in all)"
    return line
