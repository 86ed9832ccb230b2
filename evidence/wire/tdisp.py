"""TDISP messages: the header of each, and the report of a device's interface that comes in portions of several.

A message stands alone, or in an SPDM VENDOR_DEFINED_RESPONSE of PCI-SIG. All integers are little-endian.

Sources: PCIe 7.0, section 11.3 (TEE Device Interface Security Protocol); libspdm, `industry_standard/pci_tdisp.h`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from evidence.errors import ConstraintViolation, NotEvidence, TrailingBytes, UnsupportedVersion
from evidence.wire.cursor import Cursor
from evidence.wire.layout import U8, U16, U32, Layout, Raw, Zero, at

SPEC: Final = "PCIe 7.0, 11.3"
VERSION: Final = 0x10
REPORT, ERROR = 0x04, 0x7F
ERROR_BYTES: Final = 24
"""A header, a code and the data of the error."""
PCI_SIG: Final = 3
"""StandardID of SPDM, of the body whose vendor 0x0001 is PCI-SIG itself."""
TDISP: Final = 1
"""ProtocolID among those of PCI-SIG."""
VENDOR_DEFINED: Final = 0x7E
REGISTRY: Final = b"\x03\0\x02\x01\0"
"""StandardID, the length of the vendor's number, and that number, as they lie."""


# fmt: off
class MessageHeader(Layout, size=16, spec="PCIe 7.0, 11.3.1"):
    version:      U8   = at(0)
    message_type: U8   = at(1)
    reserved_2:   Zero = at(2, 2)
    function_id:  U32  = at(4)
    reserved_8:   Zero = at(8, 8)


class Portion(Layout, size=4, spec="PCIe 7.0, 11.3.11"):
    portion_length:   U16 = at(0)
    remainder_length: U16 = at(2)


class VendorDefined(Layout, size=12, spec="DMTF DSP0274, VENDOR_DEFINED_RESPONSE"):
    spdm_version:          U8  = at(0)
    request_response_code: U8  = at(1)
    param1:                U8  = at(2)
    param2:                U8  = at(3)
    standard_id:           U16 = at(4)
    vendor_id_length:      U8  = at(6)
    vendor_id:             Raw = at(7, 2)
    payload_length:        U16 = at(9)
    protocol_id:           U8  = at(11)
# fmt: on


class TdispMessage(NamedTuple):
    """One message: where it and the portion of the report in it lie (bytes), and what is around it, if anything."""

    start: int
    header: MessageHeader
    portion: Portion
    begin: int
    end: int
    around: VendorDefined | None = None


def begins(data: bytes, at: int = 0) -> int | None:
    """The type of the message that begins at `at`; None where none does: its reserved bytes are zero."""
    if len(data) - at < MessageHeader.SIZE or data[at] >> 4 != 1 or any(data[at + 2 : at + 4]):
        return None
    return None if any(data[at + 8 : at + 16]) else data[at + 1]


def is_error(data: bytes) -> bool:
    """Whether bytes are an ERROR of TDISP and not of SPDM, whose third byte is a code, and never 0."""
    return len(data) == ERROR_BYTES and begins(data) == ERROR


def begins_vendor_defined(data: bytes) -> bool:
    """Whether bytes are a VENDOR_DEFINED_RESPONSE of PCI-SIG with a message of TDISP."""
    head = data[: VendorDefined.SIZE]
    return (
        len(head) == VendorDefined.SIZE
        and head[0] >> 4 == 1
        and head[1:4] == b"\x7e\0\0"
        and head[4:9] == REGISTRY
        and head[11] == TDISP
    )


def messages(data: bytes) -> tuple[TdispMessage, ...]:
    """The messages that bring one report, each with its portion.

    Raises `NotEvidence` for an ERROR, `UnsupportedVersion`, `Truncated`, `TrailingBytes`, and `ConstraintViolation` for
    another message, for messages of several functions, and for portions that do not follow each other.
    """
    cursor = Cursor(data, "TDISP message")
    read: list[TdispMessage] = []
    while not read or cursor.left:
        read.append(_message(cursor, wrapped=begins_vendor_defined(data)))
        _check_next(read)
    if read[-1].portion.remainder_length:
        cursor.take(read[-1].portion.remainder_length, "the rest of the report")  # raises
    return tuple(read)


def _message(cursor: Cursor, *, wrapped: bool) -> TdispMessage:
    start, around, stop = cursor.at, None, cursor.end
    if wrapped:
        around = cursor.read(VendorDefined)
        stop = cursor.at - 1 + around.payload_length
        same = cursor.data[start + 1 : start + 9] == b"\x7e\0\0" + REGISTRY and around.protocol_id == TDISP
        if not same or around.spdm_version >> 4 != 1:
            raise _violation(
                "VendorDefined", start, cursor.data[start : cursor.at], "a response of PCI-SIG with TDISP"
            )
        if stop > cursor.end:
            cursor.take(around.payload_length - 1, "payload")  # raises
    first = cursor.at
    header = cursor.read(MessageHeader)
    if header.version != VERSION:
        raise UnsupportedVersion(type="TDISP", got=header.version, known=(VERSION,), offset=first)
    if header.message_type == ERROR:
        code = int.from_bytes(cursor.peek(4), "little")
        raise NotEvidence(kind="TDISP ERROR", detail=f"code {code:#x}", offset=first)
    if header.message_type != REPORT:
        raise _violation(
            "MessageHeader.message_type", first + 1, header.message_type, "4, DEVICE_INTERFACE_REPORT"
        )
    portion = cursor.read(Portion)
    begin = cursor.skip(portion.portion_length, "portion of the report")
    if around is not None and cursor.at != stop:
        if cursor.at > stop:
            raise _violation(
                "VendorDefined.payload_length", start + 9, around.payload_length, f"{cursor.at - first + 1}"
            )
        raise TrailingBytes(what="payload", offset=cursor.at, extra=stop - cursor.at, spec=SPEC)
    return TdispMessage(start, header, portion, begin, cursor.at, around)


def _check_next(read: list[TdispMessage]) -> None:
    """Raise unless the last message goes on with the one before it. A portion does not say where it begins."""
    if len(read) == 1:
        return
    before, last = read[-2:]
    if last.header.function_id != before.header.function_id:
        offset = last.begin - Portion.SIZE - 12
        raise _violation(
            "MessageHeader.function_id", offset, last.header.function_id, f"{before.header.function_id}"
        )
    left = before.portion.remainder_length - last.portion.portion_length
    if not before.portion.remainder_length:
        raise TrailingBytes(what="TDISP messages", offset=last.start, extra=last.end - last.start, spec=SPEC)
    if left < 0 or last.portion.remainder_length != left or not last.portion.portion_length:
        got = (last.portion.portion_length, last.portion.remainder_length)
        allowed = f"{before.portion.remainder_length} bytes together, that are left"
        raise _violation("Portion", last.begin - Portion.SIZE, f"{got[0]} and {got[1]}", allowed)


def _violation(what: str, offset: int, got: object, allowed: str) -> ConstraintViolation:
    return ConstraintViolation(what=what, offset=offset, got=got, allowed=allowed, spec=SPEC)
