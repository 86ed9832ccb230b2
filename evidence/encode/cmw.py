"""The RATS conceptual message wrapper (RFC 9999) around evidence: a record, a tag, or a collection. The bytes stay.

What is wrapped are the bytes proper, without what trails them; nothing is encoded again. A media type is the caller's
or the type's: one that nobody registered is never made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from evidence.claims import Claims
from evidence.encode.canonical import base64url, to_canonical_json
from evidence.encode.written import Loss, Written
from evidence.errors import UsageError
from evidence.paths import join
from evidence.wire import cbor, content_formats
from evidence.wire.cbor import Tag

EVIDENCE: Final = 1 << 2
"""The bit of the indicator that means evidence."""
ENDORSEMENTS: Final = 1 << 1
COLLECTION_TYPE: Final = "__cmwc_t"
PEM_CHAIN: Final = "application/pem-certificate-chain"
TAG_BASE: Final = 0x63740101
NUMBERS: Final = {name: number for number, name in content_formats.MEDIA_TYPES.items()}


class WrappedMessage(NamedTuple):
    """One message of a wrapper: its bytes, its media type, and what it is."""

    data: bytes
    media_type: str
    indicator: int = EVIDENCE


def record_cbor(message: WrappedMessage) -> bytes:
    """The record in CBOR, with the number of the content format where there is one."""
    return cbor.dumps(_record(message))


def record_json(message: WrappedMessage) -> bytes:
    """The record in JSON."""
    return to_canonical_json(_record_json(message))


def tag(message: WrappedMessage) -> bytes:
    """A byte string in the tag of its content format (RFC 9277); `UsageError` where it has none."""
    number = NUMBERS.get(message.media_type)
    if number is None or number > content_formats.LAST_WITH_A_TAG:
        raise UsageError(f"no content format, so no tag, for {message.media_type}")
    return cbor.dumps(Tag(TAG_BASE + number // 255 * 256 + number % 255, message.data))


def collection_cbor(messages: Mapping[str, WrappedMessage], type: str | None = None) -> bytes:
    """A collection in CBOR, by label; `type` is a URI or an object identifier of the caller's."""
    return cbor.dumps(_typed({label: _record(message) for label, message in messages.items()}, type))


def collection_json(messages: Mapping[str, WrappedMessage], type: str | None = None) -> bytes:
    """The same in JSON."""
    return to_canonical_json(
        _typed({label: _record_json(message) for label, message in messages.items()}, type)
    )


def raw(data: bytes, claims: Claims) -> Written:
    """The bytes of the evidence as they are."""
    return Written(data, tuple(losses(claims)))


def losses(claims: Claims, beside: frozenset[str] = frozenset()) -> Iterator[Loss]:
    """What a wrapper of the bytes does not say: how they were put together, and what lay beside them but `beside`."""
    if claims.evidence.bytes in {"rebuilt", "reassembled"}:
        yield Loss("/evidence/bytes", "rebuilt", claims.evidence.bytes)
    if claims.evidence.trailing:
        yield Loss("/evidence/trailing", "no-home", f"{claims.evidence.trailing} bytes")
    for attachment in claims.attachments:
        if attachment.kind not in beside:
            yield Loss(join("attachments", attachment.kind), "no-home", f"{attachment.size} bytes")


def _record(message: WrappedMessage) -> list[Any]:
    return [NUMBERS.get(message.media_type, message.media_type), message.data, message.indicator]


def _record_json(message: WrappedMessage) -> list[Any]:
    return [message.media_type, base64url(message.data), message.indicator]


def _typed(records: dict[str, Any], type: str | None) -> dict[str, Any]:
    if not records or COLLECTION_TYPE in records:
        raise UsageError("a collection has one message at least, and none of that label")
    return records if type is None else {COLLECTION_TYPE: type, **records}
