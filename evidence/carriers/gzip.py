"""Evidence that was compressed with gzip, as some services send it.

Source: RFC 1952.
"""

from __future__ import annotations

import zlib
from typing import Final

from evidence import limits
from evidence.carriers.descriptor import Descriptor, InBytes
from evidence.errors import CarrierError
from evidence.input import Carrier, Input

NAME: Final = "gzip"
MAGIC: Final = b"\x1f\x8b\x08"
"""Of a member that is deflated, the only method there is."""
WITH_HEADER: Final = 31
"""zlib's word for a window of 32 KiB, and a header and a trailer of gzip that are checked."""
BEGINNING: Final = 2048
"""Bytes that are enough to tell what is inside."""


def unwrap(source: Input) -> tuple[Input] | None:
    """What is in the one member; nothing may follow it."""
    data = source.data
    if not data.startswith(MAGIC):
        return None
    reader = zlib.decompressobj(WITH_HEADER)
    try:
        content = reader.decompress(data, limits.EVIDENCE_BYTES + 1)
    except zlib.error as error:
        raise CarrierError(carrier=NAME, reason=str(error)) from None
    limits.check("evidence", limits.EVIDENCE_BYTES, len(content))
    if not reader.eof:
        raise CarrierError(carrier=NAME, offset=len(data), reason="it breaks off")
    if reader.unused_data:
        offset = len(data) - len(reader.unused_data)
        raise CarrierError(carrier=NAME, offset=offset, reason="something follows the first member")
    return (source.inside(Carrier(NAME), content),)


def beginning(data: bytes) -> bytes:
    """How the content begins, nothing where there is none."""
    if not data.startswith(MAGIC):
        return b""
    try:
        return zlib.decompressobj(WITH_HEADER).decompress(data, BEGINNING)
    except zlib.error:
        return b""


CARRIERS: Final = (
    Descriptor(
        name="gzip",
        section="files",
        told_by="its first three bytes",
        taken="the one member, of 1 MiB at most",
        rest="-",
        source="RFC 1952",
        forms=(InBytes(unwrap, searched=False),),
    ),
)
