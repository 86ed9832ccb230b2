"""Lines of a page for a terminal that shows colours, by rich."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from evidence.show.page import Tone
from evidence.show.text import Line

STYLES: Final[dict[Tone, str]] = {"title": "bold", "faint": "dim", "doubt": "yellow", "bad": "bold red"}


def coloured(lines: Iterable[Line]) -> Iterator[str]:
    """The lines with the escapes of a terminal. Raises `ImportError` where rich is not installed."""
    from rich.color import ColorSystem
    from rich.style import Style

    styles = {tone: Style.parse(style) for tone, style in STYLES.items()}
    for line in lines:
        yield "".join(
            styles[span.tone].render(span.text, color_system=ColorSystem.STANDARD)
            if span.tone in styles and span.text
            else span.text
            for span in line
        )
