"""Evidence that was compressed with gzip, as some services send it.

Source: RFC 1952.
"""

from __future__ import annotations

import zlib
from typing import Final

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.errors import CarrierError
from evidence.input import Carrier, Input
from evidence.wire.archive import GZIP, WITH_HEADER

NAME: Final = "gzip"
BEGINNING: Final = 2048
"""Bytes that are enough to tell what is inside."""


def unwrap(source: Input) -> tuple[Input] | None:
    """What is in the one member; several are a container, of which each is looked into."""
    data = source.data
    if not data.startswith(GZIP):
        return None
    most = limits.taken(len(data))
    reader = zlib.decompressobj(WITH_HEADER)
    try:
        content = reader.decompress(data, most + 1)
    except zlib.error as error:
        raise CarrierError(carrier=NAME, reason=str(error)) from None
    limits.check("bytes that gzip holds", most, len(content))
    if not reader.eof:
        raise CarrierError(carrier=NAME, offset=len(data), reason="it breaks off")
    if reader.unused_data.startswith(GZIP):
        return None
    if reader.unused_data:
        offset = len(data) - len(reader.unused_data)
        raise CarrierError(carrier=NAME, offset=offset, reason="something follows the last member")
    return (source.inside(Carrier(NAME), content),)


def beginning(data: bytes) -> bytes:
    """How the content begins, nothing where there is none."""
    if not data.startswith(GZIP):
        return b""
    try:
        return zlib.decompressobj(WITH_HEADER).decompress(data, BEGINNING)
    except zlib.error:
        return b""


CARRIERS: Final = (
    CarrierDescriptor(
        name="gzip",
        section="files",
        told_by="its first three bytes",
        taken="the one member, of 4 MiB or eight times the size at most; several are a container",
        rest="-",
        source="RFC 1952",
        forms=(InBytes(unwrap, searched=False),),
    ),
)
