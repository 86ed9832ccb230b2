"""Native fields in JSON: every field under its specification name, bytes as hex."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import NoneType
from typing import Any, Final

import msgspec
from msgspec import Struct

from evidence.encode.json import ascii_json
from evidence.limits import SAFE_INTEGER
from evidence.wire import cbor
from evidence.wire.claimset import ClaimTable
from evidence.wire.layout import Layout


def to_native_json(native: object) -> bytes:
    """The native value of any type as JSON; fields that a version does not have are left out."""
    return ascii_json(msgspec.json.encode(plain(native)))


def plain(value: Any) -> Any:
    """A native value in what JSON has.

    Layouts, structs and named tuples are objects. Integers of 8 bytes are hex as they lie in memory,
    others are numbers; an integer that JSON readers would lose is decimal text. A table of claims is the
    name of its source, a simple value of CBOR its text. A value with a method `as_native` says itself what
    stands for it.
    """
    return _plain(value.__class__)(value)


@cache
def _plain(kind: type) -> Callable[[Any], Any]:
    """How values of a class are written: there are thousands of them, and few classes."""
    if issubclass(kind, str | bool | float | NoneType):
        return _same
    for known, write in WRITERS:
        if issubclass(kind, known):
            return write
    if issubclass(kind, Layout):
        return partial(_layout, _wide(kind))
    if hasattr(kind, "as_native"):
        return lambda value: plain(value.as_native())
    if issubclass(kind, Struct):
        names = kind.__struct_fields__
        return lambda value: {name: plain(getattr(value, name)) for name in names}
    if issubclass(kind, tuple) and hasattr(kind, "_asdict"):
        return lambda value: {name: plain(item) for name, item in value._asdict().items()}
    if issubclass(kind, tuple | list):
        return lambda value: [plain(item) for item in value]
    raise TypeError(f"a native value of type {kind.__name__}")


def _same(value: Any) -> Any:
    return value


def _number(value: int) -> int | str:
    return value if abs(value) <= SAFE_INTEGER else str(value)


def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {key if isinstance(key, str) else str(plain(key)): plain(item) for key, item in value.items()}


WRITERS: Final[tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...]] = (
    (bytes, bytes.hex),
    (int, _number),
    (Mapping, _object),
    (ClaimTable, lambda table: table.spec),
    (cbor.SIMPLE, str),
)


def _wide(kind: type[Layout]) -> frozenset[str]:
    """The fields that are integers of 8 bytes: always one form, whatever the value."""
    return frozenset(name for name, place in kind.PLACES.items() if place.size == 8 and place.kind != "s")


def _layout(wide: frozenset[str], value: Layout) -> dict[str, Any]:
    return {name: _hex(value, name, item) if name in wide else plain(item) for name, item in value.items()}


def _hex(layout: Layout, name: str, value: int) -> str:
    return value.to_bytes(layout.PLACES[name].size, "big" if layout.ENDIAN == ">" else "little").hex()
