"""Where the fields of a report lie, and the claims that they became."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence.input import Input
from evidence.mapping import gather
from evidence.registry import Source
from evidence.types._recorder import Layer
from evidence.types.pci_tdisp.layout import DeviceInfo, InterfaceReport, MmioRange
from evidence.types.pci_tdisp.mapping import INTERFACE, structures
from evidence.types.pci_tdisp.read import Interface
from evidence.wire.layout import Layout
from evidence.wire.tdisp import MessageHeader, Portion, VendorDefined

Paths = Mapping[str, tuple[str, ...]]
REASSEMBLED = "interface-report"
"""The layer of a report that came in messages."""


def sources(interface: Interface, source: Input) -> Iterator[Source]:
    """Every field of the report, and of the messages that brought it."""
    made = gather(INTERFACE.claimed(structures(interface), None))
    layer = Layer(source.data)
    for number, message in enumerate(interface.messages):
        name = f"message-{number}"
        at = message.start
        if message.around is not None:
            yield from _fields(layer, VendorDefined, at, f"{name}.", {})
            at += VendorDefined.SIZE
        function = {"function_id": made.get("function_id", ())}
        yield from _fields(layer, MessageHeader, at, f"{name}.", {} if number else function)
        yield from _fields(layer, Portion, at + MessageHeader.SIZE, f"{name}.", {})
    if interface.messages:
        layer = layer.inner(REASSEMBLED, interface.data, 0, len(source.data))
    yield from _fields(layer, InterfaceReport, 0, "report.", made)
    for number in range(len(interface.ranges)):
        name, start = f"mmio-{number}.", InterfaceReport.SIZE + number * MmioRange.SIZE
        own = {field: made.get(name + field, ()) for field in MmioRange.FIELDS}
        yield from _fields(layer, MmioRange, start, name, own)
    info = interface.info_start
    yield from _fields(layer, DeviceInfo, info, "report.", {})
    if interface.device_info:
        start = info + DeviceInfo.SIZE
        yield layer.source(
            "device_info", start, start + len(interface.device_info), made.get("device_info", ())
        )


def _fields(layer: Layer, table: type[Layout], at: int, before: str, made: Paths) -> Iterator[Source]:
    for name, place in table.PLACES.items():
        if not place.reserved:
            yield layer.source(before + name, at + place.offset, at + place.end, made.get(name, ()))
