"""Netlink dumps of a device's objects, written by the numbers of the kernel's headers, in either byte order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

Order = Literal["little", "big"]
NAMES = (*(f"cert{slot}" for slot in range(8)), "vca", "measurements", "report")


def attribute(number: int, value: bytes, order: Order = "little") -> bytes:
    size = (4 + len(value)).to_bytes(2, order)
    return size + number.to_bytes(2, order) + value + bytes(-len(value) % 4)


def message(
    *attributes: bytes,
    family: int = 0x1C,
    command: int = 1,
    flags: int = 2,
    seq: int = 2,
    order: Order = "little",
) -> bytes:
    """nlmsghdr, genlmsghdr (version 1), attributes."""
    content = bytes((command, 1, 0, 0)) + b"".join(attributes)
    head = (16 + len(content)).to_bytes(4, order) + family.to_bytes(2, order) + flags.to_bytes(2, order)
    return head + seq.to_bytes(4, order) + (4242).to_bytes(4, order) + content


def done(error: int = 0, order: Order = "little") -> bytes:
    """NLMSG_DONE (3)."""
    head = (20).to_bytes(4, order) + (3).to_bytes(2, order) + (2).to_bytes(2, order)
    return head + (2).to_bytes(4, order) + (4242).to_bytes(4, order) + error.to_bytes(4, order, signed=True)


def pieces(value: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    """A value in pieces: of the sizes, the last of which goes on."""
    at = 0
    for number in range(len(value) + 1):
        size = sizes[min(number, len(sizes) - 1)]
        yield value[at : at + size]
        at += size
        if at >= len(value):
            return


def dump(
    objects: Mapping[str, bytes],
    *,
    generation: int = 1,
    sizes: Sequence[int] = (3776, 7872),
    order: Order = "little",
    end: bytes | None = None,
) -> bytes:
    """A dump of `device-evidence`, objects in pieces."""
    out = b""
    for name, value in objects.items():
        first, *rest = pieces(value, sizes)
        kind = NAMES.index(name) if name in NAMES else int(name)
        numbers = ((1, kind), (7, generation), (9, len(value)))
        heads = (attribute(number, known.to_bytes(4, order), order) for number, known in numbers)
        out += message(*heads, attribute(10, first, order), order=order)
        out += b"".join(message(attribute(10, piece, order), order=order) for piece in rest)
    return out + (done(order=order) if end is None else end)


def tsm_dump(
    objects: Mapping[str, bytes], *, sizes: Sequence[int] = (3776,), order: Order = "little"
) -> bytes:
    """A dump of `pci-tsm`: attribute 1 the type, 6 the value."""
    out = b""
    for name, value in objects.items():
        first, *rest = pieces(value, sizes)
        kind = attribute(1, NAMES.index(name).to_bytes(4, order), order)
        out += message(kind, attribute(6, first, order), family=0x1B, order=order)
        out += b"".join(message(attribute(6, piece, order), family=0x1B, order=order) for piece in rest)
    return out + done(order=order)
