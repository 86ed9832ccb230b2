"""How far a command is, on a terminal, where it takes longer than people like to wait without a word."""

from __future__ import annotations

import time
from typing import Final

from evidence.cli import streams

PATIENCE: Final = 1.0
"""Seconds before the first word."""
PAUSE: Final = 0.2
"""Seconds between two of them."""


class Progress:
    """Counts inputs, and says how many there were and which one is read."""

    def __init__(self) -> None:
        self.count = 0
        self.due = time.monotonic() + PATIENCE if streams.on_terminal() else None

    def tick(self, source: str) -> None:
        """One more input."""
        self.count += 1
        if self.due is not None and (now := time.monotonic()) >= self.due:
            self.due = now + PAUSE
            streams.whisper(f"{self.count} inputs, {streams.shown(source)}")

    def end(self) -> None:
        """Nothing of it stays."""
        streams.hush()


class Rate:
    """How many inputs were converted, how fast, and how many errors there were."""

    def __init__(self) -> None:
        self.begin = time.monotonic()
        self.due = self.begin + PATIENCE if streams.on_terminal() else None

    def tick(self, inputs: int, errors: int) -> None:
        """So many are done."""
        if self.due is not None and (now := time.monotonic()) >= self.due:
            self.due = now + PAUSE
            rate = inputs / (now - self.begin)
            streams.whisper(f"{inputs:,} inputs, {rate:,.0f} a second, {errors:,} errors")
