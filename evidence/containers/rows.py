"""Bytes that a program printed into its log without addresses: as many on each line, behind what every line begins with.

Source: Linux, `lib/hexdump.c` (`print_hex_dump` with `DUMP_PREFIX_NONE`). Lines with addresses are a dump's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence.containers.part import SHORTEST, Lines, Part

NAME: Final = "rows"
ROW: Final = re.compile(
    rb"(?<=[:\]>|] )(?<![0-9A-Fa-f]{4}: )((?:[0-9A-Fa-f]{2} ){7,63}+[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2} )*+[0-9A-Fa-f]{2})"
    rb"(?=[ \t]*\r?$|  )",
    re.MULTILINE,
)
"""Bytes with a space between them, behind a colon or bracket; characters may stand behind two spaces."""
LONGEST: Final = 512
"""Characters between the bytes of one line and those of the next, at most."""


def open_rows(data: bytes) -> Iterator[Part] | None:
    """The bytes of lines that follow each other, by the place of the first; None for a text without any."""
    return None if ROW.search(data) is None else _parts(data)


def _parts(data: bytes) -> Iterator[Part]:
    lines = Lines(data)
    rows: list[re.Match[bytes]] = []
    for row in ROW.finditer(data):
        if rows and not _follows(data, rows, row):
            yield from _block(lines, rows)
            rows = []
        rows.append(row)
    yield from _block(lines, rows)


def _follows(data: bytes, rows: list[re.Match[bytes]], row: re.Match[bytes]) -> bool:
    """Whether a row is on the next line, the last one was as long as the first, and this one is no longer."""
    last, width = rows[-1], len(rows[0][0])
    near = row.start() - last.end() <= LONGEST and data.count(b"\n", last.end(), row.start()) == 1
    return near and len(last[0]) == width and len(row[0]) <= width


def _block(lines: Lines, rows: list[re.Match[bytes]]) -> Iterator[Part]:
    content = bytes.fromhex(b" ".join(row[0] for row in rows).decode("ascii"))
    if len(rows) > 1 and len(content) >= SHORTEST:
        yield Part(NAME, lines.place(rows[0].start()), content)
