"""Bytes written as a text that is nothing else: hexadecimal, base64 or base64url, on one line or on many.

What is hexadecimal is never taken for base64. Lines are put together as a tool wrapped them, unless each
begins with `0x`, or one is wider than tools wrap: then every line is a part of its own.

Source: RFC 4648.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence import limits
from evidence.containers.part import ContainedPart
from evidence.errors import BadEncoding
from evidence.wire import text

TEXT: Final = re.compile(rb"[A-Za-z0-9+/_= \t\r\n-]+")
HEX: Final = re.compile(rb"(?:0[xX])?[0-9a-fA-F \t]+|(?:[0-9a-fA-F]{2}-)++(?:[0-9a-fA-F]{2})?")
"""A line of whole bytes, with white space or a hyphen between them or not."""
BASE64: Final = re.compile(rb"(?![A-Za-z_][A-Za-z0-9_]{0,31}=[^=])[A-Za-z0-9+/_=-]+")
"""A line of base64; a name and its value (`REPORT=AwAA…`) are none."""
PEM: Final = b"-----"
SHORTEST: Final = 32
"""Fewer characters are not taken for evidence in text."""
WIDEST: Final = 512
"""Characters of a line that a tool wraps at, at most (xxd -c 256)."""

LONGEST: Final = 4 * limits.EVIDENCE_BYTES
"""Characters of words or numbers: what is longer is no evidence's."""
WORDS: Final = {
    word: re.compile(rb"\s*+(?:[0-9A-Fa-f]{%d}(?:\s++|\Z)){2,}+" % (2 * word)) for word in (2, 4, 8)
}
"""Words of so many bytes, and nothing else."""
NUMBERS: Final = re.compile(rb"\s*+(?:[0-9]{1,3}(?:\s++|\Z)){2,}+")
UNEVEN: Final = re.compile(rb"(?<![0-9])(?:[0-9]|[0-9]{3})(?![0-9])")


class WrittenTexts(NamedTuple):
    """Texts of one form: its name, and how each is decoded."""

    name: str
    decode: text.Decode
    texts: list[bytes]

    @property
    def paths(self) -> list[str]:
        """The path of each text: its number, where there are several."""
        return [str(number) for number in range(len(self.texts))] if len(self.texts) > 1 else [""]


def open_digits(data: bytes) -> Iterator[ContainedPart] | None:
    """The bytes behind each text, as far as it goes; what is of another alphabet is passed over."""
    written = read(data)
    return None if written is None else _parts(written, word_bytes(data))


def is_grouped(data: bytes) -> bool:
    """Whether the digits of a text may say other bytes than they say one after the other.

    They are words, which some machines write with their last byte first, or numbers of one to three digits.
    """
    return word_bytes(data) > 0 or bool(
        len(data) <= LONGEST and NUMBERS.fullmatch(data) and UNEVEN.search(data)
    )


def word_bytes(data: bytes) -> int:
    """The bytes of a word, where a text is words of one size with white space between them (`od -An -v -tx4`); else 0."""
    if len(data) > LONGEST:
        return 0
    return next((word for word, pattern in WORDS.items() if pattern.fullmatch(data)), 0)


def _parts(written: WrittenTexts, word: int) -> Iterator[ContainedPart]:
    for at, item in zip(written.paths, written.texts, strict=True):
        try:
            content, broken = text.as_far(written.decode, item, written.name)
        except BadEncoding:
            continue
        yield ContainedPart(written.name, at, content, broken=broken)
        if word and broken is None and len(content) % word == 0:
            yield ContainedPart(written.name, at, _swapped(content, word))


def _swapped(content: bytes, word: int) -> bytes:
    """Every word with its last byte first."""
    words = array({2: "H", 4: "I", 8: "Q"}[word], content)
    words.byteswap()
    return words.tobytes()


def read(data: bytes) -> WrittenTexts | None:
    """The texts that `data` is, or None. Raises `LimitExceeded`."""
    if len(data) < SHORTEST or not TEXT.fullmatch(data):
        return None
    limits.check("lines", limits.LINES, data.count(b"\n") + data.count(b"\r"))
    lines = [stripped for line in data.splitlines() if (stripped := line.strip())]
    if not lines or lines[0].startswith(PEM):
        return None
    if all(map(HEX.fullmatch, lines)):
        return WrittenTexts("hex", text.hexadecimal, _digits(lines))
    if all(map(BASE64.fullmatch, lines)):
        url = b"-" in data or b"_" in data
        name, decode = ("base64url", text.base64url) if url else ("base64", text.base64)
        return WrittenTexts(name, decode, _texts(lines))
    return None


def _digits(lines: list[bytes]) -> list[bytes]:
    """The texts without white space, hyphens and `0x`."""
    packed = [line.translate(None, b" \t-") for line in lines]
    marked = [line[2:] for line in packed if line[:2] in {b"0x", b"0X"}]
    if len(marked) == len(packed):
        return marked
    return _texts([line.removeprefix(b"0x").removeprefix(b"0X") for line in packed])


def _texts(lines: list[bytes]) -> list[bytes]:
    """The lines themselves, or the one text that a tool wrapped."""
    return lines if len(max(lines, key=len)) > WIDEST else [b"".join(lines)]
