"""One event and one log, whatever format they came in."""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec import Struct

from evidence.logs.banks import COMPUTABLE, compute
from evidence.words import LogFormat

NO_ACTION: Final = 3
"""EV_NO_ACTION: an event that was not extended into anything."""
SEPARATOR: Final = 4
"""EV_SEPARATOR: the end of what the firmware measures before it starts a loader."""


class Event(NamedTuple):
    """One event. Offsets are bytes of the log; both are 0 where its format has no fixed places."""

    register: str | None
    """The kernel's name of the register; None for a number that no register has."""
    number: int
    """The register as the log writes it."""
    type: int
    digests: dict[str, bytes]
    """By the name of the hash."""
    data: bytes
    start: int = 0
    end: int = 0
    others: tuple[tuple[int, bytes], ...] = ()
    """Digests by algorithms that have no name here: number and digest."""
    hashed: bytes | None = None
    """What the rule of the format hashes, where it has one: then the data are not looked at."""
    name: str | None = None
    """What the format calls the event, where it does so in words."""

    def gives(self, content: bytes | memoryview) -> bool:
        """Whether `content` hashes to the digest in every bank whose hash is known; False if there is none."""
        known = False
        for alg, digest in self.digests.items():
            computed = compute(alg, content)
            if computed is None:
                continue
            if computed != digest:
                return False
            known = True
        return known

    @property
    def is_computable(self) -> bool:
        """Whether the hash of any of its digests is known."""
        return any(alg in COMPUTABLE for alg in self.digests)


class EventLog(Struct, frozen=True, kw_only=True):
    """A log: its events in order, and where they end."""

    format: LogFormat
    events: tuple[Event, ...]
    size: int
    """Bytes up to the end of the last event."""
    filler: int | None = None
    """The byte that stands from there to the end of the log."""
