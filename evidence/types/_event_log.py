"""Event logs beside evidence: what each register must be if the log is complete, beside what it is, and what the log says.

A register says for itself whether its events explain it. The forms of logs are those of `evidence.logs.forms`.
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
from evidence.logs.event import NO_ACTION, EventLog
from evidence.logs.reading import readings
from evidence.logs.replay import Bank, Sum, replay
from evidence.logs.report import word

KIND: Final = "event-log"
PATH: Final = f"/attachments/{KIND}"
LOG: Final = "/logs/0"


class Registers(NamedTuple):
    """The registers that evidence reports.

    `values` are those that it vouches for, by name and hash; `facts` is the name of the fact of each, without its
    ending; `names` are all that its kind of platform has, and `home` the path of the measurements that they are.
    `of_td` says that a log which leaves it open means the registers of a TD.
    """

    values: Mapping[Bank, bytes]
    facts: Mapping[Bank, str]
    names: frozenset[str]
    home: str
    of_td: bool = False


class Replay(NamedTuple):
    """What a log brings into the document: a fact for each register, and the log itself."""

    facts: tuple[Consistency, ...] = ()
    logs: tuple[Log, ...] = ()


def is_read(source: Input, *, of_td: bool = False) -> bool:
    """Whether an event log came with the evidence that `replayed` makes facts of."""
    log = source.attachments.get(KIND)
    return log is not None and forms.form(log, of_td=of_td) is not None


def replayed(source: Input, registers: Registers, notes: list[Note]) -> Replay:
    """A fact for each register with a value, if an event log came with the evidence, and what the log says.

    Raises `MalformedEvidence` or `LimitExceeded`, with a place in the log, for one that is broken: half of a log
    explains nothing.
    """
    data = source.attachments.get(KIND)
    if data is None:
        return Replay()
    if not is_read(source, of_td=registers.of_td):
        detail = "an event log of no form that is known: not replayed"
        notes.append(Note(code="attachment-ignored", path=PATH, detail=detail))
        return Replay()
    try:
        events = forms.read(data, of_td=registers.of_td)
    except (MalformedEvidence, LimitExceeded) as error:
        error.path = PATH
        raise
    sums = replay(events, registers.values)
    elsewhere = sum(
        event.register not in registers.names and event.type != NO_ACTION for event in events.events
    )
    if elsewhere:
        detail = f"{elsewhere} events are of no register that can be replayed"
        notes.append(Note(code="unknown-register", path=PATH, detail=detail))
    return Replay(tuple(_facts(sums, registers)), (_log(source, data, events, sums, notes),))


def _facts(sums: Mapping[Bank, Sum], registers: Registers) -> Iterator[Consistency]:
    for bank, fact in registers.facts.items():
        one = sums[bank]
        yield Consistency(
            name=f"{fact}-replay",
            status=one.status or "not-computable",
            digest_of=KIND,
            compared_to=f"{registers.home}/{bank[0]}",
            alg=bank[1],
            computed=None if one.computed is None else Bytes(one.computed),
            prefix=one.prefix if one.status == "differs" else None,
        )


def _log(source: Input, data: bytes, events: EventLog, sums: Mapping[Bank, Sum], notes: list[Note]) -> Log:
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
