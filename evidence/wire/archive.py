"""What archives are made of: their members, and content that is inflated within a bound."""

from __future__ import annotations

import zlib
from typing import BinaryIO, Final, NamedTuple, Protocol

from evidence import limits
from evidence.errors import CarrierError, EvidenceError

GZIP: Final = b"\x1f\x8b\x08"
"""Of a member that is deflated, the only method there is."""
WITH_HEADER: Final = 31
"""zlib's word for a window of 32 KiB, and a header and a trailer of gzip that are checked."""
CHUNK: Final = 1 << 16


class ArchiveMember(NamedTuple):
    """A file of an archive: its name there, and its bytes, or why it cannot be taken out.

    Without a name it is the archive itself that is wrong, and the last one.
    """

    name: str
    content: bytes | EvidenceError


class Stream(Protocol):
    """What bytes are read from, one after the other."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


class Inflated:
    """The content of all members of gzip, to read; `CarrierError` for what breaks off, `LimitExceeded` for a bomb.

    It may be `limits.INFLATED_TIMES` what was read of the file, or `limits.INPUT_BYTES`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.reader = zlib.decompressobj(WITH_HEADER)
        self.compressed, self.content = 0, 0
        self.rest = b""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        while size > 0:
            if self.reader.eof:
                if not (self.rest or self._more()) or not self.rest.startswith(GZIP[: len(self.rest)]):
                    return b""  # zeros behind it, as tapes have
                self.reader = zlib.decompressobj(WITH_HEADER)
            if not self.rest and not self._more():
                raise CarrierError(carrier="gzip", offset=self.compressed, reason="it breaks off")
            try:
                content = self.reader.decompress(self.rest, size)
            except zlib.error as error:
                raise CarrierError(carrier="gzip", reason=str(error)) from None
            self.rest = self.reader.unused_data if self.reader.eof else self.reader.unconsumed_tail
            self.content += len(content)
            limits.check("bytes that gzip holds", limits.inflated(self.compressed), self.content)
            if content:
                return content
        return b""

    def _more(self) -> bool:
        self.rest = self.file.read(CHUNK)
        self.compressed += len(self.rest)
        return bool(self.rest)


def take(stream: Stream, size: int) -> bytes:
    """So many bytes of a stream, or fewer at its end."""
    parts = []
    while size > 0 and (part := stream.read(min(size, 1 << 20))):
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def skip(stream: Stream, size: int) -> bool:
    """Whether so many bytes were there to pass over."""
    while size > 0 and (part := stream.read(min(size, CHUNK))):
        size -= len(part)
    return size <= 0
