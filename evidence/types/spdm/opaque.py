"""Opaque data in bytes: NVIDIA's elements, and the general format 1 of DSP0274; `vendor` says what the former mean.

NVIDIA's table is open: reports hold types that its own verifiers do not know. Its elements come in two
formats: with a type and a size alone, or behind a header with a version, each with the type of its value.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import Final, NamedTuple

from msgspec import Struct as Record

from evidence.claims import Bytes
from evidence.errors import Truncated
from evidence.types.spdm.layout import REGISTRIES
from evidence.types.spdm.vendor import KINDS
from evidence.wire.cursor import Cursor
from evidence.wire.layout import U8, U16, Layout, Raw, at
from evidence.wire.spdm.layout import SPEC

NVIDIA: Final = "NVIDIA attestation SDK, opaque data"
NVIDIA_FORMAT: Final = "NVIDIA Opaque Data Format"
GENERAL_FORMAT_1: Final = 2
"""OtherParamsSelection: opaque data is in general format 1 (0 is none, 1 a vendor's own)."""


# fmt: off
class NvidiaHeader(Layout, size=4, spec=NVIDIA):
    type: U16 = at(0)
    size: U16 = at(2)


class NvidiaFormat(Layout, size=12, spec=NVIDIA_FORMAT):
    magic:       Raw = at(0, 6)
    profile:     U16 = at(6)
    major:       U8  = at(8)
    minor:       U8  = at(9)
    patch:       U8  = at(10)
    reserved_11: U8  = at(11)


class TypedHeader(Layout, size=6, spec=NVIDIA_FORMAT):
    type:       U16 = at(0)
    value_type: U16 = at(2)
    size:       U16 = at(4)


class GeneralHeader(Layout, size=4, spec=SPEC):
    total_elements: U8  = at(0)
    reserved_1:     Raw = at(1, 3)


class ElementHeader(Layout, size=2, spec=SPEC):
    id:            U8 = at(0)
    vendor_length: U8 = at(1)
# fmt: on
HEADER: Final = Format("<HH")
"""`NvidiaHeader` in one step."""
TYPED: Final = Format("<HHH")
"""`TypedHeader` in one step."""
MAGIC: Final = b"NVDAOD"
NEWEST: Final = 2
"""The newest major version of the format that is known here."""
ENOUGH: Final = 3
"""Elements of known types that tell NVIDIA's opaque data from any other."""


class OpaqueElement(Record, frozen=True, gc=False):
    """One element of NVIDIA's opaque data, and where it lies (bytes); older formats do not state a value's type."""

    type: int
    value: Bytes
    start: int
    end: int
    value_type: int | None = None


class GeneralElement(NamedTuple):
    """One element of general format 1: the standards body, its vendor id, its data, where it lies (bytes)."""

    registry: str
    vendor: bytes
    value: Bytes
    start: int
    end: int


def looks_like_nvidia(data: bytes) -> bool:
    """Whether opaque data is NVIDIA's: it says so, begins with the VBIOS version, or is elements of known types.

    All of the older format begin with the VBIOS version; the last rule lets a new first element come.
    """
    if data[:2] == b"\6\0" or data[:6] == MAGIC:
        return True
    try:
        elements = _elements(data, 0, len(data))
    except Truncated:
        return False
    return sum(element.type in KINDS for element in elements) >= ENOUGH


REQUEST: Final = 37
"""GET_MEASUREMENTS of version 1.1 that asks for a signature."""


def is_nvidia_report(data: bytes) -> bool:
    """Whether an exchange is one of NVIDIA's reports: version 1.1, all measurements, signed, opaque data as theirs."""
    if data[:4] != b"\x11\xe0\x01\xff" or data[REQUEST : REQUEST + 2] != b"\x11\x60":
        return False
    record = int.from_bytes(data[REQUEST + 5 : REQUEST + 8], "little")
    at = REQUEST + 8 + record + 32
    size = int.from_bytes(data[at : at + 2], "little")
    return size > 0 and looks_like_nvidia(data[at + 2 : at + 2 + size])


def read_format(data: bytes, at: int, end: int) -> NvidiaFormat | None:
    """The header in front of the elements in `data[at:end]`; None for the older format, which has none."""
    if data[at : at + len(MAGIC)] != MAGIC:
        return None
    if end - at < NvidiaFormat.SIZE:
        raise Truncated(
            what="NvidiaFormat", offset=at, need=NvidiaFormat.SIZE, have=end - at, spec=NVIDIA_FORMAT
        )
    return NvidiaFormat.read(data, at)


def is_known(stated: NvidiaFormat) -> bool:
    """Whether elements of this profile and version are known here."""
    return stated.profile == 0 and stated.major <= NEWEST


def read_nvidia(data: bytes, at: int, end: int) -> tuple[NvidiaFormat | None, tuple[OpaqueElement, ...]]:
    """The format and the elements in `data[at:end]`; `Truncated` for one that does not fit.

    Elements of a profile or a version that is not known here are not looked for.
    """
    stated = read_format(data, at, end)
    if stated is None:
        return None, _elements(data, at, end)
    if not is_known(stated):
        return stated, ()
    return stated, _elements(data, at + NvidiaFormat.SIZE, end, TypedHeader)


def _elements(
    data: bytes, at: int, end: int, header: type[NvidiaHeader | TypedHeader] = NvidiaHeader
) -> tuple[OpaqueElement, ...]:
    """Elements with one kind of header; what it states stands in its order, the size last."""
    elements: list[OpaqueElement] = []
    unpack, size_of_header = (HEADER if header is NvidiaHeader else TYPED).unpack_from, header.SIZE
    while at < end:
        start = at + size_of_header
        if start > end:
            raise _cut(header.__name__, at, size_of_header, end)
        kind, *value_type, size = unpack(data, at)
        if size > end - start:
            raise _cut(f"opaque element {kind}", start, size, end)
        elements.append(OpaqueElement(kind, Bytes(data[start : start + size]), at, start + size, *value_type))
        at = start + size
    return tuple(elements)


def _cut(what: str, offset: int, need: int, end: int) -> Truncated:
    return Truncated(what=what, offset=offset, need=need, have=end - offset, spec=NVIDIA)


def read_general(data: bytes, at: int, end: int) -> tuple[GeneralElement, ...]:
    """The elements of general format 1 in `data[at:end]`; each is padded to 4 bytes.

    Raises `Truncated` or `TrailingBytes`.
    """
    cursor = Cursor(data, "opaque data", at, end)
    elements = []
    for _ in range(cursor.read(GeneralHeader).total_elements):
        start = cursor.at
        header = cursor.read(ElementHeader)
        vendor = cursor.take(header.vendor_length, "opaque element vendor id")
        value = cursor.take(cursor.uint(2, "opaque element size"), "opaque element")
        registry = REGISTRIES.get(header.id, f"registry-{header.id}")
        elements.append(GeneralElement(registry, vendor, Bytes(value), start, cursor.at))
        cursor.take(-(cursor.at - start) % 4, "opaque element padding")
    cursor.done()
    return tuple(elements)
