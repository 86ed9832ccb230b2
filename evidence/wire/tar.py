"""The regular files of a tar archive, out of a stream: one member is in memory, whatever the archive's size.

Nothing is written anywhere, so that names, links and devices of an archive lead nowhere: a name is a text.

Sources: POSIX, pax interchange format (ustar); GNU tar, long names and numbers in base 256.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from evidence import limits
from evidence.errors import CarrierError, EvidenceError
from evidence.wire.archive import ArchiveMember, Stream, skip, take

NAME_OF: Final = "tar"
BLOCK: Final = 512
MAGIC, MAGIC_AT = b"ustar", 257
NAME, SIZE, CHECKSUM, KIND, PREFIX = slice(0, 100), slice(124, 136), slice(148, 156), 156, slice(345, 500)
FILES: Final = frozenset(b"0\0")


def begins(data: bytes) -> bool:
    """Whether a header with its checksum is at the beginning."""
    return data[MAGIC_AT : MAGIC_AT + len(MAGIC)] == MAGIC and _is_header(data[:BLOCK])


def members(stream: Stream, most: int) -> Iterator[ArchiveMember]:
    """Every regular file, by its name; of one with more than `most` bytes the error that says so."""
    try:
        yield from _members(stream, most)
    except EvidenceError as error:  # of the stream, which has no more
        yield ArchiveMember("", error)


def _members(stream: Stream, most: int) -> Iterator[ArchiveMember]:
    at, name = 0, b""
    while any(header := take(stream, BLOCK)):
        size = _number(header[SIZE]) if _is_header(header) else None
        if size is None:
            raise CarrierError(carrier=NAME_OF, offset=at, reason="no header of a file")
        at += BLOCK
        kind = header[KIND]
        content = _content(stream, size, at, kind, most)
        if kind in NAMES:
            name = NAMES[kind](content) or name
        else:
            if kind in FILES:
                parts = (header[PREFIX].rstrip(b"\0"), header[NAME].rstrip(b"\0"))
                path = (name or b"/".join(filter(None, parts))).decode("utf-8", "replace")
                yield ArchiveMember(path, content if size <= most else limits.exceeded("input", most, size))
            name = b""
        skip(stream, -size % BLOCK)  # which the last one may lack
        at += -(-size // BLOCK) * BLOCK
    if not header:
        raise CarrierError(carrier=NAME_OF, offset=at, reason="it has no end: it breaks off")


def _content(stream: Stream, size: int, at: int, kind: int, most: int) -> bytes:
    """What is wanted of a member, with the stream behind it. Raises where it is not all there."""
    if kind in NAMES:
        limits.check("bytes of a name", limits.ARCHIVE_NAME, size, offset=at)
    if kind not in NAMES and (kind not in FILES or size > most):
        content, whole = b"", skip(stream, size)
    else:
        content = take(stream, size)
        whole = len(content) == size
    if not whole:
        raise CarrierError(carrier=NAME_OF, offset=at, reason=f"a file of {size} bytes breaks off")
    return content


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


NAMES: Final[Mapping[int, Callable[[bytes], bytes]]] = {
    ord("L"): lambda content: content.rstrip(b"\0"),
    ord("x"): _path,
}
"""Members that are the name of the next one."""
