"""TCG's canonical event log in its type-length-value form, as Google's agents write it for containers.

Lengths and numbers are big-endian. A digest is of the whole content: tag, length and value.

Sources: TCG Canonical Event Log Format, sections 4 and 5; google/go-tpm-tools and go-eventlog, package `cel`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.errors import BadEncoding, ConstraintViolation, Truncated
from evidence.logs import names
from evidence.logs.event import Event, EventLog

SPEC: Final = "TCG Canonical Event Log Format"
RECORD, PCR, DIGESTS, MANAGEMENT = 0, 1, 3, 4
CC: Final = 108
"""The index of a register of UEFI CC, instead of a PCR."""
HEAD: Final = 5
MARK: Final = b"\0\0\0\0\x08"
"""How a log begins: a record number, of eight bytes."""
CONTAINER: Final = 80
KINDS: Final = (
    *("image-reference", "image-digest", "restart-policy", "image-id", "argument", "environment-variable"),
    *("override-argument", "override-environment-variable", "launch-separator"),
)
"""What an event of a container is about, by its number."""

Field = tuple[int, bytes, int]
"""A tag, its value, and where that begins."""


def is_log(data: bytes) -> bool:
    """Whether `data` begins as such a log does."""
    return data.startswith(MARK) and data[13:14] in {b"\1", bytes([CC])}


def read(data: bytes) -> EventLog:
    """The log; `MalformedEvidence` or `LimitExceeded` for one that is broken."""
    events = tuple(_events(data))
    return EventLog(format="tcg-cel", events=events, size=len(data))


def _events(data: bytes) -> Iterator[Event]:
    place = count = 0
    while place < len(data):
        count += 1
        limits.check("log entries", limits.LOG_ENTRIES, count, offset=place)
        start = place
        (_, record, _), place = _expect(data, place, {RECORD}, "record number")
        if len(record) != 8 or int.from_bytes(record, "big") != count - 1:
            raise _violation("record number", start, record.hex(), str(count - 1))
        here = place
        (kind, index, _), place = _expect(data, place, {PCR, CC}, "register")
        if len(index) not in {1, 4}:
            raise _violation("register", here, index.hex(), "one byte, or four")
        (_, digests, at), place = _expect(data, place, {DIGESTS}, "digests")
        content = place
        (tag, value, _), place = _field(data, place)
        limits.check("bytes of an event", limits.LOG_EVENT_BYTES, len(value), offset=content)
        number = int.from_bytes(index, "big")
        known, others = _digests(digests, at)
        yield Event(
            names.register(names.CC if kind == CC else names.PCRS, number),
            number,
            tag,
            known,
            value,
            start,
            place,
            others,
            hashed=data[content:place],
            name=_kind(tag, value),
        )


def _kind(tag: int, value: bytes) -> str | None:
    """What an event of a container is about."""
    return KINDS[value[0]] if tag == CONTAINER and value and value[0] < len(KINDS) else None


def text(value: bytes) -> bytes:
    """What an event of a container says: the value of the one field in it."""
    (_, inner, _), end = _field(value, 0)
    if end != len(value):
        raise BadEncoding(what="content", offset=end, reason="something behind its field", spec=SPEC)
    return inner


def _digests(data: bytes, base: int) -> tuple[dict[str, bytes], tuple[tuple[int, bytes], ...]]:
    known: dict[str, bytes] = {}
    others: dict[int, bytes] = {}
    place = 0
    while place < len(data):
        start = place
        (number, digest, _), place = _field(data, place, base)
        name, size = names.ALGORITHMS.get(number, ("", len(digest)))
        limits.check("algorithms of an event log", limits.LOG_BANKS, len(known) + len(others) + 1)
        if len(digest) != size or name in known or number in others:
            raise _violation("digest", base + start, len(digest), f"once in an event, of {size} bytes")
        if name:
            known[name] = digest
        else:
            others[number] = digest
    return known, tuple(others.items())


def _expect(data: bytes, place: int, tags: set[int], what: str) -> tuple[Field, int]:
    field, end = _field(data, place)
    if field[0] not in tags:
        raise _violation(what, place, field[0], " or ".join(map(str, sorted(tags))))
    return field, end


def _field(data: bytes, place: int, base: int = 0) -> tuple[Field, int]:
    """The field at `place`, and where it ends."""
    begin = place + HEAD
    size = int.from_bytes(data[place + 1 : begin], "big")
    end = begin + size
    if end > len(data):
        have = len(data) - place
        raise Truncated(what="field of an event", offset=base + place, need=HEAD + size, have=have)
    return (data[place], data[begin:end], begin), end


def _violation(what: str, offset: int, got: object, allowed: str) -> ConstraintViolation:
    return ConstraintViolation(what=what, offset=offset, got=got, allowed=allowed, spec=SPEC)
