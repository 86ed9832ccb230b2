"""Bytes to a checked `Interface`: a report alone, or put together from the portions in messages."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from evidence import limits
from evidence.claims import Bytes
from evidence.errors import Truncated
from evidence.input import Input
from evidence.types.pci_tdisp.layout import SPEC, DeviceInfo, InterfaceReport, MmioRange
from evidence.wire import tdisp
from evidence.wire.cursor import Cursor
from evidence.wire.tdisp import TdispMessage

Variant = Literal["report", "messages", "vendor-defined"]
WHAT: Final = "DEVICE_INTERFACE_REPORT"


class Interface(Struct, frozen=True):
    """A report: its fixed part, its ranges, what the device adds; the messages that brought it, if any.

    `data` are the bytes of the report itself, put together from the portions of several messages.
    """

    variant: Variant
    report: InterfaceReport
    ranges: tuple[MmioRange, ...]
    device_info: Bytes
    data: Bytes
    messages: tuple[TdispMessage, ...] = ()

    @property
    def info_start(self) -> int:
        """Where the length of the device's own data lies in the report (bytes)."""
        return InterfaceReport.SIZE + MmioRange.SIZE * len(self.ranges)


def read(source: Input) -> Interface:
    """The report in the input, with nothing behind it.

    Raises `Truncated`, `TrailingBytes`, `LimitExceeded`, and of messages what `tdisp.messages` does.
    """
    data = source.data
    if tdisp.begins_vendor_defined(data):
        variant: Variant = "vendor-defined"
    elif tdisp.begins(data) in {tdisp.REPORT, tdisp.ERROR} and not (source.type and _is_report(data)):
        variant = "messages"  # where no carrier says that it is the report itself
    else:
        return _report("report", data)
    messages = tdisp.messages(data)
    return _report(variant, b"".join(data[one.begin : one.end] for one in messages), messages)


def _is_report(data: bytes) -> bool:
    """Whether the lengths of a report fit."""
    count = int.from_bytes(data[12:16], "little")
    end = InterfaceReport.SIZE + MmioRange.SIZE * count + DeviceInfo.SIZE
    return end <= len(data) and end + int.from_bytes(data[end - 4 : end], "little") == len(data)


def _report(variant: Variant, data: bytes, messages: tuple[TdispMessage, ...] = ()) -> Interface:
    cursor = Cursor(data, WHAT)
    report = cursor.read(InterfaceReport)
    need = MmioRange.SIZE * report.mmio_range_count + DeviceInfo.SIZE
    if need > cursor.left:
        raise Truncated(what="mmio_range_count", offset=12, need=need, have=cursor.left, spec=SPEC)
    limits.check("ranges of an interface", limits.MMIO_RANGES, report.mmio_range_count, offset=12)
    ranges = tuple(cursor.read(MmioRange) for _ in range(report.mmio_range_count))
    info = cursor.take(cursor.read(DeviceInfo).device_info_length, "device_info")
    cursor.done()
    return Interface(variant, report, ranges, Bytes(info), Bytes(data), messages)
