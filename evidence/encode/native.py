"""Native fields in JSON: every field under its specification name, bytes as hex."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from evidence.encode.json import ascii_json
from evidence.limits import SAFE_INTEGER
from evidence.wire import cbor
from evidence.wire.claimset import Table
from evidence.wire.layout import Layout


def to_native_json(native: object) -> bytes:
    """The native value of any type as JSON; fields that a version does not have are left out."""
    return ascii_json(msgspec.json.encode(plain(native)))


def plain(value: Any) -> Any:  # noqa: C901 (one case for each kind of value)
    """A native value in what JSON has.

    Layouts, structs and named tuples are objects. Integers of 8 bytes are hex as they lie in memory,
    others are numbers; an integer that JSON readers would lose is decimal text. A table of claims is the
    name of its source, a simple value of CBOR its text. A value with a method `as_native` says itself what
    stands for it.
    """
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, int):
        return value if abs(value) <= SAFE_INTEGER else str(value)
    if isinstance(value, Layout):
        return {name: _field(value, name, item) for name, item in value.items()}
    if hasattr(value, "as_native"):
        return plain(value.as_native())
    if isinstance(value, Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(item) for name, item in value._asdict().items()}
    if isinstance(value, Mapping):
        return {key if isinstance(key, str) else str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Table):
        return value.spec
    if isinstance(value, cbor.SIMPLE):
        return str(value)
    raise TypeError(f"a native value of type {type(value).__name__}")


def _field(layout: Layout, name: str, value: Any) -> Any:
    if isinstance(value, int) and layout.PLACES[name].size == 8:  # always one form, whatever the value
        return value.to_bytes(8, "big" if layout.ENDIAN == ">" else "little").hex()
    return plain(value)
