"""Event logs of a TD: what each RTMR must be if the log is complete, beside what it is, and what the log says.

A register says for itself whether its events explain it. RTMR3 often has none in a log, because software extends it
later. The forms of logs are those of `evidence.logs.forms`; where one leaves open whose registers it means, they are
those of the TD.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from evidence.claims import Bytes, Consistency, Log, Note
from evidence.errors import LimitExceeded, MalformedEvidence
from evidence.input import Input
from evidence.logs import forms
from evidence.logs.boot import boot
from evidence.logs.event import NO_ACTION
from evidence.logs.event import EventLog as Events
from evidence.logs.names import RTMRS
from evidence.logs.reading import readings
from evidence.logs.replay import Bank, Sum, replay
from evidence.logs.report import word
from evidence.types.tdx.layout import TdInfo, TdReport

KIND: Final = "event-log"
PATH: Final = f"/attachments/{KIND}"
LOG: Final = "/logs/0"
ALGORITHM: Final = "sha-384"


class Replay(NamedTuple):
    """What a log brings into the document: a fact for each register, and the log itself."""

    facts: tuple[Consistency, ...] = ()
    logs: tuple[Log, ...] = ()


def is_read(source: Input) -> bool:
    """Whether an event log came with the evidence that `replayed` makes facts of."""
    log = source.attachments.get(KIND)
    return log is not None and forms.form(log, of_td=True) is not None


def rtmrs(registers: TdReport | TdInfo) -> tuple[bytes, ...]:
    """RTMR0 to RTMR3."""
    return registers.rtmr0, registers.rtmr1, registers.rtmr2, registers.rtmr3


def replayed(source: Input, values: tuple[bytes, ...], notes: list[Note]) -> Replay:
    """A fact for each register in `values` (RTMR0 first), if an event log came with the evidence, and what it says.

    Raises `MalformedEvidence` or `LimitExceeded`, with a place in the log, for one that is broken: half of a log
    explains nothing.
    """
    data = source.attachments.get(KIND)
    if data is None:
        return Replay()
    if not is_read(source):
        detail = "an event log of no form that is known: not replayed"
        notes.append(Note(code="attachment-ignored", path=PATH, detail=detail))
        return Replay()
    try:
        events = forms.read(data, of_td=True)
    except (MalformedEvidence, LimitExceeded) as error:
        error.path = PATH
        raise
    sums = replay(events, {(name, ALGORITHM): value for name, value in zip(RTMRS, values, strict=True)})
    elsewhere = sum(event.register not in RTMRS and event.type != NO_ACTION for event in events.events)
    if elsewhere:
        detail = f"{elsewhere} events are of no register that can be replayed"
        notes.append(Note(code="unknown-register", path=PATH, detail=detail))
    return Replay(tuple(_facts(sums)), (_log(source, data, events, sums, notes),))


def _facts(sums: Mapping[Bank, Sum]) -> Iterator[Consistency]:
    for name in RTMRS:
        one = sums[name, ALGORITHM]
        yield Consistency(
            name=f"{name}-replay",
            status=one.status or "not-computable",
            digest_of=KIND,
            compared_to=f"/environments/td/measurements/{name}",
            alg=ALGORITHM,
            computed=None if one.computed is None else Bytes(one.computed),
            prefix=one.prefix if one.status == "differs" else None,
        )


def _log(source: Input, data: bytes, events: Events, sums: Mapping[Bank, Sum], notes: list[Note]) -> Log:
    stated = boot(readings(events), word(sums))
    if stated.shortened:
        detail = "the log says more of the start than is kept here"
        notes.append(Note(code="log-shortened", path=LOG, detail=detail))
    return Log(
        format=events.format,
        origin=source.attached_by(KIND),
        sha256=Bytes(sha256(data).digest()),
        size=len(data),
        events=len(events.events),
        boot=stated.entries,
    )
