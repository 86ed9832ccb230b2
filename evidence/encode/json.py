"""The claims document in JSON: deterministic to write, strict to read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NoReturn

import msgspec

from evidence import limits
from evidence.claims import Claims, repeated
from evidence.errors import BadEncoding, ConstraintViolation, EvidenceError, quote

_ENCODER: Final = msgspec.json.Encoder(enc_hook=bytes.hex)
_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*")
_WHAT: Final = "claims document"


def to_json(claims: Claims) -> bytes:
    """The document as one line of UTF-8 JSON, fields in the order of their definition."""
    return _ENCODER.encode(claims)


def from_json(data: bytes) -> Claims:
    """The document in `data`; what `to_json` wrote is read back the same.

    Raises `BadEncoding` (not JSON, a duplicate key, NaN, bad hex, a wrong word or type),
    `LimitExceeded` (size, nesting), or `ConstraintViolation` (an entry that must be unique is not).
    """
    limits.check("claims document", limits.INPUT_BYTES, len(data))
    return from_plain(_scan(data), _from_hex)


def from_plain(document: object, to_bytes: Callable[[object], bytes]) -> Claims:
    """The document in plain values, checked like `from_json` does.

    `to_bytes` makes bytes of what the form has for them, or raises `ValueError`.
    """

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


def _from_hex(value: object) -> bytes:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise ValueError("expected lowercase hexadecimal")
    return bytes.fromhex(value)


def _scan(data: bytes) -> object:
    """Plain values, with what JSON readers let pass refused: duplicate keys, NaN, deep nesting."""
    import json

    _check_depth(data)
    try:
        text = data.decode("utf-8")
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except EvidenceError:
        raise
    except UnicodeDecodeError as error:
        raise BadEncoding(what=_WHAT, offset=error.start, reason="not UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadEncoding(what=_WHAT, offset=error.pos, reason=error.msg) from None
    except ValueError as error:  # an integer of more digits than Python converts
        raise BadEncoding(what=_WHAT, reason=str(error)[:80]) from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadEncoding(what=_WHAT, reason=f"{quote(twice)} is there twice")
    return found


def _no_constant(word: str) -> NoReturn:
    raise BadEncoding(what=_WHAT, reason=f"{word} is not JSON")


def _check_depth(data: bytes) -> None:
    """Nesting counted before any recursive reader sees it; brackets in strings count too little to matter."""
    depth = 0
    for match in re.finditer(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', data, re.DOTALL):
        token = match[0]
        if token in (b"[", b"{"):
            depth += 1
            limits.check("JSON depth", limits.NESTING, depth, offset=match.start())
        elif token in (b"]", b"}"):
            depth -= 1
