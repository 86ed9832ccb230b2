"""Pages as lines: 80 columns of printable ASCII, or as wide as it takes where everything is asked for.

What an input says is escaped here and nowhere else: a text with control, bidirectional or invisible characters, or
with letters of two columns, is written in ASCII, so that it cannot move, hide or colour anything of a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence.show.page import Grid, Page, Phrase, Section

WIDTH: Final = 80
INDENT: Final = 2
GAP: Final = 2
COLUMN: Final = 30
"""Columns of a cell that is not the last one of its row."""
LAST: Final = 24
"""Columns that the last cell must have beside the others; else it stands below them."""
WRAPPED: Final = 6
"""Lines of one cell."""
ELLIPSIS: Final = "..."
UNIT: Final = "bytes)"

Line = tuple[Phrase, ...]
"""The texts of one line, printable and side by side."""


class Format(NamedTuple):
    """How wide lines are; None is as wide as it takes."""

    width: int | None = WIDTH

    def cut(self, text: str, width: int) -> str:
        """A text that is printable and no longer than `width` columns."""
        if self.width is None:
            return printable(text)
        shown = printable(text[: width + 1])
        return shown if len(shown) <= width else shown[: width - len(ELLIPSIS)] + ELLIPSIS

    def wrap(self, text: str, width: int) -> list[str]:
        """A text in lines of at most `width` columns, broken at blanks where there are some; `WRAPPED` lines at most."""
        if self.width is None:
            return [printable(text)]
        shown = printable(text[: WRAPPED * width + 1])
        lines: list[str] = []
        while len(shown) > width and len(lines) < WRAPPED - 1:
            end = shown.rfind(" ", width // 2, width + 1)
            if shown.startswith(UNIT, end + 1):  # it stands with its number
                end = shown.rfind(" ", width // 2, end)
            end = width if end < 0 else end
            lines.append(shown[:end].rstrip())
            shown = shown[end:].lstrip()
        return [*lines, shown if len(shown) <= width else shown[: width - len(ELLIPSIS)] + ELLIPSIS]


def printable(text: str) -> str:
    """The text in printable ASCII: all else as the escape that Python writes for it, but for our own ellipsis."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("…", ELLIPSIS)
    return "".join(letter if " " <= letter <= "~" else ascii(letter)[1:-1] for letter in text)


def lines(page: Page, width: int | None = WIDTH) -> Iterator[Line]:
    """Every line of the page; sections with a title stand apart."""
    form = Format(width)
    first = True
    for section in page:
        if not section.blocks and section is not page[0]:
            continue
        if section.title.text and not first:
            yield ()
        first = False
        yield from _section(section, form)


def _section(section: Section, form: Format) -> Iterator[Line]:
    heading = section.title
    if heading.text:
        for text in form.wrap(heading.text, form.width or 0):
            yield (Phrase(text, heading.tone),)
    for block in section.blocks:
        if isinstance(block, Grid):
            yield from _table(block, form)
            continue
        for text in form.wrap(block.span.text, (form.width or 0) - INDENT):
            yield Phrase(" " * INDENT), Phrase(text, block.span.tone)


def _table(table: Grid, form: Format) -> Iterator[Line]:
    head = (tuple(Phrase(name, "faint") for name in table.head),) if table.head else ()
    rows = (*head, *table.rows)
    widths = _widths(rows, form)
    indent = INDENT * table.level
    for cells in rows:
        yield from _row(cells, widths, form, indent)
    if table.more:
        yield Phrase(" " * indent), Phrase(f"{ELLIPSIS} and {table.more} more (--full shows them)", "faint")


def _widths(rows: tuple[tuple[Phrase, ...], ...], form: Format) -> list[int]:
    """The columns of each cell but the last."""
    count = max(map(len, rows), default=1) - 1
    widths = [0] * count
    for cells in rows:
        for index, cell in enumerate(cells[:-1]):
            widths[index] = max(widths[index], len(form.cut(cell.text, COLUMN)))
    return widths if form.width is not None else [min(width, COLUMN) for width in widths]


def _row(cells: tuple[Phrase, ...], widths: list[int], form: Format, indent: int) -> Iterator[Line]:
    line: list[Phrase] = [Phrase(" " * indent)]
    at = indent
    for index, cell in enumerate(cells[:-1]):
        text = form.cut(cell.text, COLUMN)
        width = max(widths[index], len(text)) + GAP
        if form.width is not None and at + width > form.width:  # too many columns: the row goes on below
            yield _stripped(line)
            line, at = [Phrase(" " * (indent + INDENT))], indent + INDENT
        line += [Phrase(text, cell.tone), Phrase(" " * (width - len(text)))]
        at += width
    if not cells:
        return
    last = cells[-1]
    if form.width is None:
        yield _stripped([*line, Phrase(printable(last.text), last.tone)])
        return
    if at > indent and form.width - at < min(LAST, len(printable(last.text[:LAST]))):
        yield _stripped(line)
        line, at = [Phrase(" " * (indent + 2 * INDENT))], indent + 2 * INDENT
    for number, text in enumerate(form.wrap(last.text, form.width - at)):
        yield _stripped([*(line if not number else [Phrase(" " * at)]), Phrase(text, last.tone)])


def _stripped(line: list[Phrase]) -> Line:
    """The line without blanks at its end."""
    while line and not line[-1].text.strip():
        line.pop()
    return (*line[:-1], line[-1]._replace(text=line[-1].text.rstrip())) if line else ()


def joined(line: Line) -> str:
    """A line without colour."""
    return "".join(span.text for span in line)
