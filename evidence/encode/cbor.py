"""The claims document in CBOR: core deterministic (RFC 8949, section 4.2.1), with byte strings for bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from evidence import limits
from evidence.claims import Claims
from evidence.encode.json import from_plain
from evidence.errors import BadEncoding
from evidence.wire import cbor


def to_cbor(claims: Claims) -> bytes:
    """The document as one CBOR map with text keys."""
    return cbor.dumps(msgspec.to_builtins(claims, builtin_types=(bytes,), enc_hook=bytes))


def from_cbor(data: bytes) -> Claims:
    """The document in `data`; what `to_cbor` wrote is read back the same, and nothing else is read.

    Raises what `evidence.wire.cbor.loads` and `from_json` do, and `BadEncoding` for another encoding of a document.
    """
    limits.check("claims document", limits.INPUT_BYTES, len(data))
    claims = from_plain(_mutable(cbor.loads(data, "claims document", limits.DOCUMENT_ITEMS)), _byte_string)
    if to_cbor(claims) != data:  # keys in another order, lengths that are longer than need be, an empty list
        raise BadEncoding(
            what="claims document", reason="not the one deterministic encoding", spec="RFC 8949"
        )
    return claims


def _byte_string(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("expected a byte string")  # noqa: TRY004 (msgspec wants it)
    return value


def _mutable(value: Any) -> Any:
    """`value` with dictionaries for its maps, which msgspec would otherwise ask for attributes."""
    if isinstance(value, Mapping):
        return {key: _mutable(item) for key, item in value.items()}
    return tuple(map(_mutable, value)) if isinstance(value, tuple) else value
