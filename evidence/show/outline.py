"""Broken CBOR item by item, as far as it goes: what a token said before it was cut short or stopped making sense."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from evidence.errors import EvidenceError, quote
from evidence.show.attempts import Field
from evidence.wire import cbor

ITEMS: Final = 256
"""Items of one outline."""
SIMPLE: Final = {20: "false", 21: "true", 22: "null", 23: "undefined"}
WRAPPED: Final = frozenset({*range(0xA1, 0xB9), 0xD2, 0xD8, 0xD9})
"""How byte strings begin that hold CBOR: a map with entries, or a tag."""
FLOATS: Final = {3: ">e", 5: ">f", 9: ">d"}
"""The sizes of floats with their heads, and how they are read."""


def looks_like_cbor(data: bytes) -> bool:
    """Whether bytes may be a map, an array or a tag that holds one."""
    return data[:1] != b"" and data[0] >> 5 in {4, 5, 6} and data[0] & 31 < 28


def outline(data: bytes) -> Iterator[Field]:
    """Every item with its offset, what holds others before what it holds; it ends where nothing can be read."""
    at = 0
    for _ in range(ITEMS):
        try:
            head = cbor.head(data, at)
        except EvidenceError:
            return
        name, value, end = _item(data, head)
        yield Field(at, name, value)
        if end is None:
            return
        at = end


def _item(data: bytes, head: cbor.Head) -> tuple[str, int | str | bytes, int | None]:
    """What an item is, its value, and where the next one begins; None where this one is cut short."""
    match head.major:
        case 0:
            return "integer", head.argument, head.end
        case 1:
            return "integer", -1 - head.argument, head.end
        case 2 | 3:
            return _string(data, head)
        case 4 | 5:
            what = "items" if head.major == 4 else "entries"
            return "array" if head.major == 4 else "map", f"of {head.argument} {what}", head.end
        case 6:
            return "tag", head.argument, head.end
    size = head.end - head.start
    if size in FLOATS:
        return "float", str(struct.unpack(FLOATS[size], data[head.start + 1 : head.end])[0]), head.end
    return "simple", SIMPLE.get(head.argument, str(head.argument)), head.end


def _string(data: bytes, head: cbor.Head) -> tuple[str, str | bytes, int | None]:
    content = data[head.end : head.end + head.argument]
    is_cut = len(content) < head.argument
    name = f"{'bytes' if head.major == 2 else 'text'}{', cut short' if is_cut else ''}"
    if head.major == 2 and content[:1] and content[0] in WRAPPED and head.argument > 1:
        return f"{name}, with CBOR", f"{head.argument} bytes", head.end
    end = None if is_cut else head.end + head.argument
    return name, content if head.major == 2 else quote(content.decode("utf-8", "replace")), end
