"""The document of a log, with the registers that evidence reports or without: see `evidence.logs.entries`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256

from evidence.claims import Bytes, Claims
from evidence.logs.boot import boot
from evidence.logs.entries import SCHEMA, Code, Events, LoggedEvent, LogInfo, Observation, QuoteInfo, Replayed
from evidence.logs.event import NO_ACTION, Event, EventLog
from evidence.logs.names import PCRS, RTMRS, TYPES
from evidence.logs.reading import Reading, readings
from evidence.logs.replay import Bank, Sum, replay
from evidence.words import Committed

WORST: tuple[Committed, ...] = ("differs", "not-computable", "not-in-log", "matches")
"""The words of the banks of one register, the worst first."""


def reported(claims: Claims) -> dict[Bank, bytes]:
    """The registers that evidence reports, by name and hash.

    Values that lie beside a quote are those that it selects, and only where the digest over them is the quote's:
    whoever writes a log can write values that fit it.
    """
    proven = any(fact.digest_of == "pcr-values" and fact.status == "matches" for fact in claims.consistency)
    registers: dict[Bank, bytes] = {}
    for environment in claims.environments:
        selected = {one.name: one.set for one in environment.attributes} if proven else {}
        for measurement in environment.measurements:
            if measurement.name not in _REGISTERS:
                continue
            own = (measurement.origin or environment.origin) == "evidence"
            for digest in measurement.digests:
                if own or measurement.name in selected.get(f"pcr_select-{digest.alg}", ()):
                    registers[measurement.name, digest.alg] = bytes(digest.digest)
    return registers


_REGISTERS = frozenset((*RTMRS, *PCRS))


def word(sums: Mapping[Bank, Sum]) -> Callable[[Event], Committed]:
    """What says whether the register of an event proves it: the worst of all banks that were reported."""
    words: dict[str, set[Committed]] = {}
    for (register, _), one in sums.items():
        if one.status is not None:
            words.setdefault(register, set()).add(one.status)
    worst = {register: next(word for word in WORST if word in all) for register, all in words.items()}

    def committed(event: Event) -> Committed:
        if event.type == NO_ACTION:
            return "not-extended"
        return "unchecked" if event.register is None else worst.get(event.register, "unchecked")

    return committed


def document(data: bytes, log: EventLog, claims: Claims | None) -> Events:
    """Every event of a log; `claims` are those of the evidence whose registers it is compared with."""
    sums = replay(log, None if claims is None else reported(claims))
    committed = word(sums)
    made: list[LoggedEvent] = []
    fixed = log.format != "dstack"

    def passing() -> Iterator[Reading]:
        for reading in readings(log):
            made.append(_entry(reading, committed, fixed=fixed))
            yield reading

    events = passing()
    stated = boot(events, committed)
    deque(events, maxlen=0)  # those behind the last that is kept
    entries = tuple(made)
    return Events(
        schema=SCHEMA,
        log=LogInfo(
            kind="event-log",
            format=log.format,
            sha256=Bytes(sha256(data).digest()),
            size=log.size,
            events=len(entries),
            filler=None if log.filler is None else Bytes([log.filler]),
            evidence=claims is not None,
        ),
        quote=None
        if claims is None
        else QuoteInfo(type=claims.evidence.type, sha256=claims.evidence.sha256, status="not-checked"),
        replay=tuple(_replayed(bank, one) for bank, one in sums.items()),
        events=entries,
        boot=stated.entries,
        notes=tuple(_notes(entries, sums, alone=claims is None, shortened=stated.shortened)),
    )


def _replayed(bank: Bank, one: Sum) -> Replayed:
    return Replayed(
        register=bank[0],
        alg=bank[1],
        events=one.events,
        status=one.status or "unchecked",
        computed=None if one.computed is None else Bytes(one.computed),
        prefix=one.prefix,
    )


def _entry(reading: Reading, committed: Callable[[Event], Committed], *, fixed: bool) -> LoggedEvent:
    event = reading.event
    return LoggedEvent(
        n=reading.number,
        at=(event.start, event.end) if fixed else None,
        register=event.register,
        index=event.number,
        type=TYPES.get(event.type),
        type_raw=Bytes(event.type.to_bytes(4, "little")),
        digests=reading.digests(),
        backing=reading.backed.backing,
        backed=reading.backed.range,
        committed=committed(event),
        after_separator=reading.after_separator or None,
        size=len(event.data),
        **reading.says,
    )


def _notes(
    entries: tuple[LoggedEvent, ...], sums: Mapping[Bank, Sum], *, alone: bool, shortened: bool
) -> Iterator[Observation]:
    if alone:
        yield Observation(
            code="log-alone", detail="no evidence came with it: nothing proves any of its events"
        )
    differ = [f"{register} ({alg})" for (register, alg), one in sums.items() if one.status == "differs"]
    if differ:
        yield Observation(
            code="replay-differs", detail=f"the evidence reports other values: {', '.join(differ)}"
        )
    counted: tuple[tuple[Code, str, list[int]], ...] = (
        (
            "contradicts",
            "digests that are not of the data",
            [e.n for e in entries if e.backing == "contradicts"],
        ),
        ("bad-data", "data that cannot be read", [e.n for e in entries if e.bad is not None]),
    )
    for code, detail, numbers in counted:
        if numbers:
            some = ", ".join(map(str, numbers[:8])) + (", …" if len(numbers) > 8 else "")
            yield Observation(code=code, detail=f"{detail}: {len(numbers)} events ({some})")
    if shortened:
        yield Observation(code="boot-shortened", detail="more is said of the start than is kept here")
