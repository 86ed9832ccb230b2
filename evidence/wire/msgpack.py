"""MessagePack, strictly: unique text keys, bounded nesting, nothing behind, no extension types.

Values are plain: `dict`, `list`, `str`, `bytes`, `int`, `float`, `bool`, None.

Source: msgpack.org, "MessagePack specification".
"""

from __future__ import annotations

import struct
from typing import Any, Final

from evidence import limits
from evidence.errors import BadEncoding, LimitExceeded, UnexpectedField
from evidence.wire.cursor import Cursor

SPEC: Final = "MessagePack"
SINGLE: Final = {0xC0: None, 0xC2: False, 0xC3: True}
NUMBERS: Final = {
    0xCA: struct.Struct(">f"),
    0xCB: struct.Struct(">d"),
    0xCC: struct.Struct(">B"),
    0xCD: struct.Struct(">H"),
    0xCE: struct.Struct(">I"),
    0xCF: struct.Struct(">Q"),
    0xD0: struct.Struct(">b"),
    0xD1: struct.Struct(">h"),
    0xD2: struct.Struct(">i"),
    0xD3: struct.Struct(">q"),
}
SIZES: Final = {
    # first byte: what it begins, and the bytes of its size
    0xC4: ("bin", 1),
    0xC5: ("bin", 2),
    0xC6: ("bin", 4),
    0xD9: ("str", 1),
    0xDA: ("str", 2),
    0xDB: ("str", 4),
    0xDC: ("array", 2),
    0xDD: ("array", 4),
    0xDE: ("map", 2),
    0xDF: ("map", 4),
}


class _Cursor(Cursor):
    """Counts the values that arrays and maps say they have."""

    inside = 0

    def enter(self, size: int, start: int) -> None:
        """An array or map at `start` that has `size` entries."""
        self.inside += size
        limits.check("items in MessagePack", limits.ITEMS, self.inside, offset=start)


def loads(data: bytes, what: str = "MessagePack") -> Any:
    """The one value that `data` is.

    Raises `Truncated`, `TrailingBytes`, `BadEncoding`, `UnexpectedField` for a key that occurs twice, or
    `LimitExceeded` for nesting above `limits.NESTING` or more values inside than `limits.ITEMS`.
    """
    cursor = _Cursor(data, what)
    value = _value(cursor, 0)
    cursor.done()
    return value


def _value(cursor: _Cursor, depth: int) -> Any:
    start = cursor.at
    if start == cursor.end:
        cursor.take(1)  # which says what is missing
    first = cursor.data[start]
    cursor.at = start + 1
    if first < 0x80:
        return first
    if first >= 0xE0:
        return first - 0x100
    if first in SINGLE:
        return SINGLE[first]
    if first in NUMBERS:
        number = NUMBERS[first]
        return number.unpack(cursor.take(number.size))[0]
    kind, size = _size(cursor, first, start)
    if kind == "bin":
        return cursor.take(size)
    if kind == "str":
        return _text(cursor, size)
    if depth == limits.NESTING:
        raise LimitExceeded(limit="MessagePack depth", maximum=depth, got=depth + 1, offset=start)
    cursor.enter(size, start)
    if kind == "array":
        return [_value(cursor, depth + 1) for _ in range(size)]
    return _map(cursor, size, depth + 1)


def _size(cursor: _Cursor, first: int, start: int) -> tuple[str, int]:
    if first < 0x90:
        return "map", first & 0x0F
    if first < 0xA0:
        return "array", first & 0x0F
    if first < 0xC0:
        return "str", first & 0x1F
    if first not in SIZES:
        raise BadEncoding(what=cursor.what, offset=start, reason=f"a value of type {first:#x}", spec=SPEC)
    kind, width = SIZES[first]
    return kind, int.from_bytes(cursor.take(width), "big")


def _text(cursor: _Cursor, size: int) -> str:
    start = cursor.at
    try:
        return cursor.take(size).decode()
    except UnicodeDecodeError:
        raise BadEncoding(what=cursor.what, offset=start, reason="not UTF-8", spec=SPEC) from None


def _map(cursor: _Cursor, size: int, depth: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for _ in range(size):
        start = cursor.at
        key = _value(cursor, depth)
        if not isinstance(key, str):
            raise BadEncoding(what=cursor.what, offset=start, reason="a key that is not text", spec=SPEC)
        if key in values:
            raise UnexpectedField(what=cursor.what, offset=start, name=f"{key} (twice)", spec=SPEC)
        values[key] = _value(cursor, depth)
    return values
