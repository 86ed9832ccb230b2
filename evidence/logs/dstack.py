"""The event log of dstack: a JSON list of events, with those that its guest extends itself into RTMR3.

The digest of an event of its own follows from its content, by the version of the event: version 1 hashes its parts
with colons between, version 2 canonical JSON. It is computed here, whatever digest is stated. Events of firmware may
come without their content.

Sources: dstack, `cc-eventlog` and the guest agent's API (GetQuote, event_log); RFC 8785.
"""

from __future__ import annotations

import json as writer
from hashlib import sha384
from typing import Final

import msgspec
from msgspec import Struct

from evidence import limits
from evidence.errors import BadEncoding
from evidence.logs import names
from evidence.logs.event import Event, EventLog
from evidence.wire import json

RUNTIME: Final = names.NUMBERS["DSTACK_RUNTIME_EVENT"]
"""The type of events that dstack extends itself."""
ALG: Final = "sha-384"
MARK: Final = b'"imr"'
WHAT: Final = "event log of dstack"


class DstackEvent(Struct, frozen=True):
    """One event; bytes are hex."""

    imr: int
    event_type: int
    digest: str = ""
    event: str = ""
    event_payload: str = ""
    version: int = 1
    preimage: str | None = None


def is_list(data: bytes) -> bool:
    """Whether `data` is a JSON list, or begins as one: attached as a log, it is none but this."""
    return data.lstrip()[:1] == b"["


def is_log(data: bytes) -> bool:
    """Whether `data` looks like one: a list, which has the mark of its events near its beginning."""
    return data[:64].lstrip()[:1] == b"[" and MARK in data[:4096]


def read(data: bytes) -> EventLog:
    """The log; `BadEncoding` for one that is broken, with the number of the event."""
    try:
        items = msgspec.convert(json.loads(data, WHAT), list[DstackEvent])
    except msgspec.ValidationError as error:
        raise BadEncoding(what=WHAT, reason=str(error)) from None
    limits.check("log entries", limits.LOG_ENTRIES, len(items))
    events = tuple(_event(number, item) for number, item in enumerate(items))
    return EventLog(format="dstack", events=events, size=len(data))


def _event(number: int, item: DstackEvent) -> Event:
    if not (0 <= item.imr < 1 << 32 and 0 <= item.event_type < 1 << 32):
        raise _bad(number, "a number that has no 32 bits")
    try:
        digest, payload = bytes.fromhex(item.digest), bytes.fromhex(item.event_payload)
        preimage = None if item.preimage is None else bytes.fromhex(item.preimage)
    except ValueError:
        raise _bad(number, "not hexadecimal") from None
    limits.check("bytes of an event", limits.LOG_EVENT_BYTES, len(payload))
    hashed = None
    if item.event_type == RUNTIME:
        hashed = _content(number, item, payload)
        if preimage is not None and preimage != hashed:
            raise _bad(number, "a preimage that is not its content")
        digest = sha384(hashed).digest()
    elif digest and len(digest) != len(sha384().digest()):
        raise _bad(number, f"a digest of {len(digest)} bytes")
    return Event(
        names.register(names.RTMRS, item.imr),
        item.imr,
        item.event_type,
        {ALG: digest} if digest else {},
        payload,
        hashed=hashed,
        name=item.event or None,
    )


def _content(number: int, item: DstackEvent, payload: bytes) -> bytes:
    """What an event of dstack's own hashes."""
    if item.version == 1:
        return b":".join((RUNTIME.to_bytes(4, "little"), item.event.encode(), payload))
    if item.version == 2:
        content = {"name": item.event, "payload": payload.hex(), "type": RUNTIME}
        return writer.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    raise _bad(number, f"version {item.version}, which is not known")


def _bad(number: int, reason: str) -> BadEncoding:
    return BadEncoding(what=f"event {number} of the {WHAT}", reason=reason)
