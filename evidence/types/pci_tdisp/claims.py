"""A report of an interface in normalized claims. Nothing signs it, and it has no nonce."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.claims import Note
from evidence.input import Input
from evidence.registry import Body
from evidence.types._notes import note
from evidence.types._tsm import Object, bindings
from evidence.types.pci_tdisp import VERSION
from evidence.types.pci_tdisp.layout import BARS
from evidence.types.pci_tdisp.mapping import INTERFACE, structures
from evidence.types.pci_tdisp.read import Interface

VALUES: Final = "/environments/interface/values"


def claims(interface: Interface, source: Input) -> Body:
    """The claims of an interface."""
    notes: list[Note] = []
    environment = INTERFACE.environment(structures(interface), None, notes)
    notes += _ranges(interface)
    facts = tuple(bindings(source, (Object("report", interface.data, "interface-report"),), notes))
    notes.append(note("unsigned", "/evidence/protection", "nobody signs the report of an interface"))
    return Body(
        version=VERSION if interface.messages else "unknown",
        variant=interface.variant,
        size=len(source.data),
        protection="none",
        environments=(environment,),
        consistency=facts,
        notes=tuple(notes),
    )


def _ranges(interface: Interface) -> Iterator[Note]:
    """What Linux refuses in ranges, and the format allows: a number that no BAR has, another order, an overlap."""
    last = None
    for number, one in enumerate(interface.ranges):
        first = int.from_bytes(one.first_page, "little")
        if one.range_id >= BARS:
            detail = f"{one.range_id} is no number of a BAR"
            yield note("mmio-range", f"{VALUES}/mmio-{number}-range-id", detail)
        if last is not None and (one.range_id, first) < last:
            detail = "it begins before the range ahead of it ends"
            yield note("mmio-range", f"{VALUES}/mmio-{number}-first-page", detail)
        last = (one.range_id, first + one.number_of_pages)
