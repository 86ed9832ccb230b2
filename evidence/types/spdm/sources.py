"""Where every field lies, and the claims that it became."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.registry import Source
from evidence.types.spdm.read import Transcript


def sources(transcript: Transcript, given: Input) -> Iterator[Source]:
    """Every field of every message."""
    for message in transcript.messages:
        for name, place in message.fixed.PLACES.items():
            yield Source(f"{message.name}.{name}", message.start + place.offset, message.start + place.end)
