"""What the events of a log add up to: a register is the hash of its value before and of the digest, event by event.

Each register starts where TCG PFP, section 3.3.4, and TCG PC Client Platform TPM Profile, section 4.6.2, have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from evidence.logs.banks import COMPUTABLE, compute
from evidence.logs.event import NO_ACTION, EventLog
from evidence.logs.names import NUMBERS
from evidence.wire import hashes
from evidence.words import Outcome

LOCALITY: Final = b"StartupLocality\0"
HCRTM_LOCALITY: Final = 4
HCRTM: Final = NUMBERS["EV_EFI_HCRTM_EVENT"]
DYNAMIC: Final = frozenset(f"pcr{number}" for number in range(17, 23))
"""PCRs that start with all bits set."""
FIRST: Final = "pcr0"
VIOLATION: Final = frozenset({"ima", "ima-text"})
"""Formats in which a digest of zeros says that a file changed, and stands for one with all bits set."""

Bank = tuple[str, str]
"""A register, and the name of a hash."""


class Sum(NamedTuple):
    """What the events of one bank add up to."""

    events: int
    computed: bytes | None
    """The value; None where an event has no digest by this hash."""
    status: Outcome | None
    """How that is to what was reported; None where nothing was."""
    prefix: int | None
    """The number of first events that give what was reported, where all of them do not."""


class _Bank:
    """One bank while its events are added up."""

    __slots__ = ("events", "gap", "prefix", "reported", "value")

    def __init__(self, value: bytes, reported: bytes | None) -> None:
        self.events, self.gap = 0, False
        self.value, self.reported = value, reported
        self.prefix: int | None = None

    def extend(self, alg: str, digest: bytes | None) -> None:
        self.events += 1
        if digest is None:
            self.gap = True
        if digest is None or self.gap:
            return
        self.value = compute(alg, self.value + digest) or b""
        if self.value == self.reported:
            self.prefix = self.events

    def sum(self) -> Sum:
        if self.gap:
            return Sum(self.events, None, None if self.reported is None else "not-computable", self.prefix)
        if self.reported is None:
            return Sum(self.events, self.value, None, None)
        if self.value == self.reported:
            return Sum(self.events, self.value, "matches", None)
        return Sum(self.events, self.value, "differs" if self.events else "not-in-log", self.prefix)


def locality(log: EventLog) -> int:
    """The locality from which a TPM was started, which its first register starts with."""
    for event in log.events:
        if event.type == HCRTM:
            return HCRTM_LOCALITY
        if event.register == FIRST and event.type != NO_ACTION:
            return 0
        if event.type == NO_ACTION and event.data.startswith(LOCALITY) and len(event.data) == 17:
            return event.data[16]
    return 0


def start(register: str, alg: str, startup: int = 0) -> bytes:
    """The value of a register before its first event."""
    size = hashes.SIZES[alg]
    if register in DYNAMIC:
        return b"\xff" * size
    return startup.to_bytes(size, "big") if register == FIRST else bytes(size)


def replay(log: EventLog, reported: Mapping[Bank, bytes] | None = None) -> dict[Bank, Sum]:
    """What each bank adds up to, of the log and of what was reported; each event is looked at once.

    A register without events is what it starts with.
    """
    startup = locality(log)
    reported = reported or {}
    banks: dict[Bank, _Bank] = {}
    by_register: dict[str, list[tuple[str, _Bank]]] = {}

    def bank(register: str, alg: str, before: int) -> None:
        made = _Bank(start(register, alg, startup), reported.get((register, alg)))
        made.events, made.gap = before, before > 0
        banks[register, alg] = made
        by_register.setdefault(register, []).append((alg, made))

    for key in reported:
        if key[1] in COMPUTABLE:
            bank(*key, before=0)
    counts: dict[str, int] = {}
    for event in log.events:
        register = event.register
        if register is None or event.type == NO_ACTION:
            continue
        for alg in event.digests:
            if (register, alg) not in banks and alg in COMPUTABLE:
                bank(register, alg, before=counts.get(register, 0))
        counts[register] = counts.get(register, 0) + 1
        for alg, one in by_register.get(register, ()):
            digest = event.digests.get(alg)
            if log.format in VIOLATION and digest is not None and not any(digest):
                digest = b"\xff" * len(digest)
            one.extend(alg, digest)
    return {key: one.sum() for key, one in banks.items()}
