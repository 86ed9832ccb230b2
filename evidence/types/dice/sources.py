"""Where every claim of a chain lies."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.registry import Source
from evidence.types.dice.claims import record
from evidence.types.dice.read import DiceChain


def sources(chain: DiceChain, source: Input) -> Iterator[Source]:
    """Every field of every certificate."""
    return record(chain, source.data).sources()
