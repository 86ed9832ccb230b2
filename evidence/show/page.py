"""A page for people: sections of tables and sentences. It says what is shown; `text` says in which columns."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Tone = Literal["plain", "title", "faint", "doubt", "bad"]
"""How a piece of text stands out. Nothing is ever green: nothing that is shown was verified."""


class Phrase(NamedTuple):
    """A text with its tone. It may hold anything that an input says; it is escaped when it is laid out."""

    text: str
    tone: Tone = "plain"


class Grid(NamedTuple):
    """Rows of cells, all columns but the last as wide as they need. `more` counts the rows that are left out.

    `level` is how deep it stands in its section.
    """

    rows: tuple[tuple[Phrase, ...], ...]
    head: tuple[str, ...] = ()
    more: int = 0
    level: int = 1


class Sentence(NamedTuple):
    """A text of its own lines."""

    span: Phrase


Block = Grid | Sentence


class Section(NamedTuple):
    """Blocks under a title; one without blocks is not shown."""

    title: Phrase
    blocks: tuple[Block, ...]


Page = tuple[Section, ...]

ROWS: Final = 40
"""Rows of a table that is not shown in full."""
HEX: Final = 16
"""The longest value, in bytes, that is written out where not everything is shown."""
HEAD: Final = 6
"""Bytes of a longer one."""


class Detail(NamedTuple):
    """How much is shown: everything, or what fits."""

    full: bool = False

    def octets(self, value: bytes) -> str:
        """Bytes in hexadecimal; of many, the first ones and how many there are."""
        if self.full or len(value) <= HEX:
            return value.hex() or "no bytes"
        return f"{value[:HEAD].hex()}... ({len(value)} bytes)"

    def most(self, count: int) -> int:
        """How many of `count` rows are shown."""
        return count if self.full else min(count, ROWS)


def sentence(text: str, tone: Tone = "plain") -> Sentence:
    """A sentence in one tone."""
    return Sentence(Phrase(text, tone))


def title(text: str) -> Phrase:
    """The title of a section."""
    return Phrase(text, "title")


def row(*cells: str | Phrase) -> tuple[Phrase, ...]:
    """A row of a table; plain texts need no tone."""
    return tuple(cell if isinstance(cell, Phrase) else Phrase(cell) for cell in cells)
