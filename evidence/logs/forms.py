"""The formats of event logs: how each is told, and what reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from evidence.errors import UnknownFormat
from evidence.logs import cel, dstack, ima, tcg
from evidence.logs.event import EventLog


class EventFormat(NamedTuple):
    """One format: its name for people, whether bytes are of it, and its reader."""

    title: str
    tells: Callable[[bytes], bool]
    read: Callable[[bytes], EventLog]
    of_td: Callable[[bytes], EventLog] | None = None
    """Another reader, for a log that came with the evidence of a TD."""


DSTACK: Final = EventFormat("the event log of dstack", dstack.is_log, dstack.read)
FORMS: Final = (
    EventFormat("a TCG event log", tcg.is_agile, tcg.read, tcg.read_of_td),
    DSTACK,
    EventFormat("events of an attestation agent", tcg.is_agents, tcg.read, tcg.read_of_td),
    EventFormat("a canonical event log", cel.is_log, cel.read),
    EventFormat("a list of measured files", ima.is_text, ima.read_text),
    EventFormat("a list of measured files", ima.is_binary, ima.read_binary),
    EventFormat("a TCG event log", tcg.is_old, tcg.read),
)
"""In the order of trial: the last has no mark of its own."""


def form(data: bytes, *, of_td: bool = False) -> EventFormat | None:
    """The format of a log; None for bytes that are none. Of one that came with a TD, a list in JSON is dstack's."""
    known = next((one for one in FORMS if one.tells(data)), None)
    return DSTACK if known is None and of_td and dstack.is_list(data) else known


def read(data: bytes, *, of_td: bool = False) -> EventLog:
    """The log that the bytes are; `UnknownFormat` for bytes that are none.

    `of_td` says that it came with the evidence of a TD, where the log leaves open whose registers it means.
    """
    one = form(data, of_td=of_td)
    if one is None:
        raise UnknownFormat(size=len(data), head=data[:16])
    return one.of_td(data) if of_td and one.of_td is not None else one.read(data)
