"""The files in a tar or zip archive, and what gzip or zlib compressed.

Sources: RFC 1952 (gzip); RFC 1950 (zlib); `evidence.wire.tar` and `evidence.wire.pkzip` have theirs.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator

from evidence import limits
from evidence.containers.part import Part
from evidence.wire import pkzip, tar
from evidence.wire.archive import GZIP, WITH_HEADER, ArchiveMember


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


def open_zlib(data: bytes) -> tuple[Part] | None:
    """What zlib compressed, where that is all of the bytes; None for anything else (RFC 1950)."""
    if data[:1] != b"\x78" or int.from_bytes(data[:2], "big") % 31:
        return None
    most = limits.taken(len(data))
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(data, most + 1)
    except zlib.error:
        return None
    limits.check("bytes that zlib holds", most, len(content))
    return (Part("zlib", "", content),) if reader.eof and not reader.unused_data else None


def open_tar(data: bytes) -> Iterator[Part] | None:
    """Every regular file, by its name."""
    return _parts("tar", tar.members(io.BytesIO(data), len(data))) if tar.begins(data) else None


def open_zip(data: bytes) -> Iterator[Part] | None:
    """The same of a zip archive."""
    if not pkzip.begins(data):
        return None
    most = limits.taken(len(data))
    return _parts("zip", pkzip.members(io.BytesIO(data), most, most))


def _parts(name: str, members: Iterable[ArchiveMember]) -> Iterator[Part]:
    """Those that can be taken out: of a part of something, what is broken holds nothing."""
    for count, member in enumerate(members, 1):
        limits.check("files of an archive", limits.PARTS, count)
        if isinstance(member.content, bytes):
            yield Part(name, member.name, member.content)
