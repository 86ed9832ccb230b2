"""The packets of a capture file: pcap, and its successor pcapng, in either byte order.

Sources: draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng. Times are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from struct import Struct
from typing import Final, Literal, NamedTuple

from evidence import limits
from evidence.errors import CarrierError

Order = Literal["little", "big"]
NAME: Final = "pcap"
MAGIC: Final[dict[bytes, Order]] = {
    b"\xd4\xc3\xb2\xa1": "little",
    b"\xa1\xb2\xc3\xd4": "big",
    b"\x4d\x3c\xb2\xa1": "little",
    b"\xa1\xb2\x3c\x4d": "big",
}
"""The first 4 bytes of pcap, by byte order, with times in micro- or nanoseconds."""
SECTION: Final = b"\x0a\x0d\x0d\x0a"
"""The first 4 bytes of pcapng: the type of a section header block, the same in either order."""
SECTION_ORDER: Final[dict[bytes, Order]] = {b"\x4d\x3c\x2b\x1a": "little", b"\x1a\x2b\x3c\x4d": "big"}
INTERFACE, OLD_PACKET, SIMPLE_PACKET, PACKET = 1, 2, 3, 6
"""Types of blocks of pcapng; all others say nothing about packets."""
LINK: Final = 0xFFFF
"""The bits of pcap's link type that are one; above are those of a checksum."""


class Packet(NamedTuple):
    """One packet: its link type, its bytes, and where those begin in the capture."""

    link: int
    frame: bytes
    offset: int


def packets(data: bytes) -> Iterator[Packet] | None:
    """All packets in their order; None if `data` is no capture.

    Raises `CarrierError` between them, and `LimitExceeded` for more than `limits.PACKETS`.
    """
    if data[:4] in MAGIC:
        return _bounded(_pcap(data, MAGIC[data[:4]]))
    if data[:4] == SECTION and data[8:12] in SECTION_ORDER:
        return _bounded(_pcapng(data))
    return None


def _bounded(all: Iterator[Packet]) -> Iterator[Packet]:
    yield from islice(all, limits.PACKETS)
    for packet in all:
        raise limits.exceeded("packets", limits.PACKETS, limits.PACKETS + 1, offset=packet.offset)


def _bad(offset: int, reason: str) -> CarrierError:
    return CarrierError(carrier=NAME, offset=offset, reason=reason)


def _cut(offset: int) -> CarrierError:
    return _bad(offset, "the capture ends within a record")


def _whole(offset: int, captured: int, original: int) -> None:
    if captured < original:
        raise _bad(offset, "a frame that was captured in part")


def _pcap(data: bytes, order: Order) -> Iterator[Packet]:
    """A header of 24 bytes; then for each packet 16, of which the last 8 are its size here and on the link."""
    reader = _Reader(data, order, 0)
    reader.skip(20)
    link = reader.number(4) & LINK
    sizes = Struct("<8xII" if order == "little" else ">8xII")
    at = reader.at
    while at < len(data):
        if len(data) - at < sizes.size:
            raise _cut(at)
        captured, original = sizes.unpack_from(data, at)
        start = at + sizes.size
        if captured > len(data) - start:
            raise _cut(start)
        _whole(at, captured, original)
        at = start + captured
        yield Packet(link, data[start:at], start)


def _pcapng(data: bytes) -> Iterator[Packet]:
    """Blocks of type, length, body and length again, in sections that have an order and interfaces of their own."""
    at, order = 0, SECTION_ORDER[data[8:12]]
    links: list[int] = []
    while at < len(data):
        if data[at : at + 4] == SECTION:
            order, links = SECTION_ORDER.get(data[at + 8 : at + 12], order), []
        body = _Reader(data, order, at)
        kind, length = body.number(4), body.number(4)
        if length < 12 or length % 4 or length > len(data) - at:
            raise _bad(at, f"a block of {length} bytes")
        at += length
        body.end = at - 4
        if kind == INTERFACE:
            links.append(body.number(2))
        elif kind in {PACKET, OLD_PACKET, SIMPLE_PACKET}:
            yield _packet(body, kind, links)


def _packet(body: _Reader, kind: int, links: list[int]) -> Packet:
    """The packet in the body of a block; a simple one says no more than its size on the first interface."""
    here, interface = body.at, 0
    if kind == SIMPLE_PACKET:
        original = body.number(4)
        captured = min(original, body.end - body.at)
    else:
        interface = body.number(4 if kind == PACKET else 2)
        body.skip(8 if kind == PACKET else 10)
        captured, original = body.number(4), body.number(4)
    if interface >= len(links):
        raise _bad(here, f"interface {interface} of {len(links)}")
    offset, frame = body.at, body.take(captured)
    _whole(here, captured, original)
    return Packet(links[interface], frame, offset)


class _Reader:
    """Numbers in the order of a capture, up to the end of its bytes."""

    __slots__ = ("at", "data", "end", "order")

    def __init__(self, data: bytes, order: Order, at: int) -> None:
        self.data, self.order, self.at, self.end = data, order, at, len(data)

    def take(self, size: int) -> bytes:
        start = self.at
        self.skip(size)
        return self.data[start : self.at]

    def skip(self, size: int) -> None:
        if size > self.end - self.at:
            raise _cut(self.at)
        self.at += size

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), self.order)
