"""From entries of a CBOR document to `Source`s: which bytes became which claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from evidence.registry import Source
from evidence.wire import cbor
from evidence.wire.places import Path

Trail = tuple[Path, tuple[str, ...]]
"""The path of an entry in a document (as `cbor.places` wants it), and the claims made from it."""


class Layer(NamedTuple):
    """Bytes that fields lie in: the evidence itself, or something decoded from the range `outer` of it."""

    data: bytes
    name: str = "evidence"
    outer: tuple[int, int] | None = None

    def source(self, field: str, start: int, end: int, claims: tuple[str, ...] = ()) -> Source:
        """The field at `[start, end)` of this layer (bytes)."""
        content = None if self.name == "evidence" else self.data[start:end]
        return Source(field, start, end, claims, self.name, self.outer, content)


def sources(layer: Layer, at: int, trail: Iterable[Trail], prefix: str) -> Iterator[Source]:
    """The fields of a CBOR document that begins at `at` of a layer (bytes), named by their paths."""
    claims = dict(trail)
    places = cbor.places(layer.data, at, claims)
    for path, place in places.items():
        if path in claims:
            field = "/".join((prefix, *(str(step) for step in path)))
            yield layer.source(field, place.value, place.end, claims[path])
