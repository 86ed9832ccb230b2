r"""One word of hexadecimal or base64, and the bytes that it says.

Hexadecimal may begin with `0x` (C) or `\x` (PostgreSQL), and have a hyphen between its bytes (.NET); it is never taken
for base64.

Sources: RFC 4648; PostgreSQL, "Binary Data Types" (hex format); .NET, `BitConverter.ToString`.
"""

from __future__ import annotations

import re
from typing import Final

from evidence.errors import BadEncoding
from evidence.wire import text

HEX: Final = re.compile(rb"(?:0?[xX])?([0-9a-fA-F]++)")
HYPHENS: Final = re.compile(rb"(?:[0-9a-fA-F]{2}-)++[0-9a-fA-F]{2}")
BASE64: Final = re.compile(rb"[A-Za-z0-9+/]++={0,2}")
BASE64URL: Final = re.compile(rb"[A-Za-z0-9_-]++={0,2}")
WHAT: Final = "word"


def decoded(word: bytes) -> tuple[bytes, BadEncoding | None] | None:
    """The bytes, with the error of a word that breaks off, such as an odd number of digits; None for what is no word."""
    if HYPHENS.fullmatch(word):
        return text.as_far(text.hexadecimal, word.replace(b"-", b""), WHAT)
    if (digits := HEX.fullmatch(word)) is not None:
        return text.as_far(text.hexadecimal, digits[1], WHAT)
    if BASE64.fullmatch(word):
        return text.as_far(text.base64, word, WHAT)
    return text.as_far(text.base64url, word, WHAT) if BASE64URL.fullmatch(word) else None
