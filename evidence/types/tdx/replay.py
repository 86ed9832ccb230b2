"""Event logs of a TD, replayed: what each RTMR must be if the log is complete, beside what it is.

Two forms are read: CCEL (UEFI CC: a TCG log whose indices are 0 for MRTD and 1 to 4 for RTMR0 to RTMR3), as
EDK2 and td-shim write it; and the JSON that dstack returns beside a quote. A register says for itself
whether its events explain it. RTMR3 often has none in a log, because software extends it later.

Sources: UEFI CC (UEFI Specification 2.10, section 38.4.1); dstack, guest agent API (GetQuote, event_log).
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha384
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from evidence import limits
from evidence.claims import Bytes, Consistency, Note
from evidence.errors import BadEncoding, LimitExceeded, MalformedEvidence
from evidence.input import Input
from evidence.types.tdx.layout import TdInfo, TdReport
from evidence.wire import json, tcg_log
from evidence.words import Outcome

KIND: Final = "event-log"
PATH: Final = f"/attachments/{KIND}"
REGISTERS: Final = ("rtmr0", "rtmr1", "rtmr2", "rtmr3")
ALGORITHM: Final = "sha-384"
DSTACK_RUNTIME: Final = 0x08000001
"""The type of events that dstack extends itself: their digest follows from their content."""
DIGEST_SIZE: Final = 48


class Extended(NamedTuple):
    """One event as a replay sees it: the RTMR (None: no such register), and the digest if it has one."""

    register: int | None
    digest: bytes | None


class DstackEvent(Struct, frozen=True):
    """One event of dstack's JSON; bytes are hex."""

    imr: int
    event_type: int
    digest: str
    event: str
    event_payload: str


def is_read(given: Input) -> bool:
    """Whether an event log came with the evidence that `replayed` makes facts of."""
    log = given.attachments.get(KIND)
    return log is not None and (tcg_log.is_log(log) or _is_dstack(log))


def rtmrs(found: TdReport | TdInfo) -> tuple[bytes, ...]:
    """RTMR0 to RTMR3."""
    return found.rtmr0, found.rtmr1, found.rtmr2, found.rtmr3


def replayed(given: Input, values: tuple[bytes, ...], notes: list[Note]) -> tuple[Consistency, ...]:
    """A fact for each register in `values` (RTMR0 first), if an event log came with the evidence.

    Raises `MalformedEvidence` or `LimitExceeded`, with a place in the log, for one that is broken: half of a log
    explains nothing.
    """
    log = given.attachments.get(KIND)
    if log is None:
        return ()
    if not is_read(given):
        detail = "neither a TCG event log nor the JSON of dstack: not replayed"
        notes.append(Note(code="attachment-ignored", path=PATH, detail=detail))
        return ()
    try:
        events = _dstack(log) if _is_dstack(log) else _ccel(log)
        return tuple(_compare([*events], values, notes))
    except (MalformedEvidence, LimitExceeded) as error:
        error.path = PATH
        raise


def _compare(events: list[Extended], values: tuple[bytes, ...], notes: list[Note]) -> Iterator[Consistency]:
    registers = [bytes(DIGEST_SIZE)] * len(REGISTERS)
    logged, silent = set(), set()
    for register, digest in events:
        if register is None:
            continue
        logged.add(register)
        if digest is None:
            silent.add(register)
        else:
            registers[register] = sha384(registers[register] + digest).digest()
    elsewhere = sum(event.register is None for event in events)
    if elsewhere:
        detail = f"{elsewhere} events are of no register that can be replayed"
        notes.append(Note(code="unknown-register", path=PATH, detail=detail))
    for number, (name, value) in enumerate(zip(REGISTERS, values, strict=True)):
        computed = registers[number]
        status: Outcome = "matches" if computed == value else "differs"
        if number in silent:
            status = "not-computable"
        elif status == "differs" and number not in logged:
            status = "not-in-log"
        yield Consistency(
            name=f"{name}-replay",
            status=status,
            digest_of=KIND,
            compared_to=f"/environments/td/measurements/{name}",
            alg=ALGORITHM,
            computed=None if number in silent else Bytes(computed),
        )


def _is_dstack(log: bytes) -> bool:
    return log.lstrip()[:1] == b"["


def _ccel(log: bytes) -> Iterator[Extended]:
    for event in tcg_log.read(log):
        if event.type == tcg_log.NO_ACTION:
            continue
        register = event.register - 1 if 1 <= event.register <= len(REGISTERS) else None
        yield Extended(register, event.digests.get(ALGORITHM))


def _dstack(log: bytes) -> Iterator[Extended]:
    try:
        events = msgspec.convert(json.loads(log, "event log of dstack"), list[DstackEvent])
    except msgspec.ValidationError as error:
        raise BadEncoding(what="event log of dstack", reason=str(error)) from None
    limits.check("log entries", limits.LOG_ENTRIES, len(events))
    for number, event in enumerate(events):
        if event.event_type == tcg_log.NO_ACTION:
            continue
        register = event.imr if 0 <= event.imr < len(REGISTERS) else None
        yield Extended(register, _dstack_digest(number, event))


def _dstack_digest(number: int, event: DstackEvent) -> bytes | None:
    """The digest that was extended. Of a runtime event it is computed, as its writer does; "" is none."""
    try:
        if event.event_type == DSTACK_RUNTIME:
            kind = DSTACK_RUNTIME.to_bytes(4, "little")
            parts = (kind, event.event.encode(), bytes.fromhex(event.event_payload))
            return sha384(b":".join(parts)).digest()
        digest = bytes.fromhex(event.digest)
    except ValueError:
        raise _bad(number, "not hexadecimal") from None
    if digest and len(digest) != DIGEST_SIZE:
        raise _bad(number, f"a digest of {len(digest)} bytes")
    return digest or None


def _bad(number: int, reason: str) -> BadEncoding:
    return BadEncoding(what=f"event {number} of the event log of dstack", reason=reason)
