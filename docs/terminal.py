"""The picture of `evidence show` in README.md: its first lines as a terminal shows them, in SVG, made from the page itself."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from evidence import load
from evidence.show import text
from evidence.show.page import Detail, Section, Tone, title
from evidence.show.piece import piece_page

FIXTURE: Final = Path(__file__).parents[1] / "fixtures" / "amd-sev-snp" / "valid" / "v4-genoa.bin"
LINES: Final = 40
"""Lines of the page that are in the picture."""
LINE, LETTER, PAD = 18, 8, 16
"""Height of a line, width of a letter, space around the text: in pixels."""
COLOURS: Final[dict[Tone, str]] = {"title": "t", "faint": "f", "doubt": "d", "bad": "b"}
STYLE: Final = (
    "text{font:13px ui-monospace,monospace;fill:#d7dce2;white-space:pre}rect{fill:#15191e}"
    ".p{fill:#7ee2a8}.t{font-weight:bold}.f{fill:#8b949e}.d{fill:#e3b341}.b{fill:#ff7b72;font-weight:bold}"
)


def picture() -> str:
    """`docs/diagrams/show.svg`."""
    named = Section(title("report.bin"), ())
    lines = [*text.lines((named, *piece_page(load(FIXTURE), Detail())))][:LINES]
    width, height = 2 * PAD + text.WIDTH * LETTER, 2 * PAD + (len(lines) + 1) * LINE
    command = '<tspan class="p">$</tspan> evidence show report.bin'
    rows = "\n".join(_row(number, content) for number, content in enumerate([command, *map(_line, lines)]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img"><title>What evidence show says of a report</title><style>{STYLE}</style>\n'
        f'<rect width="{width}" height="{height}" rx="8"/>\n{rows}\n</svg>\n'
    )


def _row(number: int, content: str) -> str:
    return f'<text x="{PAD}" y="{PAD + (number + 1) * LINE - 5}" xml:space="preserve">{content}</text>'


def _line(line: text.Line) -> str:
    return "".join(_spans(line))


def _spans(line: text.Line) -> Iterator[str]:
    for span in line:
        words = escape(span.text, quote=False)
        colour = COLOURS.get(span.tone)
        yield f'<tspan class="{colour}">{words}</tspan>' if colour and words.strip() else words
