"""A broken token as far as it goes: CBOR item by item, of a JWT the text of each part, of JSON its text."""

from __future__ import annotations

import struct
from binascii import Error, a2b_base64
from collections.abc import Iterator
from typing import Final

from evidence.errors import EvidenceError, quote
from evidence.show.attempts import FieldRead
from evidence.wire import cbor

ITEMS: Final = 256
"""Items of one outline."""
SIMPLE: Final = {20: "false", 21: "true", 22: "null", 23: "undefined"}
WRAPPED: Final = frozenset({*range(0xA1, 0xB9), 0xD2, 0xD8, 0xD9})
"""How byte strings begin that hold CBOR: a map with entries, or a tag."""
FLOATS: Final = {3: ">e", 5: ">f", 9: ">d"}
"""The sizes of floats with their heads, and how they are read."""


PARTS: Final = ("header", "payload", "signature")
"""The parts of a JWT; what follows them has a number."""


def outline(data: bytes) -> Iterator[FieldRead]:
    """What can be read of bytes that may be a token; nothing of others."""
    if data[:3] == b"eyJ":
        yield from jwt_outline(data)
    elif data[:1] in {b"{", b"["}:
        yield FieldRead(0, "JSON", _text(data))
    elif looks_like_cbor(data):
        yield from cbor_outline(data)


def jwt_outline(data: bytes) -> Iterator[FieldRead]:
    """The parts of a JWT, decoded where they are base64url."""
    at = 0
    for number, part in enumerate(data.split(b".", ITEMS)[:ITEMS]):
        name = PARTS[number] if number < len(PARTS) else f"part {number}"
        try:
            octets = a2b_base64(part.translate(URL) + b"=" * (-len(part) % 4))
        except Error:
            yield FieldRead(at, f"{name}, undecoded", _text(part))
        else:
            yield FieldRead(at, name, octets if name == "signature" else _text(octets))
        at += len(part) + 1


URL: Final = bytes.maketrans(b"-_", b"+/")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def looks_like_cbor(data: bytes) -> bool:
    """Whether bytes may be a map, an array or a tag that holds one."""
    return data[:1] != b"" and data[0] >> 5 in {4, 5, 6} and data[0] & 31 < 28


def cbor_outline(data: bytes) -> Iterator[FieldRead]:
    """Every item with its offset, what holds others before what it holds; it ends where nothing can be read."""
    at = 0
    for _ in range(ITEMS):
        try:
            head = cbor.head(data, at)
        except EvidenceError:
            return
        name, value, end = _item(data, head)
        yield FieldRead(at, name, value)
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
