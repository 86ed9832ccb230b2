"""TCG event logs, as firmware writes them: who extended what into which register.

In the crypto-agile form the first event is in the old form and says which algorithms the others use; a log of TCG 1.2
is in the old form throughout. CCEL is the crypto-agile form with the indices of UEFI CC. The attestation agent of
Confidential Containers writes events of the agile form alone, without a first one.

A log ends where its bytes do, or where a filler of zeros or of 0xFF begins that goes on to the end.

Sources: TCG PFP (PC Client Platform Firmware Profile), sections 10.2.1 (TCG_PCR_EVENT), 10.2.2 (TCG_PCR_EVENT2) and
10.4.5 (Spec ID event); UEFI 2.10, section 38.4.1; Confidential Containers, guest-components, attestation-agent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence import limits
from evidence.errors import BadEncoding, ConstraintViolation
from evidence.logs import names
from evidence.logs.event import NO_ACTION, Event, EventLog
from evidence.logs.names import ALGORITHMS
from evidence.wire.cursor import Cursor
from evidence.wire.layout import U8, U16, U32, Layout, Raw, at

SPEC: Final = "TCG PFP, section 10.2"
SIGNATURE: Final = b"Spec ID Event03\0"
OLD_SIGNATURES: Final = (b"Spec ID Event00\0", b"Spec ID Event02\0", b"StartupLocality\0")
SIGNATURE_AT: Final = 32
TD_SHIM: Final = b"td-shim"
"""The vendor information of td-shim, whose first event has index 0."""
CC_BANKS: Final = frozenset({0x000C})
"""The one algorithm of a log for a TD: no TPM has SHA-384 alone."""
FILLERS: Final = (b"\0" * 8, b"\xff" * 8)
TAG: Final = 6
AGENT_TAG: Final = b"AAEL"
AGENT_TAGS: Final = (AGENT_TAG, AGENT_TAG[::-1])


class FirstEvent(Layout, size=32, spec="TCG PFP, TCG_PCR_EVENT"):
    pcr_index: U32 = at(0)
    type: U32 = at(4)
    digest: Raw = at(8, 20)
    size: U32 = at(28)


class EventHead(Layout, size=12, spec="TCG PFP, TCG_PCR_EVENT2"):
    pcr_index: U32 = at(0)
    type: U32 = at(4)
    digests: U32 = at(8)


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


class Announced(NamedTuple):
    """What a Spec ID event says: the size of the digests of each algorithm, and whose log it is."""

    sizes: dict[int, int]
    vendor: bytes
    errata: int = 0


def is_agile(data: bytes) -> bool:
    """Whether `data` begins as a crypto-agile log does: with an EV_NO_ACTION event that holds a Spec ID."""
    return (
        data[4:8] == NO_ACTION.to_bytes(4, "little")
        and data[SIGNATURE_AT : SIGNATURE_AT + len(SIGNATURE)] == SIGNATURE
    )


def is_old(data: bytes) -> bool:
    """Whether `data` is a log of TCG 1.2: by its first event, or by events from beginning to end."""
    if len(data) < FirstEvent.SIZE or is_agile(data):
        return False
    if data[4:8] == NO_ACTION.to_bytes(4, "little") and data[SIGNATURE_AT:].startswith(OLD_SIGNATURES):
        return True
    place = 0
    while place + FirstEvent.SIZE <= len(data) and data[place : place + 8] not in FILLERS:
        index, kind = (int.from_bytes(data[place + step : place + step + 4], "little") for step in (0, 4))
        if index >= len(names.PCRS) or not kind or kind not in names.TYPES:
            return False
        place += FirstEvent.SIZE + int.from_bytes(data[place + 28 : place + 32], "little")
    rest = len(data) - place
    return place > 0 and (not rest or (rest > 0 and data.count(data[place : place + 1], place) == rest))


def is_agents(data: bytes) -> bool:
    """Whether `data` begins with an event of the attestation agent: one digest, a tag of its own."""
    if len(data) < 14 or data[4:12] != TAG.to_bytes(4, "little") + b"\1\0\0\0":
        return False
    _, size = ALGORITHMS.get(int.from_bytes(data[12:14], "little"), ("", 0))
    return size > 0 and data[18 + size : 22 + size] in AGENT_TAGS


def read(data: bytes, *, of_td: bool = False, what: str = "event log") -> EventLog:
    """The log. `of_td` says that it came with the evidence of a TD: then indices are those of UEFI CC.

    `ConstraintViolation` for an algorithm that is not announced, and a size that a known one does not have;
    `BadEncoding` for bytes behind a filler, `Truncated`, `TrailingBytes`, `LimitExceeded` above `limits.LOG_ENTRIES`.
    """
    cursor = Cursor(data, what)
    if is_agents(data):
        registers = names.CC if of_td or _is_for_a_td(data) else names.PCRS
        sizes = {number: size for number, (_, size) in ALGORITHMS.items()}
        events = tuple(_agile(cursor, sizes, registers))
        return EventLog(format="coco-aael", events=events, size=cursor.at, filler=_filled(cursor))
    if not is_agile(data):
        events = tuple(_old(cursor))
        return EventLog(format="tcg-sha1", events=events, size=cursor.at, filler=_filled(cursor))
    first = cursor.read(FirstEvent)
    announced = _announced(cursor.sub(first.size, "Spec ID event"))
    is_cc = of_td or first.pcr_index == 1 or TD_SHIM in announced.vendor or announced.sizes.keys() == CC_BANKS
    registers = names.CC if is_cc else names.PCRS
    start = Event(
        register=names.register(registers, first.pcr_index),
        number=first.pcr_index,
        type=first.type,
        digests={"sha-1": first.digest},
        data=data[FirstEvent.SIZE : cursor.at],
        end=cursor.at,
    )
    events = (start, *_agile(cursor, announced.sizes, registers))
    return EventLog(format="ccel" if is_cc else "tcg", events=events, size=cursor.at, filler=_filled(cursor))


def read_of_td(data: bytes) -> EventLog:
    """The log, which came with the evidence of a TD."""
    return read(data, of_td=True)


def _is_for_a_td(data: bytes) -> bool:
    """Whether the first event of an agent is for RTMR3: by the index of UEFI CC, and the hash of a TD."""
    return data[:4] == b"\4\0\0\0" and int.from_bytes(data[12:14], "little") in CC_BANKS


def spec_id(data: bytes) -> Announced:
    """What the data of a Spec ID event say."""
    return _announced(Cursor(data, "Spec ID event"))


def _announced(cursor: Cursor) -> Announced:
    start = cursor.at
    head = cursor.read(SpecId)
    if head.signature != SIGNATURE:
        raise _violation("SpecId.signature", start, head.signature, "Spec ID Event03")
    limits.check("algorithms of an event log", limits.LOG_BANKS, head.algorithms, offset=cursor.at)
    sizes: dict[int, int] = {}
    for _ in range(head.algorithms):
        place = cursor.at
        algorithm = cursor.read(LogAlgorithm)
        name, size = ALGORITHMS.get(algorithm.id, ("", algorithm.size))
        if algorithm.size != size:
            raise _violation("Algorithm.size", place + 2, algorithm.size, f"{size} ({name})")
        sizes[algorithm.id] = size
    vendor = cursor.take(cursor.uint(1, "vendor information size"), "vendor information")
    cursor.done()
    return Announced(sizes, vendor, head.errata)


def _ends(cursor: Cursor) -> bool:
    """Whether nothing but a filler is left."""
    head, left = cursor.peek(8), cursor.left
    if head not in FILLERS:
        return left < 8 and any(head == filler[:left] for filler in FILLERS)
    if cursor.data.count(head[:1], cursor.at) == left:
        return True
    reason = f"a filler of {head[:1].hex()} that does not go on to the end"
    raise BadEncoding(what=cursor.what, offset=cursor.at, reason=reason, spec=SPEC)


def _filled(cursor: Cursor) -> int | None:
    return cursor.peek(1)[0] if cursor.left else None


def _places(cursor: Cursor) -> Iterator[int]:
    """Where each event begins, up to the end of the log."""
    for count in range(limits.LOG_ENTRIES + 1):
        if not cursor.left or _ends(cursor):
            return
        if count == limits.LOG_ENTRIES:
            raise limits.exceeded("log entries", limits.LOG_ENTRIES, count + 1, offset=cursor.at)
        yield cursor.at


def _old(cursor: Cursor) -> Iterator[Event]:
    for start in _places(cursor):
        head = cursor.read(FirstEvent)
        register = names.register(names.PCRS, head.pcr_index)
        if register is None and head.type != NO_ACTION:
            raise _violation("TCG_PCR_EVENT.pcr_index", start, head.pcr_index, "a PCR")
        data = _data(cursor, head.size)
        yield Event(register, head.pcr_index, head.type, {"sha-1": head.digest}, data, start, cursor.at)


def _agile(cursor: Cursor, announced: dict[int, int], registers: tuple[str, ...]) -> Iterator[Event]:
    for start in _places(cursor):
        head = cursor.read(EventHead)
        if head.digests > len(announced):
            allowed = f"at most {len(announced)}, as announced"
            raise _violation("digest count", start + 8, head.digests, allowed)
        digests: dict[str, bytes] = {}
        others: dict[int, bytes] = {}
        for _ in range(head.digests):
            place = cursor.at
            number = cursor.uint(2)
            size = announced.get(number)
            if size is None:
                raise _violation("digest algorithm", place, number, "announced by the first event")
            name, _size = ALGORITHMS.get(number, ("", 0))
            if name in digests or number in others:
                raise _violation("digest algorithm", place, number, "once in an event")
            if name:
                digests[name] = cursor.take(size)
            else:
                others[number] = cursor.take(size)
        data = _data(cursor, cursor.uint(4))
        register = names.register(registers, head.pcr_index)
        yield Event(
            register, head.pcr_index, head.type, digests, data, start, cursor.at, tuple(others.items())
        )


def _data(cursor: Cursor, size: int) -> bytes:
    if size <= cursor.left:  # what is not there is truncated, and not too long
        limits.check("bytes of an event", limits.LOG_EVENT_BYTES, size, offset=cursor.at)
    return cursor.take(size, "event data")


def _violation(what: str, offset: int, got: object, allowed: str) -> ConstraintViolation:
    return ConstraintViolation(what=what, offset=offset, got=got, allowed=allowed, spec=SPEC)
