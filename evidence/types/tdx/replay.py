"""Event logs of a TD: the registers that its events are added up for.

RTMR3 often has no event in a log, because software extends it later. Where a form leaves open whose registers it means,
they are those of the TD.
"""

from __future__ import annotations

from typing import Final

from evidence.claims import Note
from evidence.input import Input
from evidence.logs.names import RTMRS
from evidence.types import _event_log
from evidence.types._event_log import Registers, Replay
from evidence.types.tdx.layout import TdInfo, TdReport

ALGORITHM: Final = "sha-384"
FACTS: Final = {(name, ALGORITHM): name for name in RTMRS}
NAMES: Final = frozenset(RTMRS)
HOME: Final = "/environments/td/measurements"


def is_read(source: Input) -> bool:
    """Whether an event log came with the evidence that `replayed` makes facts of."""
    return _event_log.is_read(source, of_td=True)


def rtmrs(registers: TdReport | TdInfo) -> tuple[bytes, ...]:
    """RTMR0 to RTMR3."""
    return registers.rtmr0, registers.rtmr1, registers.rtmr2, registers.rtmr3


def replayed(source: Input, values: tuple[bytes, ...], notes: list[Note]) -> Replay:
    """A fact for each register in `values` (RTMR0 first), if an event log came with the evidence, and what it says.

    Raises what `evidence.types._event_log.replayed` does.
    """
    reported = dict(zip(FACTS, values, strict=True))
    return _event_log.replayed(source, Registers(reported, FACTS, NAMES, HOME, of_td=True), notes)
