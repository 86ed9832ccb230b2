"""What commands for people share: pages on standard output, in colour where that is wanted and can be shown."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from evidence.cli import streams

if TYPE_CHECKING:
    from evidence.show.page import Page


def put_page(page: Page, *, full: bool) -> None:
    """Write a page: of 80 columns, or as wide as it takes."""
    from evidence.show import text

    rows = text.lines(page, None if full else text.WIDTH)
    if wants_colour():
        from evidence.show.colour import coloured

        streams.put(streams.lines(*coloured(rows)))
    else:
        streams.put(streams.lines(*map(text.joined, rows)))


def wants_colour() -> bool:
    """Whether standard output is a terminal that shows colours, nobody said NO_COLOR, and rich is installed."""
    try:
        is_terminal = sys.stdout is not None and sys.stdout.isatty()
    except ValueError:  # it is closed
        return False
    if not is_terminal or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return find_spec("rich") is not None
