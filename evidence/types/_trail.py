"""From entries of a document to `Source`s: which bytes became which claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from evidence.registry import Source
from evidence.wire import cbor
from evidence.wire.places import Entry, Path

Trail = tuple[Path, tuple[str, ...]]
"""The path of an entry in a document, and the claims made from it."""


class Layer(NamedTuple):
    """Bytes that fields lie in: the evidence itself, or something decoded from the range `outer` of it.

    `bare` is a decoded layer of whose fields no signature covers any.
    """

    data: bytes
    name: str = "evidence"
    outer: tuple[int, int] | None = None
    bare: bool = False

    def as_native(self) -> str:
        """The name alone: the bytes are those of the evidence, or of a field of it."""
        return self.name

    def inner(self, name: str, data: bytes, start: int, end: int) -> Layer:
        """What was decoded from `[start, end)` of this layer (bytes)."""
        return Layer(data, name, (start, end) if self.outer is None else self.outer, self.bare)

    def unless(self, signed: bool) -> Layer:  # noqa: FBT001 (`layer.unless(signed)`)
        """The same for fields that are `signed` or not, which only in a decoded layer nobody else can tell."""
        return self if signed or self.outer is None else self._replace(bare=True)

    def source(self, field: str, start: int, end: int, claims: tuple[str, ...] = ()) -> Source:
        """The field at `[start, end)` of this layer (bytes)."""
        content = None if self.name == "evidence" else self.data[start:end]
        return Source(field, start, end, claims, self.name, self.outer, content, self.bare)


class Fields(NamedTuple):
    """The fields of one document: where it lies, how its entries are found, what became of them.

    `labels` is for what the labels of the entries became, not their values.
    """

    layer: Layer
    find: Callable[[Iterable[Path]], dict[Path, Entry]]
    trail: tuple[Trail, ...]
    prefix: str
    labels: bool = False

    def sources(self) -> Iterator[Source]:
        """One for each entry that became a claim, named by its path behind `prefix`."""
        claims: dict[Path, tuple[str, ...]] = {}
        for path, made in self.trail:
            claims[path] = claims.get(path, ()) + made
        for path, place in self.find(claims).items():
            field = "/".join(filter(None, (self.prefix, *(str(step) for step in path))))
            if self.labels:
                yield self.layer.source(f"{field}.label", place.start, place.value, claims[path])
            else:
                yield self.layer.source(field, place.value, place.end, claims[path])


def in_cbor(layer: Layer, at: int, trail: Iterable[Trail], prefix: str) -> Fields:
    """The fields of the CBOR item that begins at `at` of a layer (bytes)."""
    return Fields(layer, partial(cbor.places, layer.data, at), tuple(trail), prefix)
