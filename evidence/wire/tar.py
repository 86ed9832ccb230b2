"""The regular files of a tar archive, out of a stream: one member is in memory, whatever the archive's size.

Nothing is written anywhere, so that names, links and devices of an archive lead nowhere: a name is a text.

Sources: POSIX, pax interchange format (ustar); GNU tar, long names and numbers in base 256.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.errors import CarrierError, EvidenceError
from evidence.wire.archive import Member, Stream, skip, take

NAME_OF: Final = "tar"
BLOCK: Final = 512
MAGIC, MAGIC_AT = b"ustar", 257
NAME, SIZE, CHECKSUM, KIND, PREFIX = slice(0, 100), slice(124, 136), slice(148, 156), 156, slice(345, 500)
FILES: Final = frozenset(b"0\0")
LONG_NAME, EXTENDED = ord("L"), ord("x")


def begins(data: bytes) -> bool:
    """Whether a header with its checksum is at the beginning."""
    return data[MAGIC_AT : MAGIC_AT + len(MAGIC)] == MAGIC and _is_header(data[:BLOCK])


def members(stream: Stream, most: int) -> Iterator[Member]:
    """Every regular file, by its name; of one with more than `most` bytes the error that says so."""
    try:
        yield from _members(stream, most)
    except EvidenceError as error:  # of the stream, which has no more
        yield Member("", error)


def _members(stream: Stream, most: int) -> Iterator[Member]:
    at, name = 0, b""
    while header := take(stream, BLOCK):
        if not any(header):  # the end, which has two of them
            return
        size = _number(header[SIZE]) if len(header) == BLOCK and _is_header(header) else None
        if size is None:
            raise CarrierError(carrier=NAME_OF, offset=at, reason="no header of a file")
        at += BLOCK
        kind, padded = header[KIND], -(-size // BLOCK) * BLOCK
        is_name = kind in {LONG_NAME, EXTENDED}
        bound = limits.ARCHIVE_NAME if is_name else most
        if is_name and size > bound:
            raise limits.exceeded("bytes of a name", bound, size, offset=at)
        whole = size <= bound and (is_name or kind in FILES)
        content = take(stream, size) if whole else b""
        if whole and len(content) < size:
            raise CarrierError(
                carrier=NAME_OF, offset=at, reason=f"{size} bytes, of which {len(content)} are there"
            )
        if kind == LONG_NAME:
            name = content.rstrip(b"\0")
        elif kind == EXTENDED:
            name = _path(content) or name
        else:
            if kind in FILES:
                parts = (header[PREFIX].rstrip(b"\0"), header[NAME].rstrip(b"\0"))
                path = (name or b"/".join(filter(None, parts))).decode("utf-8", "replace")
                yield Member(path, content if whole else limits.exceeded("input", bound, size))
            name = b""
        if not skip(stream, padded - len(content)):
            if not whole and size:
                raise CarrierError(carrier=NAME_OF, offset=at, reason=f"{size} bytes, which are not there")
            return  # the last one is not filled up
        at += padded


def _is_header(header: bytes) -> bool:
    """Whether the checksum is that of the header, which has spaces in its place."""
    sums = sum(header) - sum(header[CHECKSUM]) + 8 * ord(" ")
    return len(header) == BLOCK and _number(header[CHECKSUM]) == sums


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
