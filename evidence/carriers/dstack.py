"""dstack's attestation in SCALE (its version 0): a quote or report, with its event log or certificates.

Source: Dstack-TEE, dstack, `dstack-attest/src/attestation.rs` (`VersionedAttestation`). SCALE is Parity's
codec: an enum is its number in a byte, a vector its compact length and its items.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from evidence import limits
from evidence.errors import BadEncoding, CarrierError, MalformedEvidence
from evidence.input import Carrier, Input
from evidence.wire import json
from evidence.wire.cursor import Cursor

T = TypeVar("T")

NAME: Final = "dstack-attestation"
V0: Final = 0
TDX, GCP_TDX, NITRO, SNP, NITRO_TPM = range(5)
"""`AttestationQuote`."""
SHORTEST: Final = 0x4A0
"""Bytes of the smallest quote or report that a cloud gives."""


def unwrap(given: Input) -> tuple[Input] | None:
    """The quote or report. Recognised by the version, the kind, and a vector of sufficient size."""
    data = given.data
    if len(data) < SHORTEST or data[0] != V0 or data[1] > NITRO_TPM:
        return None
    cursor = Cursor(data, NAME, 2)
    try:
        if not SHORTEST <= _compact(cursor) <= cursor.left:
            return None
    except MalformedEvidence:
        return None
    cursor.at = 2
    try:
        evidence, beside = _attestation(data[1], cursor)
    except MalformedEvidence as error:
        raise CarrierError(carrier=NAME, offset=error.offset, reason=f"it ends too early: {error}") from None
    return (given.inside(Carrier(NAME, "quote"), evidence, attachments={**given.attachments, **beside}),)


def _attestation(kind: int, cursor: Cursor) -> tuple[bytes, dict[str, bytes]]:
    """The evidence, and what comes beside it. Of kinds that end in a TPM's quote, that is not read."""
    evidence = _octets(cursor)
    beside = {}
    if kind in {TDX, GCP_TDX}:
        events = list(_vector(cursor, _event))
        beside = {"event-log": json.dumps(events)} if events else {}
    elif kind == SNP:
        certificates = b"".join(_vector(cursor, _octets))
        beside = {"certificates": certificates} if certificates else {}
        _octets(cursor)  # mr_config
    if kind in {TDX, SNP}:
        for _ in _vector(cursor, _runtime_event):
            pass
        cursor.take(64, "report_data")
        _octets(cursor)  # config
        cursor.done()
    return evidence, beside


def _event(cursor: Cursor) -> dict[str, int | str]:
    """A `TdxEvent`, in the JSON that dstack writes elsewhere."""
    return {
        "imr": cursor.uint(4),
        "event_type": cursor.uint(4),
        "digest": _octets(cursor).hex(),
        "event": _text(cursor),
        "event_payload": _octets(cursor).hex(),
    }


def _runtime_event(cursor: Cursor) -> None:
    _text(cursor)
    _octets(cursor)


def _vector(cursor: Cursor, item: Callable[[Cursor], T]) -> Iterator[T]:
    count = _compact(cursor)
    limits.check("log entries", limits.LOG_ENTRIES, count, offset=cursor.at)
    for _ in range(count):
        yield item(cursor)


def _octets(cursor: Cursor) -> bytes:
    return cursor.take(_compact(cursor))


def _text(cursor: Cursor) -> str:
    start = cursor.at
    try:
        return _octets(cursor).decode()
    except UnicodeDecodeError:
        raise BadEncoding(what=NAME, offset=start, reason="not UTF-8") from None


def _compact(cursor: Cursor) -> int:
    """A compact integer: the two lowest bits say how long it is. None here has more than 30 bits."""
    start = cursor.at
    mode = cursor.peek(1)[:1]
    size = {0: 1, 1: 2, 2: 4}.get(mode[0] & 3 if mode else 0)
    if size is None:
        raise BadEncoding(what=NAME, offset=start, reason="a length of more than 30 bits")
    return cursor.uint(size) >> 2
