r"""Bytes as programs print them or as their sources hold them: arrays of numbers, and texts with escapes.

`[3 0 255]` (Go), `[3, 0, 255]`, `0x03, 0x00` (C), `[03, 00, ff]` (Rust's `{:02x?}`), `03:00:ff`, `-1` for 255
(Java), `- 3` on lines of their own (YAML); `b'\x03\x00…'` (Python), `"\003\000"` (C). Texts that stand side by side are one, as in C.

A number is decimal, unless one of them is written with `0x`, or all of them have two digits. A text needs escapes
with numbers, unless it is marked as bytes (`b'…'`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.containers.part import SHORTEST, ContainedPart, Lines

NUMBERS: Final = "numbers"
ESCAPES: Final = "escapes"
ARRAY: Final = re.compile(
    rb"(?<![0-9A-Za-z_.])"
    rb"(?:-?(?:0[xX][0-9a-fA-F]{1,2}|[0-9a-fA-F]{1,3})(?:u8|[uU][lL]?)?+(?![0-9A-Za-z_])[,:; \t\r\n]*+(?:- )?+){8,}+"
)
"""Numbers one after the other. Short runs are passed over later: to ask for long ones here would try each again."""
NUMBER: Final = re.compile(rb"-?(?:0[xX])?[0-9a-fA-F]+")
SUFFIX: Final = re.compile(rb"(?:u8|[uU][lL]?)(?![0-9A-Za-z_])")
TEXT: Final = re.compile(
    rb"\"(?P<double>(?:[^\"\\\r\n]|\\[^\r\n])*+)\"?"
    rb"|'(?P<single>(?:[^'\\\r\n]|\\[^\r\n])*+)'?"
    rb"|(?P<bare>(?:\\x[0-9a-fA-F]{2}){%d,}+)" % SHORTEST
)
ESCAPE: Final = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))", re.DOTALL)
PURE: Final = re.compile(rb"(?:\\x[0-9a-fA-F]{2})++")
ZERO: Final = re.compile(rb"((?<!\\)(?:\\\\)*+)\\0")
NUMERIC: Final = re.compile(rb"\\(?:x[0-9a-fA-F]{2}|[0-7]{1,3})")
PLAIN: Final = {
    b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v", b"e": b"\x1b",
}  # fmt: skip
LONGEST: Final = 8 * limits.EVIDENCE_BYTES
"""Characters of a literal that is read: what is longer is no evidence's."""
FEWEST: Final = 8
"""Escapes with a number in a text, at least: others are texts that somebody wrote."""
LINE: Final = re.compile(
    rb"^[^\r\n]*(?:\\(?:x[0-9a-fA-F]{2}|[0-3][0-7]{2})|(?<![0-9A-Za-z_])b['\"])[^\r\n]*", re.MULTILINE
)
MARKED: Final = re.compile(rb"(?<![0-9A-Za-z_])b\Z")
BESIDE: Final = b" \t\r\n\\+b"
"""What may stand between two texts that are one."""
BEFORE: Final = re.compile(rb"\s*[A-Za-z_&:<>\[\](){}0-9*= .]{0,120}\s*")
BEHIND: Final = re.compile(rb"[\s\]}),;]{0,16}")
"""What may stand around the only literal of a text: a declaration, brackets."""


def open_numbers(data: bytes) -> Iterator[ContainedPart] | None:
    """Every array of numbers that has enough of them, by its line and column."""
    return None if ARRAY.search(data) is None else _arrays(data)


def _arrays(data: bytes) -> Iterator[ContainedPart]:
    lines = Lines(data)
    for array in ARRAY.finditer(data):
        if 2 * SHORTEST <= array.end() - array.start() <= LONGEST:
            at = _at(lines, array.start(), array.end())
            yield from (ContainedPart(NUMBERS, at, content) for content in _readings(array[0]))


def _readings(array: bytes) -> Iterator[bytes]:
    """The bytes of an array; numbers of two digits without letters may be of either base."""
    tokens = NUMBER.findall(SUFFIX.sub(b"", array) if b"u" in array or b"U" in array else array)
    marked = any(token.lower().lstrip(b"-").startswith(b"0x") for token in tokens[:SHORTEST])
    even = all(len(token) == 2 for token in tokens)
    for base in (16,) if marked else (16, 10) if even else (10,):
        try:
            values = [int(token, base) for token in tokens]
        except ValueError:
            continue
        if len(values) >= SHORTEST and min(values) >= -128 and max(values) <= 255:
            yield bytes(value & 0xFF for value in values)


def open_escapes(data: bytes) -> Iterator[ContainedPart] | None:
    """Every text with escapes that is long enough, by its line and column."""
    may_be = b"\\" in data or b"b'" in data or b'b"' in data  # many times as fast as the pattern
    return _escapes(data) if may_be and LINE.search(data) is not None else None


def _escapes(data: bytes) -> Iterator[ContainedPart]:
    lines = Lines(data)
    begin, here, content = 0, -1, bytearray()
    for line in LINE.finditer(data):
        for literal in TEXT.finditer(data, line.start(), line.end()):
            if here < 0 or literal.start() - here > 64 or data[here : literal.start()].strip(BESIDE):
                yield from _text(lines, begin, here, content)
                begin, content = literal.start(), bytearray()
            here = literal.end()
            content += literal[literal.lastgroup or 0]
    yield from _text(lines, begin, here, content)


def _text(lines: Lines, begin: int, end: int, content: bytearray) -> Iterator[ContainedPart]:
    if not SHORTEST <= len(content) <= LONGEST:
        return
    marked = MARKED.search(lines.data, max(0, begin - 2), begin) is not None
    if marked or len(NUMERIC.findall(content)) >= FEWEST:
        yield ContainedPart(ESCAPES, _at(lines, begin, end), _unescaped(bytes(content), marked=marked))


def _unescaped(content: bytes, *, marked: bool) -> bytes:
    r"""The bytes; what is marked as bytes and has escapes in hexadecimal has no octal ones (Rust: a digit may follow `\0`)."""
    if PURE.fullmatch(content):
        return bytes.fromhex(content.replace(b"\\x", b"").decode("ascii"))
    if marked and b"\\x" in content:
        content = ZERO.sub(rb"\1\\x00", content)
    return ESCAPE.sub(_character, content)


def _character(escape: re.Match[bytes]) -> bytes:
    if escape[1] is not None:
        return bytes((int(escape[1], 16),))
    if escape[2] is not None:
        return bytes((int(escape[2], 8) & 0xFF,))
    return PLAIN.get(escape[3], escape[3])


def _at(lines: Lines, start: int, end: int) -> str:
    """Where a literal lies; nothing where it is all that is there but for a declaration."""
    data = lines.data
    if (
        start <= 120
        and len(data) - end <= 16
        and BEFORE.fullmatch(data, 0, start)
        and BEHIND.fullmatch(data, end)
    ):
        return ""
    return lines.place(start)
