"""Event logs, and the ACPI table that says where one lies: beside evidence they are of use, alone they are none.

Sources: TCG PFP, section 10.2 (the log); UEFI CC (UEFI Specification 2.10, section 38.4: the CCEL table).
"""

from __future__ import annotations

from typing import Final

from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.errors import NotEvidence
from evidence.input import Input
from evidence.logs import forms

DETAIL: Final = "attach it to the evidence that it explains; `evidence events` says what is in it"
TABLE: Final = b"CCEL"
TABLE_SIZE: Final = 56
"""Bytes of the only revision of the table."""


def refuse(source: Input) -> None:
    """Raise `NotEvidence` for an event log or a CCEL table."""
    data = source.data
    form = forms.form(data)
    if form is not None:
        raise NotEvidence(kind=form.title, detail=DETAIL)
    if data[:4] == TABLE and int.from_bytes(data[4:8], "little") == TABLE_SIZE == len(data):
        raise NotEvidence(kind="an ACPI table CCEL", detail="it says where an event log lies, and holds none")


CARRIERS: Final = (
    CarrierDescriptor(
        name="event-log",
        section="files",
        told_by="its first event; `CCEL`",
        taken="nothing: it is refused by name",
        rest="`--event-log FILE` gives it to the evidence that it explains",
        source="TCG PFP; UEFI CC",
        forms=(InBytes(refuse),),
    ),
)
