"""dstack's attestation: a quote or report, with its event log or certificates.

Version 0 is in SCALE, Parity's codec: an enum is its number in a byte, a vector its compact length and
its items. Version 1 is in MessagePack.

Sources: Dstack-TEE, dstack, `dstack-attest/src/attestation.rs` (`VersionedAttestation`) and `v1.rs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.carriers.envelopes import forms
from evidence.carriers.json import octets
from evidence.errors import BadEncoding, CarrierError, MalformedEvidence
from evidence.input import Carrier, Input
from evidence.types.snp.layout import SIZE as REPORT_SIZE
from evidence.wire import json, msgpack
from evidence.wire.cursor import Cursor

T = TypeVar("T")

NAME: Final = "dstack-attestation"
V0: Final = 0
MARKS: Final = (b"\xa7version", b"\xa8platform")
"""Two keys of version 1 in MessagePack."""
EVIDENCE: Final = {"tdx": "quote", "gcp-tdx": "quote", "nitro-enclave": "nsm_quote", "sev-snp": "report"}
"""`PlatformEvidence`: its kinds, and the member that is the evidence."""
TDX, GCP_TDX, NITRO, SNP, NITRO_TPM = range(5)
"""`AttestationQuote`."""
SHORTEST: Final = REPORT_SIZE
"""Bytes of the smallest quote or report that a cloud gives."""


def unwrap(source: Input) -> tuple[Input] | None:
    """The quote or report. Recognised by the version, the kind, and a vector of sufficient size."""
    data = source.data
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
        raise error.of_carrier(NAME) from None
    return (source.inside(Carrier(NAME, "quote"), evidence, attachments=beside),)


def unwrap_v1(source: Input) -> tuple[Input] | None:
    """The quote or report in version 1. Recognised by a short map with its keys."""
    data = source.data
    if data[:1] < b"\x80" or data[:1] > b"\x8f" or not all(mark in data for mark in MARKS):
        return None
    try:
        document = msgpack.loads(data, NAME)
    except MalformedEvidence as error:
        raise error.of_carrier(NAME) from None
    match document:
        case {"version": 1, "platform": {"kind": str(kind), "data": dict(members)}} if kind in EVIDENCE:
            member = EVIDENCE[kind]
        case _:
            raise CarrierError(carrier=NAME, path="platform", reason="none that version 1 is known to have")
    at = f"platform/data/{member}"
    beside = _beside_v1(members)
    evidence = _bytes(members.get(member), at)
    return (source.inside(Carrier(NAME, at), evidence, attachments=beside),)


def _beside_v1(members: dict[str, Any]) -> dict[str, bytes]:
    """The attachments, in the forms that they have with version 0."""
    beside = {}
    if events := members.get("event_log"):
        path = "platform/data/event_log"
        beside["event-log"] = json.dumps([_in_json(event, path) for event in _list(events, path)])
    if chain := members.get("cert_chain"):
        path = "platform/data/cert_chain"
        beside["certificates"] = b"".join(_bytes(item, path) for item in _list(chain, path))
    return beside


def _in_json(event: object, path: str) -> dict[str, object]:
    """An event's members: texts and numbers as they are, bytes in hexadecimal."""
    if not isinstance(event, dict) or any(isinstance(value, dict) for value in event.values()):
        raise CarrierError(carrier=NAME, path=path, reason="not a list of events")
    return {
        name: _bytes(value, path).hex() if isinstance(value, bytes | list) else value
        for name, value in event.items()
    }


def _list(value: object, path: str) -> list[Any]:
    if isinstance(value, list):
        return value
    raise CarrierError(carrier=NAME, path=path, reason="not a list")


def _bytes(value: object, path: str) -> bytes:
    """Bytes, which Rust's writers make an array of numbers, or not."""
    return value if isinstance(value, bytes) else octets(value, path, NAME)


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


CARRIERS: Final = (
    CarrierDescriptor(
        name="dstack-attestation",
        section="intel",
        told_by="JSON with `attestation` alone; SCALE of version 0; MessagePack of version 1",
        taken="the quote or report",
        rest=(
            "the event log becomes `event-log`, in the JSON of `dstack-quote`; an SNP chain becomes "
            "`certificates`; `mr_config`, runtime events, `report_data` and `config` are checked to "
            "be there (version 0) and not taken"
        ),
        source="dstack, `dstack-attest`",
        forms=(
            InBytes(unwrap),
            InBytes(unwrap_v1),
            *forms(NAME),
        ),
    ),
)
