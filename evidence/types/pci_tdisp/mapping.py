"""What the fields of a report mean: the second table, beside the bytes in `layout`."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from evidence.claims import Bytes, Value
from evidence.mapping import (
    Each,
    Flags,
    Mapping,
    NotedEntry,
    Number,
    Octets,
    Part,
    Row,
    by_piece,
    complete,
)
from evidence.types.pci_tdisp.layout import InterfaceInfo, InterfaceReport, MmioRange, RangeAttributes
from evidence.types.pci_tdisp.read import Interface


class ReportItem(NamedTuple):
    """The fields of one range, by name."""

    values: dict[str, Any]


@by_piece
def reserved(name: str, value: bytes, _: Any) -> NotedEntry | None:
    """Bytes without a meaning, kept where they are not zero: other readers ignore them."""
    entry = Value(name=name, bytes=Bytes(value))
    return NotedEntry(entry, "reserved-bytes", "not zero, and without a meaning") if any(value) else None


# fmt: off
INTERFACE: Final = Mapping(
    Part(
        InterfaceReport,
        # field                      member        what it becomes there
        Row("interface_info",        "attributes", Flags(InterfaceInfo)),
        Row("reserved_2",            "values",     reserved),
        Row("msi_x_message_control", "values",     Octets()),
        Row("lnr_control",           "values",     Octets()),
        Row("tph_control",           "values",     Octets()),
    ),
    Part(
        None,
        Each("ranges", "mmio", Part(
            None,
            Row("first_page",        "values",     Octets(),               name="mmio-{}-first-page"),
            Row("number_of_pages",   "values",     Number(),               name="mmio-{}-pages"),
            Row("attributes",        "attributes", Flags(RangeAttributes), name="mmio-{}-attributes"),
            Row("range_id",          "values",     Number(),               name="mmio-{}-range-id"),
        )),
        Row("device_info",           "values",     Octets()),
        Row("function_id",           "values",     Number()),
    ),
    id="interface", role="device", origin="evidence", debug="not-defined", migration="not-defined",
)
# fmt: on
complete(InterfaceReport, INTERFACE.parts[0], elsewhere=("mmio_range_count",))
complete(MmioRange.FIELDS, *(each.of for each in INTERFACE.parts[1].arrays.values() if isinstance(each.of, Part)))


def structures(interface: Interface) -> tuple[InterfaceReport, dict[str, Any]]:
    """The values that the parts of the mapping are made from; what is empty is not there."""
    rest: dict[str, Any] = {"ranges": [ReportItem(dict(one.items())) for one in interface.ranges]}
    if interface.device_info:
        rest["device_info"] = interface.device_info
    if interface.messages:
        rest["function_id"] = interface.messages[0].header.function_id
    return interface.report, rest


def tables() -> tuple[Mapping, ...]:
    """The tables of a report."""
    return (INTERFACE,)
