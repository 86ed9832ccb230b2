"""DiceTcbInfo and what stands in its place: structures of bytes, without claims.

Source: TCG DICE Attestation Architecture, section "TCB information evidence". Tags are implicit. Some
vendors put the older CompositeDeviceID of RIoT under the OID of DiceTcbInfo: its first value is an
INTEGER, while every field of a DiceTcbInfo has a context tag.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from evidence import limits
from evidence.errors import BadEncoding
from evidence.wire import der, hashes
from evidence.wire.bits import Bits, bit
from evidence.wire.der import Item

SPEC: Final = "TCG DICE Attestation Architecture, DiceTcbInfo"
WHAT: Final = "DiceTcbInfo"
MOST: Final = 64
"""More layers or digests than this are not read out of one extension."""


class Fwid(Struct, frozen=True):
    """The digest of a firmware: its hash by name, or `unknown` with the OID's content in `oid`."""

    alg: str
    digest: bytes
    oid: bytes


class TcbInfo(Struct, frozen=True, kw_only=True):
    """One DiceTcbInfo; None where a field is not there. Bit strings are their bytes, first bit highest."""

    vendor: str | None = None
    model: str | None = None
    version: str | None = None
    svn: int | None = None
    layer: int | None = None
    index: int | None = None
    fwids: tuple[Fwid, ...] = ()
    flags: bytes | None = None
    vendor_info: bytes | None = None
    type: bytes | None = None
    flags_mask: bytes | None = None
    unknown: tuple[tuple[int, bytes], ...] = ()
    """Tag number and content of fields that are not described here (integrity registers)."""


class CompositeDeviceId(Struct, frozen=True):
    """RIoT's CompositeDeviceID: the device's key (SubjectPublicKeyInfo) and its firmware's digest."""

    version: int
    device_id: bytes
    fwid: Fwid


class TcbInfoFlags(Bits, size=4, spec="TCG DICE Attestation Architecture, OperationalFlags"):
    """By the numbers of the BIT STRING, which counts from the highest bit of the first byte."""

    not_configured = bit(0)
    not_secure = bit(1)
    recovery = bit(2)
    debug = bit(3)
    not_replay_protected = bit(4)
    not_integrity_protected = bit(5)
    not_runtime_measured = bit(6)
    not_immutable = bit(7)
    not_tcb = bit(8)
    fixed_width = bit(31)


def flag_bits(content: bytes) -> int:
    """A BIT STRING as an integer whose bit n is the string's bit n; more than 32 are not looked at."""
    return sum(
        1 << number
        for number in range(min(8 * len(content), 32))
        if content[number >> 3] << (number & 7) & 0x80
    )


def read_layers(value: bytes) -> tuple[TcbInfo | CompositeDeviceId, ...]:
    """The content of a DiceTcbInfo or DiceMultiTcbInfo extension.

    Raises `BadEncoding`, `Truncated` or `LimitExceeded` with offsets into `value`.
    """
    if der.check(value, WHAT) != len(value):
        raise _bad(0, "bytes behind the value")
    outer = der.expect(value, 0, der.SEQUENCE, WHAT)
    inside = list(der.children(value, 0, WHAT))
    if inside and inside[0].tag == der.INTEGER:
        return (_composite(value, inside),)
    if inside and all(item.tag == der.SEQUENCE for item in inside):
        limits.check("DICE layers", MOST, len(inside), offset=outer.start)
        return tuple(_tcb_info(value, item) for item in inside)
    return (_tcb_info(value, outer),)


def _tcb_info(data: bytes, outer: Item) -> TcbInfo:
    fields: dict[str, object] = {}
    unknown: list[tuple[int, bytes]] = []
    last = -1
    for item in der.children(data, outer.start, WHAT):
        number = item.tag & 0x1F
        if item.tag & 0xC0 != 0x80 or item.tag > 0xFF or number <= last:
            raise _bad(item.start, f"tag {item.tag:#04x} is none of its fields, or out of their order")
        last = number
        content = data[item.content : item.end]
        known = FIELDS.get(number)
        if known is None:
            unknown.append((number, data[item.start : item.end]))
            continue
        name, read = known
        if bool(item.tag & der.CONSTRUCTED) != (name == "fwids"):
            raise _bad(item.start, f"{name} in a form that it does not have")
        try:
            fields[name] = _fwids(data, item) if read is None else read(content)
        except (UnicodeDecodeError, ValueError) as error:
            raise _bad(item.start, f"{name}: {str(error)[:80]}") from None
    return TcbInfo(unknown=tuple(unknown), **fields)  # type: ignore[arg-type]  # each by its reader


def _bits(content: bytes) -> bytes:
    if not content or content[0] > 7:
        raise ValueError("not a BIT STRING")
    return content[1:]


def _text(content: bytes) -> str:
    return content.decode("utf-8")


FIELDS: Final = {
    0: ("vendor", _text),
    1: ("model", _text),
    2: ("version", _text),
    3: ("svn", der.integer),
    4: ("layer", der.integer),
    5: ("index", der.integer),
    6: ("fwids", None),
    7: ("flags", _bits),
    8: ("vendor_info", bytes),
    9: ("type", bytes),
    10: ("flags_mask", _bits),
}
"""Tag number to field and reader, in the order of the structure."""


def _fwids(data: bytes, outer: Item) -> tuple[Fwid, ...]:
    fwids = []
    for item in der.children(data, outer.start, WHAT):
        fwids.append(_fwid(data, item))
        limits.check("firmware digests", MOST, len(fwids), offset=item.start)
    return tuple(fwids)


def _fwid(data: bytes, item: Item) -> Fwid:
    inside = list(der.children(data, item.start, WHAT)) if item.tag == der.SEQUENCE else []
    if [part.tag for part in inside] != [der.OBJECT_IDENTIFIER, der.OCTET_STRING]:
        raise _bad(item.start, "not a hash algorithm and a digest")
    oid, digest = (data[part.content : part.end] for part in inside)
    return Fwid(hashes.OIDS.get(der.oid(oid), "unknown"), digest, oid)


def _composite(data: bytes, inside: list[Item]) -> CompositeDeviceId:
    if [item.tag for item in inside] != [der.INTEGER, der.SEQUENCE, der.SEQUENCE]:
        raise _bad(0, "neither a DiceTcbInfo nor a CompositeDeviceID")
    version, key, fwid = inside
    number = der.integer(data[version.content : version.end])
    return CompositeDeviceId(number, data[key.start : key.end], _fwid(data, fwid))


def _bad(offset: int, reason: str) -> BadEncoding:
    return BadEncoding(what=WHAT, offset=offset, reason=reason, spec=SPEC)
