"""Where every claim of a token lies."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.registry import Source
from evidence.types.eat.read import EatToken


def sources(token: EatToken, source: Input) -> Iterator[Source]:
    """Every field that became a claim."""
    return token.record.sources()
