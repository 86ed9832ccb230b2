"""Texts in percent-encoding, as in the query of a URL or in a form: what they say.

Source: RFC 3986, section 2.1; WHATWG URL, section 5 (forms). A plus sign is itself: base64 has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from evidence import limits
from evidence.containers.part import SHORTEST, Lines, Part

NAME: Final = "percent"
RUN: Final = re.compile(rb"(?<![A-Za-z0-9_.~+/*%-])(?:[A-Za-z0-9_.~+/*-]++|%[0-9A-Fa-f]{2})++")
"""Characters that nobody encodes, and encoded ones: a value between `=` and `&`."""


LONGEST: Final = 3 * limits.EVIDENCE_BYTES
"""Characters of a value that is read: what is longer is no evidence's."""


def open_values(data: bytes) -> Iterator[Part] | None:
    """Every value that has encoded characters and is long enough; None for a text without a percent sign."""
    return _values(data) if b"%" in data else None


def _values(data: bytes) -> Iterator[Part]:
    lines = Lines(data)
    for run in RUN.finditer(data):
        if SHORTEST <= run.end() - run.start() <= LONGEST and b"%" in run[0]:
            yield Part(NAME, lines.place(run.start()), unquote_to_bytes(run[0]))
