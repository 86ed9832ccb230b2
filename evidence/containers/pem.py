"""The blocks of PEM in a text, by their labels.

Source: RFC 7468. Text may stand before, between and behind the blocks, and headers in them (RFC 1421).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from evidence.containers.part import ContainedPart
from evidence.errors import BadEncoding
from evidence.wire import text

NAME: Final = "pem"
MARK: Final = re.compile(rb"-----(BEGIN|END) ([A-Z0-9](?:[A-Z0-9 ._]|-(?!-)){0,62})-----")
HEADERS: Final = re.compile(rb"\A\s*+(?:[A-Za-z-]++:[^\n]*+\n(?:[ \t][^\n]*+\n)*+)++\s*+")
WHITE: Final = b" \t\r\n\\>|#*;"
"""Characters that are left out: white space, and what comments and quotations put in front of lines."""


def open_blocks(data: bytes) -> Iterator[ContainedPart] | None:
    """What each block holds; None for a text without any."""
    return _blocks(data) if b"-----BEGIN " in data else None


def _blocks(data: bytes) -> Iterator[ContainedPart]:
    ends = [*spans(data)]
    count = Counter(label for label, _, _ in ends)
    order: Counter[bytes] = Counter()
    for label, start, end in ends:
        name = label.decode("ascii")
        at = f"{name}/{order[label]}" if count[label] > 1 else name
        order[label] += 1
        try:
            body = HEADERS.sub(b"", data[start:end], count=1).translate(None, WHITE)
            yield ContainedPart(NAME, at, text.base64(body, NAME))
        except BadEncoding:
            continue


def spans(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Where the content of each block begins and ends; a block that does not end is none."""
    begin: re.Match[bytes] | None = None
    for mark in MARK.finditer(data):
        if mark[1] == b"BEGIN":
            begin = mark
        elif begin is not None and begin[2] == mark[2]:
            yield begin[2], begin.end(), mark.start()
            begin = None
