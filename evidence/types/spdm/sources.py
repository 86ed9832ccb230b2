"""Where every field lies, and the claims that it became."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.registry import Source
from evidence.types.spdm.claims import state
from evidence.types.spdm.native import Transcript


def sources(transcript: Transcript, source: Input) -> Iterator[Source]:
    """Every field of every message, block, element and certificate, then those of tokens inside of them."""
    _, record = state(transcript, source)
    return record.sources()
