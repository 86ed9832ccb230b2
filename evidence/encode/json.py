"""The claims document in JSON: deterministic to write, strict to read."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from evidence import limits
from evidence.claims import Bytes, Claims, repeated
from evidence.errors import BadEncoding, ConstraintViolation, EvidenceError
from evidence.wire import json

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
    return from_builtins(json.loads(data, _WHAT))


def from_builtins(document: object) -> Claims:
    """The document in plain values, as JSON gives them, checked like `from_json` does."""
    try:
        claims = msgspec.convert(document, Claims, dec_hook=_decode)
    except EvidenceError:
        raise
    except (msgspec.ValidationError, RecursionError) as error:
        raise BadEncoding(what=_WHAT, reason=str(error)) from None
    twice = repeated(claims)
    if twice:
        raise ConstraintViolation(what=_WHAT, got=twice[0], allowed="once")
    return claims


def _decode(kind: type, value: object) -> Any:
    """`dec_hook` of msgspec, for the one type that it does not know."""
    if kind is not Bytes:
        raise TypeError(f"unknown type {kind}")
    if isinstance(value, bytes):
        return Bytes(value)
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise ValueError("expected lowercase hexadecimal")
    return Bytes.fromhex(value)
