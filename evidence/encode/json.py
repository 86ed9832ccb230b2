"""The claims document in JSON: deterministic to write, strict to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec

from evidence import limits
from evidence.claims import Claims, repeated
from evidence.errors import BadEncoding, ConstraintViolation

_ENCODER: Final = msgspec.json.Encoder(enc_hook=bytes.hex)
_WHAT: Final = "claims document"


def to_json(claims: Claims) -> bytes:
    """The document as one line of UTF-8 JSON, fields in the order of their definition."""
    return _ENCODER.encode(claims)


def from_json(data: bytes) -> Claims:
    """The document in `data`; what `to_json` wrote is read back the same.

    Raises `BadEncoding` (not JSON, NaN, bad hex, a wrong word or type), `UnexpectedField` (a name twice),
    `LimitExceeded` (size, nesting), or `ConstraintViolation` (an entry that must be unique is not).
    """
    from evidence.wire import json

    limits.check("claims document", limits.INPUT_BYTES, len(data))
    return from_plain(json.loads(data, _WHAT), _from_hex)


def from_plain(document: object, to_bytes: Callable[[object], bytes]) -> Claims:
    """The document in plain values, checked like `from_json` does.

    `to_bytes` makes bytes of what the form has for them, or raises `ValueError`.
    """
    refuse_null(document)

    def decode(kind: type, value: object) -> Any:
        return kind(to_bytes(value))  # `Bytes` is the one type that msgspec does not know

    try:
        claims = msgspec.convert(document, Claims, dec_hook=decode)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BadEncoding(what=_WHAT, reason=str(error)) from None
    twice = repeated(claims)
    if twice:
        raise ConstraintViolation(what=_WHAT, got=twice[0], allowed="once")
    return claims


def refuse_null(document: object) -> None:
    """Raise `BadEncoding` for a null anywhere: what is absent is left out, since null is true to some policies."""
    todo = [document]
    while todo:
        value = todo.pop()
        if value is None:
            raise BadEncoding(what=_WHAT, reason="null, where nothing may be null")
        if isinstance(value, Mapping):
            todo += value.values()
        elif isinstance(value, list | tuple):
            todo += value


def _from_hex(value: object) -> bytes:
    if isinstance(value, str):
        with suppress(ValueError):
            found = bytes.fromhex(value)  # takes capitals, and white space between bytes
            if found.hex() == value:
                return found
    raise ValueError("expected lowercase hexadecimal")
