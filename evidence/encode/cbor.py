"""The claims document in CBOR: core deterministic (RFC 8949, section 4.2.1), with byte strings for bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from evidence import limits
from evidence.claims import Claims
from evidence.encode.json import from_plain
from evidence.errors import BadEncoding
from evidence.wire import cbor

_WHAT: Final = "claims document"
_OTHER: Final = "not the core deterministic encoding of the document, without empty members, from here on"


def to_cbor(claims: Claims) -> bytes:
    """The document as one CBOR map with text keys. Raises nothing."""
    return cbor.dumps(msgspec.to_builtins(claims, builtin_types=(bytes,), enc_hook=bytes))


def from_cbor(data: bytes) -> Claims:
    """The document in `data`, which is what `to_cbor` writes of it, byte for byte.

    Raises what `evidence.wire.cbor.loads` and `from_json` do, and `BadEncoding` for every other way to write the
    document: tags, floats, longer heads, keys in another order, lists that are empty.
    """
    limits.check(_WHAT, limits.INPUT_BYTES, len(data))
    claims = from_plain(_mutable(cbor.loads(data, _WHAT, limits.DOCUMENT_ITEMS)), _byte_string)
    written = to_cbor(claims)
    if written != data:
        raise BadEncoding(what=_WHAT, offset=_first_difference(written, data), reason=_OTHER, spec=cbor.SPEC)
    return claims


def _first_difference(written: bytes, data: bytes) -> int:
    """The offset (bytes) from which on two texts differ."""
    low, high = 0, min(len(written), len(data))
    while low < high:  # what is before `low` is the same, and not all that is before `high`
        middle = (low + high + 1) // 2
        if written[low:middle] == data[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _byte_string(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("expected a byte string")  # noqa: TRY004 (msgspec wants it)
    return value


def _mutable(value: Any) -> Any:
    """`value` with dictionaries for its maps, which msgspec would otherwise ask for attributes."""
    if isinstance(value, Mapping):
        return {key: _mutable(item) for key, item in value.items()}
    return tuple(map(_mutable, value)) if isinstance(value, tuple) else value
