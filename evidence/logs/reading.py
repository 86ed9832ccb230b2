"""Every event of a log with what backs it, what it says, and whether the firmware had ended its part by then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from evidence.claims import Bytes, Digest
from evidence.logs.backing import Backed, backed
from evidence.logs.details import Details, details
from evidence.logs.event import SEPARATOR, Event, EventLog


class Reading(NamedTuple):
    """One event, read. `after_separator` says that its register has a separator before it."""

    number: int
    event: Event
    backed: Backed
    says: Details
    after_separator: bool

    def digests(self) -> tuple[Digest, ...]:
        """Its digests as entries; those by unknown algorithms with the number of these."""
        known = [Digest(alg=alg, digest=Bytes(digest)) for alg, digest in self.event.digests.items()]
        if not self.event.others:
            return tuple(known)
        for number, digest in self.event.others:
            raw = Bytes(number.to_bytes(2, "little"))
            known.append(Digest(alg="unknown", digest=Bytes(digest), raw=raw))
        return tuple(known)


def readings(log: EventLog) -> Iterator[Reading]:
    """The events of a log, in order."""
    ended: set[str] = set()
    for number, event in enumerate(log.events):
        yield Reading(number, event, backed(event), details(event), event.register in ended)
        if event.type == SEPARATOR and event.register is not None:
            ended.add(event.register)
