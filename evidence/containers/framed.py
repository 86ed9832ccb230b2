"""Bytes behind their length: messages as gRPC frames them, and one number that counts all that follows it.

Sources: gRPC, "gRPC over HTTP2" (Length-Prefixed-Message). A length alone, in either order of its bytes, is how agents
write evidence to a socket (vsock) and where they put it into a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.containers.part import SHORTEST, Part

GRPC: Final = "grpc"
LENGTH: Final = "length"
HEAD: Final = 5
"""Bytes before each message: whether it is compressed (0 or 1), and its length (big-endian)."""
LENGTHS: Final = (8, 4, 2)
"""Bytes of a length."""


def open_messages(data: bytes) -> list[Part] | None:
    """The messages of gRPC that all of the bytes are; one that is compressed is what its compression makes of it."""
    parts: list[Part] = []
    at = 0
    while len(data) - at >= HEAD and data[at] <= 1:
        end = at + HEAD + int.from_bytes(data[at + 1 : at + HEAD], "big")
        if end == at + HEAD or end > len(data):
            return None
        if end - at >= SHORTEST:
            parts.append(Part(GRPC, str(len(parts)), data[at + HEAD : end]))
        at = end
    if at != len(data) or not parts:
        return None
    return parts if len(parts) > 1 else [parts[0]._replace(at="")]


def open_counted(data: bytes) -> Iterator[Part] | None:
    """What a length at the beginning counts to the last byte."""
    if len(data) < SHORTEST:
        return None
    sizes = [
        size
        for size in LENGTHS
        if len(data) - size in {int.from_bytes(data[:size], "little"), int.from_bytes(data[:size], "big")}
    ]
    return (Part(LENGTH, "", data[size:]) for size in sizes[:1]) if sizes else None
