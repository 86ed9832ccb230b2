"""The claims document in JSON: deterministic to write, strict to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec

from evidence import limits
from evidence.claims import Claims
from evidence.errors import BadEncoding
from evidence.paths import join

_ENCODER: Final = msgspec.json.Encoder(enc_hook=bytes.hex)
_WHAT: Final = "claims document"


def to_json(claims: Claims) -> bytes:
    """The document as one line of UTF-8 JSON, fields in the order of their definition."""
    return _ENCODER.encode(claims)


def from_json(data: bytes) -> Claims:
    """The document in `data`; what `to_json` wrote is read back the same.

    Raises `BadEncoding` (not JSON, NaN, null, bad hex, a wrong word or type), `UnexpectedField` (a name twice),
    `LimitExceeded` (size, nesting), or `ConstraintViolation` (a document that is not possible: `evidence.possible`).
    """
    from evidence.wire import json

    limits.check("claims document", limits.INPUT_BYTES, len(data))
    return from_plain(json.loads(data, _WHAT), _from_hex)


def from_plain(document: object, to_bytes: Callable[[object], bytes]) -> Claims:
    """The document in plain values, checked like `from_json` does.

    `to_bytes` makes bytes of what the form has for them, or raises `ValueError`.
    """
    from evidence import possible

    _refuse_null(document)

    def decode(kind: type, value: object) -> Any:
        return kind(to_bytes(value))  # `Bytes` is the one type that msgspec does not know

    try:
        claims = msgspec.convert(document, Claims, dec_hook=decode)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BadEncoding(what=_WHAT, reason=str(error)) from None
    possible.check(claims)
    return claims


def _refuse_null(document: object) -> None:
    """Raise `BadEncoding` for a null anywhere: what is absent is left out, since null is true to some policies."""
    todo: list[tuple[object, _Way]] = [(document, None)]
    while todo:
        value, way = todo.pop()
        if value is None:
            raise BadEncoding(what=_WHAT, path=_path(way), reason="null: what is absent is left out")
        if isinstance(value, Mapping):
            todo += [(item, (way, name)) for name, item in value.items()]
        elif isinstance(value, list | tuple):
            todo += [(item, (way, index)) for index, item in enumerate(value)]


_Way = tuple[Any, object] | None
"""The way to a value: that to what holds it, and its name or index there. A path is written for a null alone."""


def _path(way: _Way) -> str:
    steps: list[str] = []
    while way is not None:
        way, step = way
        steps.insert(0, str(step))
    return join(*steps)


def _from_hex(value: object) -> bytes:
    if isinstance(value, str):
        with suppress(ValueError):
            found = bytes.fromhex(value)  # takes capitals, and white space between bytes
            if found.hex() == value:
                return found
    raise ValueError("expected lowercase hexadecimal")
