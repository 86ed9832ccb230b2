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
from evidence.claims import Claims
from evidence.errors import BadEncoding
from evidence.paths import join

_ENCODER: Final = msgspec.json.Encoder(enc_hook=bytes.hex)
_NOT_ASCII: Final = re.compile("[\x7f-\U0010ffff]+")
_WHAT: Final = "claims document"


def to_json(claims: Claims) -> bytes:
    """The document as one line of ASCII JSON, fields in the order of their definition. Raises nothing."""
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
            octets = bytes.fromhex(value)  # takes capitals, and white space between bytes
            if octets.hex() == value:
                return octets
    raise ValueError("expected lowercase hexadecimal")
