"""An SNP report with the host's certificate table behind it, in one file (the extended report of AMD 56421)."""

from __future__ import annotations

from typing import Final

from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.input import Carrier, Input
from evidence.types.snp.layout import SIZE as REPORT_SIZE
from evidence.wire import guid_table

NAME: Final = "snp-extended-report"


def unwrap(source: Input) -> tuple[Input] | None:
    """The report, with the table as its attachment; recognised by its version and the table's first entry.

    Certificates that were attached already are kept instead, and the carrier says so.
    """
    data = source.data
    if len(data) <= REPORT_SIZE or not _may_be_report(data) or not guid_table.begins(data, REPORT_SIZE):
        return None
    others = "certificates" in source.attachments
    carrier = (
        Carrier(NAME, facts={"certificates": "left out: others were attached"}) if others else Carrier(NAME)
    )
    return (source.inside(carrier, data[:REPORT_SIZE], attachments={"certificates": data[REPORT_SIZE:]}),)


def _may_be_report(data: bytes) -> bool:
    """Whether VERSION is a small number, and SIGNATURE_ALGO or the reserved bytes at 0x4C are as in every report.

    Twelve bytes of anything else may look like an entry of a table by chance.
    """
    return not any(data[1:4]) and (data[0x34:0x38] == b"\1\0\0\0" or not any(data[0x4C:0x50]))


CARRIERS: Final = (
    CarrierDescriptor(
        name="snp-extended-report",
        section="snp",
        told_by="a report, and the first entry of a certificate table behind it",
        taken="the report",
        rest="the table becomes `certificates`",
        source="AMD 56421; Linux, SNP_GET_EXT_REPORT",
        forms=(InBytes(unwrap),),
    ),
)
