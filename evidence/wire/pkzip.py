"""The files of a zip archive, by its directory: one member is in memory, whatever the archive's size.

Only what is stored or deflated is read. Members may share bytes, and so hold far more than the archive has: what all
of them are inflated to is bounded by its size.

Source: PKWARE, APPNOTE.TXT 6.3.10: 4.3.7 (local header), 4.3.12 (central header), 4.3.14 to 4.3.16 (end), 4.5.3 (zip64).
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from struct import Struct
from typing import BinaryIO, Final, NamedTuple

from evidence import limits
from evidence.errors import CarrierError, EvidenceError
from evidence.wire.archive import CHUNK, ArchiveMember, take

NAME_OF: Final = "zip"
LOCAL, CENTRAL, END, END64, LOCATOR64 = b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7"
LOCAL_HEADER: Final = Struct("<4s22xHH")
"""Bytes of the name, bytes of the extra field; the directory has the rest."""
CENTRAL_HEADER: Final = Struct("<4sBB2xHH4xIIIHHH2x2xII")
"""Version, host, flags, method, CRC, both sizes, bytes of name, extra field and comment, attributes, offset."""
END_HEADER: Final = Struct("<4s6xHIIH")
"""Entries, bytes of the directory, its offset, bytes of the comment."""
LOCATOR: Final = Struct("<4s4xQ4x")
END64_HEADER: Final = Struct("<4s28xQQQ")
LONGEST_COMMENT: Final = 0xFFFF
STORED, DEFLATED = 0, 8
ENCRYPTED: Final = 0x2041
"""Flags of encryption, of the members or of the directory."""
UNIX, KINDS, REGULAR = 3, 0o170000, (0, 0o100000)
ZIP64: Final = b"\1\0"
FULL, FULL16 = 0xFFFFFFFF, 0xFFFF
"""What stands where a number is in the fields of zip64."""


class DirectoryEntry(NamedTuple):
    """A file in the directory."""

    name: str
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    offset: int


def begins(data: bytes) -> bool:
    """Whether a local header is at the beginning, or the end of an archive with nothing in it."""
    return data.startswith((LOCAL, END))


def members(file: BinaryIO, most: int, budget: int | None = None) -> Iterator[ArchiveMember]:
    """Every regular file, by its name; of one with more than `most` bytes the error that says so.

    `budget` is how much all of them may hold; without one it follows from the size of the archive.
    """
    try:
        size = file.seek(0, io.SEEK_END)
        left = limits.inflated(size) if budget is None else budget
        for entry in _entries(file, size):
            if entry.size <= most:
                limits.check("bytes that zip holds", left, entry.size)
            content, cost = _content(file, entry, most)
            left -= cost
            yield ArchiveMember(entry.name, content)
    except EvidenceError as error:
        yield ArchiveMember("", error)


def _broken(reason: str, at: int | None = None) -> CarrierError:
    return CarrierError(carrier=NAME_OF, offset=at, reason=reason)


def _directory(file: BinaryIO, size: int) -> tuple[int, int, int]:
    """Where the directory begins, how many bytes it has, and how many entries."""
    start = max(0, size - LONGEST_COMMENT - END_HEADER.size)
    file.seek(start)
    tail = take(file, size - start)
    at = tail.rfind(END)
    while at >= 0:
        if at + END_HEADER.size <= len(tail):
            _, count, length, offset, comment = END_HEADER.unpack_from(tail, at)
            if at + END_HEADER.size + comment == len(tail):
                break
        at = tail.rfind(END, 0, at)
    else:
        raise _broken("no end of a directory: it breaks off")
    if FULL in {length, offset} or count == FULL16:
        file.seek(max(0, start + at - LOCATOR.size))
        locator = take(file, LOCATOR.size)
        if locator[:4] == LOCATOR64 and len(locator) == LOCATOR.size:
            file.seek(min(LOCATOR.unpack(locator)[1], size))
            end = take(file, END64_HEADER.size)
            if end[:4] != END64 or len(end) < END64_HEADER.size:
                raise _broken("no end of a directory of zip64")
            _, count, length, offset = END64_HEADER.unpack(end)
    if offset + length > size or count * CENTRAL_HEADER.size > length:
        raise _broken(f"a directory of {count} entries that is not there", offset)
    return offset, length, count


def _entries(file: BinaryIO, size: int) -> Iterator[DirectoryEntry]:
    """The regular files in the directory, of which a part is in memory."""
    at, length, count = _directory(file, size)
    end, buffer, base = at + length, b"", at
    for _ in range(count):
        need = CENTRAL_HEADER.size + 3 * FULL16
        if at + need > base + len(buffer):
            file.seek(at)
            buffer, base = take(file, min(max(CHUNK, need) * 4, end - at)), at
        if at - base + CENTRAL_HEADER.size > len(buffer):
            raise _broken("the directory breaks off", at)
        magic, _, host, flags, method, crc, packed, full, *lengths, attributes, offset = (
            CENTRAL_HEADER.unpack_from(buffer, at - base)
        )
        place = at - base + CENTRAL_HEADER.size
        name, extra = buffer[place : place + lengths[0]], buffer[place + lengths[0] :][: lengths[1]]
        at += CENTRAL_HEADER.size + sum(lengths)
        if magic != CENTRAL or at > end:
            raise _broken("no entry of a directory", at)
        kind = attributes >> 16 & KINDS if host == UNIX else 0
        if name.endswith(b"/") or kind not in REGULAR:
            continue
        full, packed, offset = _wide(extra, (full, packed, offset))
        yield DirectoryEntry(name.decode("utf-8", "replace"), flags, method, crc, packed, full, offset)


def _wide(extra: bytes, numbers: tuple[int, int, int]) -> tuple[int, ...]:
    """The numbers, with those that stand in the extra field of zip64."""
    at = 0
    while at + 4 <= len(extra):
        length = int.from_bytes(extra[at + 2 : at + 4], "little")
        if extra[at : at + 2] == ZIP64:
            field = extra[at + 4 : at + 4 + length]
            wide = iter(
                [int.from_bytes(field[place : place + 8], "little") for place in range(0, len(field), 8)]
            )
            return tuple(next(wide, number) if number == FULL else number for number in numbers)
        at += 4 + length
    return numbers


def _content(file: BinaryIO, entry: DirectoryEntry, most: int) -> tuple[bytes | EvidenceError, int]:
    """The bytes of a file or what is wrong with it, and how many bytes that took."""
    if entry.flags & ENCRYPTED:
        return _broken("encrypted"), 0
    if entry.method not in {STORED, DEFLATED}:
        return _broken(f"compressed by method {entry.method}, which is not read"), 0
    if entry.size > most or (entry.method == STORED and entry.compressed > most):
        return limits.exceeded("input", most, max(entry.size, entry.compressed)), 0
    file.seek(entry.offset)
    header = take(file, LOCAL_HEADER.size)
    if header[:4] != LOCAL or len(header) < LOCAL_HEADER.size:
        return _broken("no header of a file", entry.offset), LOCAL_HEADER.size
    _, name, extra = LOCAL_HEADER.unpack(header)
    file.seek(entry.offset + LOCAL_HEADER.size + name + extra)
    content, taken = _inflated(file, entry)
    cost = LOCAL_HEADER.size + max(taken, len(content))
    if len(content) != entry.size or taken != entry.compressed:
        return _broken(f"{entry.size} bytes, of which {len(content)} are there", entry.offset), cost
    if zlib.crc32(content) != entry.crc:
        return _broken("its CRC differs", entry.offset), cost
    return content, cost


def _inflated(file: BinaryIO, entry: DirectoryEntry) -> tuple[bytes, int]:
    """As many bytes as the directory says, and one more where there are, and how many bytes they were made from."""
    if entry.method == STORED:
        content = take(file, entry.compressed)
        return content, len(content)
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    parts: list[bytes] = []
    left, rest, taken = entry.size + 1, b"", 0
    while left > 0 and not reader.eof:
        if not rest:
            rest = take(file, min(CHUNK, entry.compressed - taken))
            taken += len(rest)
            if not rest:
                break
        try:
            part = reader.decompress(rest, left)
        except zlib.error:
            break
        parts.append(part)
        left -= len(part)
        rest = reader.unconsumed_tail
    return b"".join(parts), taken - len(reader.unused_data)
