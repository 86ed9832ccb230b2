"""TCG event logs in their crypto-agile form, as firmware writes them: who extended what into which register.

The first event is in the old form and says which algorithms the others use. A log ends where its bytes
do, or where a filler of zeros or of 0xFF begins that goes on to the end.

Source: TCG PFP (PC Client Platform Firmware Profile), sections 10.2.1 (TCG_PCR_EVENT), 10.2.2
(TCG_PCR_EVENT2) and 10.4.5 (Spec ID event).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence import limits
from evidence.errors import BadEncoding, ConstraintViolation
from evidence.wire.cursor import Cursor
from evidence.wire.layout import U8, U16, U32, Layout, Raw, at

SPEC: Final = "TCG PFP, section 10.2"
SIGNATURE: Final = b"Spec ID Event03\0"
SIGNATURE_AT: Final = 32
NO_ACTION: Final = 3
"""EV_NO_ACTION: an event that was not extended into anything."""
ALGORITHMS: Final = {
    # TCG Algorithm Registry: number to IANA name and size (bytes)
    0x0004: ("sha-1", 20),
    0x000B: ("sha-256", 32),
    0x000C: ("sha-384", 48),
    0x000D: ("sha-512", 64),
    0x0012: ("sm3", 32),
    0x0027: ("sha3-256", 32),
    0x0028: ("sha3-384", 48),
    0x0029: ("sha3-512", 64),
}
FILLERS: Final = (b"\0" * 8, b"\xff" * 8)


class FirstEvent(Layout, size=32, spec="TCG PFP, TCG_PCR_EVENT"):
    pcr_index: U32 = at(0)
    type: U32 = at(4)
    digest: Raw = at(8, 20)
    size: U32 = at(28)


class SpecId(Layout, size=28, spec="TCG PFP, TCG_EfiSpecIDEvent"):
    signature: Raw = at(0, 16)
    platform_class: U32 = at(16)
    version_minor: U8 = at(20)
    version_major: U8 = at(21)
    errata: U8 = at(22)
    uintn_size: U8 = at(23)
    algorithms: U32 = at(24)


class LogAlgorithm(Layout, size=4, spec="TCG PFP, TCG_EfiSpecIdEventAlgorithmSize"):
    id: U16 = at(0)
    size: U16 = at(2)


class Event(NamedTuple):
    """One event: the register, what kind it is, its digests by algorithm, where it lies (bytes)."""

    register: int
    type: int
    digests: dict[str, bytes]
    start: int
    end: int


def is_log(data: bytes) -> bool:
    """Whether `data` begins as a log does: with an EV_NO_ACTION event that holds a Spec ID."""
    return (
        data[4:8] == NO_ACTION.to_bytes(4, "little")
        and data[SIGNATURE_AT : SIGNATURE_AT + len(SIGNATURE)] == SIGNATURE
    )


def read(data: bytes, what: str = "event log") -> Iterator[Event]:
    """The events behind the first, in order; raises on the way.

    `ConstraintViolation` for an algorithm that is not known (its digest has no known size, so nothing
    behind it can be read) or not announced, `BadEncoding` for bytes behind a filler, `Truncated`,
    `TrailingBytes`, `LimitExceeded` above `limits.LOG_ENTRIES`.
    """
    cursor = Cursor(data, what)
    first = cursor.read(FirstEvent)
    announced = _algorithms(cursor.sub(first.size, "Spec ID event"))
    count = 0
    while cursor.left and not _filler(cursor):
        count += 1
        limits.check("log entries", limits.LOG_ENTRIES, count, offset=cursor.at)
        yield _event(cursor, announced)


def _algorithms(cursor: Cursor) -> frozenset[int]:
    """The numbers of the algorithms that a log announces, of which we know the sizes."""
    start = cursor.at
    head = cursor.read(SpecId)
    if head.signature != SIGNATURE:
        raise _violation("SpecId.signature", start, head.signature, "Spec ID Event03")
    announced = set()
    for _ in range(head.algorithms):
        place = cursor.at
        algorithm = cursor.read(LogAlgorithm)
        name, size = ALGORITHMS.get(algorithm.id, ("", algorithm.size))
        if algorithm.size != size:
            raise _violation("Algorithm.size", place + 2, algorithm.size, f"{size} ({name})")
        announced.add(algorithm.id)
    cursor.take(cursor.uint(1, "vendor information size"), "vendor information")
    cursor.done()
    return frozenset(announced)


def _filler(cursor: Cursor) -> bool:
    """Whether nothing but a filler is left."""
    head, left = cursor.peek(8), cursor.left
    if head not in FILLERS:
        return left < 8 and any(head == filler[:left] for filler in FILLERS)
    if cursor.data.count(head[:1], cursor.at) == left:
        return True
    reason = f"a filler of {head[:1].hex()} that does not go on to the end"
    raise BadEncoding(what=cursor.what, offset=cursor.at, reason=reason, spec=SPEC)


def _event(cursor: Cursor, announced: frozenset[int]) -> Event:
    start = cursor.at
    register, kind, count = cursor.uint(4), cursor.uint(4), cursor.uint(4)
    if count > len(announced):
        raise _violation("digest count", start + 8, count, f"at most {len(announced)}, as announced")
    digests: dict[str, bytes] = {}
    for _ in range(count):
        place = cursor.at
        number = cursor.uint(2)
        if number not in announced or number not in ALGORITHMS:
            raise _violation("digest algorithm", place, number, "known, and announced by the first event")
        name, size = ALGORITHMS[number]
        if name in digests:
            raise _violation("digest algorithm", place, number, "once in an event")
        digests[name] = cursor.take(size)
    cursor.take(cursor.uint(4), "event data")
    return Event(register, kind, digests, start, cursor.at)


def _violation(what: str, offset: int, got: object, allowed: str) -> ConstraintViolation:
    return ConstraintViolation(what=what, offset=offset, got=got, allowed=allowed, spec=SPEC)
