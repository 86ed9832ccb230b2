"""Where every claim of a chain lies."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.registry import Source
from evidence.types.dice import dpu_claims
from evidence.types.dice.claims import record
from evidence.types.dice.dpu import DpuEvidence
from evidence.types.dice.read import DiceChain


def sources(native: DiceChain | DpuEvidence, source: Input) -> Iterator[Source]:
    """Every field of every certificate, and of a DPU's document."""
    if isinstance(native, DpuEvidence):
        return dpu_claims.record(native).sources()
    return record(native, source.data).sources()
