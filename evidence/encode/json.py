r"""The claims document in JSON: deterministic to write, strict to read.

Written JSON is printable ASCII: what else a text holds stands as `\uXXXX`, which is the same JSON value. Control
and bidirectional characters of an input reach no terminal, and a document is the same bytes wherever it goes. All
that is not ASCII is escaped, since which characters are printable changes with the version of Unicode.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec

from evidence import limits
from evidence.claims import Claims, repeated
from evidence.errors import BadEncoding, ConstraintViolation

_ENCODER: Final = msgspec.json.Encoder(enc_hook=bytes.hex)
_NOT_ASCII: Final = re.compile("[\x7f-\U0010ffff]+")
_WHAT: Final = "claims document"


def to_json(claims: Claims) -> bytes:
    """The document as one line of ASCII JSON, fields in the order of their definition."""
    return ascii_json(_ENCODER.encode(claims))


def ascii_json(document: bytes) -> bytes:
    """The same JSON value in printable ASCII."""
    if document.isascii() and b"\x7f" not in document:
        return document
    return _NOT_ASCII.sub(_escaped, document.decode()).encode()


def _escaped(characters: re.Match[str]) -> str:
    """Every unit of UTF-16 as an escape; outside of a string JSON has none of these characters."""
    units = characters[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


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
