"""Netlink messages as a dump or an event leaves them: headers, and the attributes of each.

Everything is in the byte order of the host that read it; the first header tells which one. The type of a message is
the number of its family, which the kernel gives when it runs, so it says nothing here.

Sources: Linux, include/uapi/linux/netlink.h and genetlink.h.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import Final, Literal, NamedTuple

from evidence import limits
from evidence.errors import ConstraintViolation, Truncated

SPEC: Final = "Linux, netlink.h"
HEADER, GENERIC, ATTRIBUTE = 16, 4, 4
"""Sizes (bytes) of nlmsghdr, genlmsghdr and nlattr."""
NOOP, ERROR, DONE = 1, 2, 3
FIRST_FAMILY: Final = 0x10
"""Types below are of netlink itself."""
INTERRUPTED: Final = 0x10
"""NLM_F_DUMP_INTR: what was dumped changed meanwhile."""
NUMBER: Final = 0x3FFF
"""The bits of an attribute's type that are its number; the others say how it is nested and ordered."""
COMMANDS: Final = (1, 2)
Order = Literal["little", "big"]
HEADERS: Final = {"little": Struct("<IHHII"), "big": Struct(">IHHII")}
PAIRS: Final = {"little": Struct("<HH"), "big": Struct(">HH")}


class NetlinkAttribute(NamedTuple):
    """One attribute: its number, its bytes, and where these lie (bytes)."""

    number: int
    value: bytes
    start: int


class NetlinkMessage(NamedTuple):
    """One message of a generic family: whether the dump was interrupted, and its attributes in order."""

    interrupted: bool
    attributes: tuple[NetlinkAttribute, ...]


class End(NamedTuple):
    """What ends a dump, or stands in place of one: the number of its error, 0 for none."""

    error: int


def order_of(data: bytes) -> Order | None:
    """The byte order of a dump or an event; None for bytes that are none.

    Its first message is whole, of a generic family in its version 1, and begins with attribute 1; or it is what
    ends a dump.
    """
    return next((order for order in ("little", "big") if _begins(data, order)), None)


def _begins(data: bytes, order: Order) -> bool:
    if len(data) < HEADER + 4:
        return False
    length, kind, flags, _, _ = HEADERS[order].unpack_from(data)
    if length < HEADER + 4 or length > len(data) or flags >= 0x1000:
        return False
    if kind == ERROR:  # its number, then the header of the request
        return length >= HEADER + 4 + HEADER and _error(data, HEADER, order) < 0
    if kind == DONE:
        return _error(data, HEADER, order) < 0
    if kind < FIRST_FAMILY or length < HEADER + GENERIC + ATTRIBUTE:
        return False
    command, version, reserved = data[HEADER], data[HEADER + 1], data[HEADER + 2 : HEADER + 4]
    _, number = PAIRS[order].unpack_from(data, HEADER + GENERIC)
    return command in COMMANDS and version == 1 and reserved == b"\0\0" and number & NUMBER == 1


def messages(data: bytes, order: Order) -> Iterator[NetlinkMessage | End]:
    """Every message, up to the one that ends the dump.

    Raises `Truncated`, `LimitExceeded`, or `ConstraintViolation` for a length below that of its own header and for
    bytes behind the end.
    """
    at = count = 0
    while at < len(data):
        length, kind, flags, _, _ = _unpack(data, at, order)
        end = at + length
        if kind in {ERROR, DONE}:
            if length < HEADER + 4:
                raise _short("nlmsghdr", at, length, HEADER + 4)
            yield End(_error(data, at + HEADER, order))
            _check_end(data, end + -end % 4)
            return
        if kind != NOOP:
            if length < HEADER + GENERIC:
                raise _short("nlmsghdr", at, length, HEADER + GENERIC)
            attributes = tuple(_attributes(data, at + HEADER + GENERIC, end, order, count))
            count += len(attributes)
            yield NetlinkMessage(bool(flags & INTERRUPTED), attributes)
        at = end + -end % 4


def _check_end(data: bytes, end: int) -> None:
    if end < len(data):
        got = f"{len(data) - end} bytes"
        raise ConstraintViolation(
            what="netlink", offset=end, got=got, allowed="nothing behind the end", spec=SPEC
        )


def _unpack(data: bytes, at: int, order: Order) -> tuple[int, ...]:
    left = len(data) - at
    if left < HEADER:
        raise Truncated(what="nlmsghdr", offset=at, need=HEADER, have=left, spec=SPEC)
    header = HEADERS[order].unpack_from(data, at)
    if header[0] < HEADER:
        raise _short("nlmsghdr", at, header[0], HEADER)
    if header[0] > left:
        raise Truncated(what="netlink message", offset=at, need=header[0], have=left, spec=SPEC)
    return header


def _attributes(data: bytes, at: int, end: int, order: Order, before: int) -> Iterator[NetlinkAttribute]:
    for number in range(before + 1, before + 1 + end - at):
        if at >= end:
            return
        limits.check("attributes of netlink", limits.ATTRIBUTES, number, offset=at)
        if end - at < ATTRIBUTE:
            if not any(data[at:end]):
                return
            raise Truncated(what="nlattr", offset=at, need=ATTRIBUTE, have=end - at, spec=SPEC)
        length, kind = PAIRS[order].unpack_from(data, at)
        if length < ATTRIBUTE:
            raise _short("nlattr", at, length, ATTRIBUTE)
        if length > end - at:
            raise Truncated(what="attribute", offset=at, need=length, have=end - at, spec=SPEC)
        yield NetlinkAttribute(kind & NUMBER, data[at + ATTRIBUTE : at + length], at + ATTRIBUTE)
        at += length + -length % 4


def _short(what: str, at: int, length: int, least: int) -> ConstraintViolation:
    return ConstraintViolation(
        what=f"{what}.length", offset=at, got=length, allowed=f"{least} or more", spec=SPEC
    )


def _error(data: bytes, at: int, order: Order) -> int:
    return int.from_bytes(data[at : at + 4], order, signed=True)


def uint(attribute: NetlinkAttribute, size: int, order: Order) -> int:
    """The unsigned integer of `size` bytes that an attribute is."""
    if len(attribute.value) != size:
        raise ConstraintViolation(
            what=f"attribute {attribute.number}",
            offset=attribute.start,
            got=f"{len(attribute.value)} bytes",
            allowed=f"{size} bytes",
            spec=SPEC,
        )
    return int.from_bytes(attribute.value, order)
