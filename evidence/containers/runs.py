"""Long runs of hexadecimal or base64 in any text: logs, YAML, CSV, HTML, source code. A path is a line and a column.

A run is as long as it can be. Lines that hold nothing else, and that a tool wrapped at one width, are one run; a
compact JWS is one, too. A data URI says itself where its base64 begins. What is in PEM is not read again.

Sources: RFC 4648; RFC 2397 (data URIs); RFC 7515 (a compact JWS is three runs with points between).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from evidence.containers import pem
from evidence.containers.part import ContainedPart, Lines
from evidence.containers.word import decoded

NAME: Final = "text"
SHORTEST: Final = 512
"""Characters of a run."""
RUN: Final = re.compile(
    rb"(?<![A-Za-z0-9+/_-])(?:eyJ[A-Za-z0-9_-]++\.[A-Za-z0-9_-]++\.[A-Za-z0-9_-]*+|[A-Za-z0-9+/_-]{%d,}+={0,2})"
    % SHORTEST
)
WRAPPED: Final = re.compile(
    rb"^(?P<margin>[ \t>|#*;/\"']{0,40}+)[A-Za-z0-9+/_-]{32,512}+[\"'\\, \t]{0,4}\r?\n"
    rb"(?:[ \t>|#*;/\"']{0,40}+[A-Za-z0-9+/_-]{32,512}+[\"'\\, \t]{0,4}\r?\n)++"
    rb"(?:[ \t>|#*;/\"']{0,40}+[A-Za-z0-9+/_-]{0,512}+={0,2}(?=[\"'\\, \t]{0,4}\r?$))?",
    re.MULTILINE,
)
"""Lines of one run: the last one may be shorter."""
MARGIN: Final = b" \t\r\n>|#*;\"'\\,"
POINT: Final = b"."


def open_runs(data: bytes) -> Iterator[ContainedPart] | None:
    """Every run that can be decoded, as far as it goes; None for a text without any."""
    if RUN.search(data) is None and WRAPPED.search(data) is None:
        return None
    return _parts(data)


def _parts(data: bytes) -> Iterator[ContainedPart]:
    inside = _Inside(pem.spans(data) if b"-----BEGIN " in data else ())
    lines = Lines(data)
    blocks = []
    for block in WRAPPED.finditer(data):
        widths = [len(line.strip(MARGIN)) for line in block[0].splitlines()]
        if inside.has(block.start()) or len({*widths[:-1]}) > 1 or widths[-1] > widths[0]:
            continue
        joined = block[0].translate(None, MARGIN)
        if len(joined) >= SHORTEST and (reading := decoded(joined)) is not None:
            blocks.append((b"", block.start(), block.end()))
            content, broken = reading
            yield ContainedPart(NAME, lines.place(block.end("margin")), content, broken=broken)
    inside.again()
    wrapped, lines = _Inside(blocks), Lines(data)
    for run in RUN.finditer(data):
        if inside.has(run.start()) or wrapped.has(run.start()):
            continue
        if POINT in run[0] and len(run[0]) == len(data.strip()):
            continue  # it is the text itself, which was asked before
        if (reading := (run[0], None) if POINT in run[0] else decoded(run[0])) is not None:
            content, broken = reading
            yield ContainedPart(NAME, lines.place(run.start()), content, broken=broken)


class _Inside:
    """Ranges of a text, in ascending order, and whether places are in one of them, asked for in that order as well."""

    def __init__(self, spans: Iterable[tuple[bytes, int, int]]) -> None:
        self.spans = [*spans]
        self.index = 0

    def again(self) -> None:
        """Begin with the first place again."""
        self.index = 0

    def has(self, at: int) -> bool:
        while self.index < len(self.spans) and self.spans[self.index][2] <= at:
            self.index += 1
        return self.index < len(self.spans) and self.spans[self.index][1] <= at
