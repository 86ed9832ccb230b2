"""The files in a tar archive, and what gzip compressed.

Sources: POSIX, pax interchange format (ustar); GNU tar, long names; RFC 1952 (gzip).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.containers.part import Part

GZIP: Final = b"\x1f\x8b\x08"
"""Of a member that is deflated, the only method there is."""
WITH_HEADER: Final = 31
"""zlib's word for a window of 32 KiB, and a header and a trailer of gzip that are checked."""
BLOCK: Final = 512
MAGIC, MAGIC_AT = b"ustar", 257
NAME, SIZE, CHECKSUM, KIND, PREFIX = slice(0, 100), slice(124, 136), slice(148, 156), 156, slice(345, 500)
FILES: Final = frozenset(b"0\0")
LONG_NAME, EXTENDED = ord("L"), ord("x")


def gzip(data: bytes) -> Iterator[Part] | None:
    """The content of every member, one after the other; nothing of what breaks off or grows without bound."""
    return _members(data) if data.startswith(GZIP) else None


def _members(data: bytes) -> Iterator[Part]:
    rest, number, left = data, 0, limits.taken(len(data))
    while rest.startswith(GZIP):
        reader = zlib.decompressobj(WITH_HEADER)
        try:
            content = reader.decompress(rest, left + 1)
        except zlib.error:
            return
        limits.check("bytes that gzip holds", left, len(content))
        left -= len(content)
        if not reader.eof:
            return
        rest = reader.unused_data
        yield Part("gzip", str(number) if number or rest.startswith(GZIP) else "", content)
        number += 1


def tar(data: bytes) -> Iterator[Part] | None:
    """Every regular file, by its name."""
    begins = data[MAGIC_AT : MAGIC_AT + len(MAGIC)] == MAGIC and _is_header(data[:BLOCK])
    return _files(data) if begins else None


def _files(data: bytes) -> Iterator[Part]:
    at, name = 0, b""
    while at + BLOCK <= len(data):
        header = data[at : at + BLOCK]
        size = _number(header[SIZE])
        if size is None or not _is_header(header):
            return
        start = at + BLOCK
        end = start + size
        if end > len(data):
            return
        kind, content = header[KIND], data[start:end]
        if kind == LONG_NAME:
            name = content.rstrip(b"\0")
        elif kind == EXTENDED:
            name = _path(content)
        else:
            if kind in FILES:
                parts = (header[PREFIX].rstrip(b"\0"), header[NAME].rstrip(b"\0"))
                yield Part(
                    "tar", (name or b"/".join(filter(None, parts))).decode("utf-8", "replace"), content
                )
            name = b""
        at = start + -(-size // BLOCK) * BLOCK


def _is_header(header: bytes) -> bool:
    """Whether the checksum is that of the header, which has spaces in its place."""
    sums = sum(header) - sum(header[CHECKSUM]) + 8 * ord(" ")
    return _number(header[CHECKSUM]) == sums


def _number(field: bytes) -> int | None:
    """A number in octal, or in base 256 with the first bit set."""
    if field[0] & 0x80:
        return int.from_bytes(field, "big") & (1 << 8 * len(field) - 1) - 1
    digits = field.strip(b" \0")
    return int(digits, 8) if digits and not digits.strip(b"01234567") else None


def _path(content: bytes) -> bytes:
    """The record `path` of an extended header: its length, a space, a name, `=` and the value."""
    at = 0
    while at < len(content):
        length, _, _ = content[at : at + 20].partition(b" ")
        if not length.isdigit() or int(length) == 0:
            return b""
        record = content[at : at + int(length)].partition(b" ")[2]
        if record.startswith(b"path="):
            return record.removeprefix(b"path=").rstrip(b"\n")
        at += int(length)
    return b""
