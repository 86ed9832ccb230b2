"""An SNP report with the host's certificate table behind it, in one file (the extended report of AMD 56421)."""

from __future__ import annotations

from typing import Final

from evidence.input import Carrier, Input
from evidence.wire import guid_table

NAME: Final = "snp-extended-report"
REPORT_BYTES: Final = 0x4A0


def unwrap(given: Input) -> tuple[Input] | None:
    """The report, with the table as its attachment; recognised by the table's first entry.

    Certificates that were attached already are kept instead, and the carrier says so.
    """
    data = given.data
    if len(data) <= REPORT_BYTES or not guid_table.begins(data, REPORT_BYTES):
        return None
    others = "certificates" in given.attachments
    carrier = (
        Carrier(NAME, facts={"certificates": "left out: others were attached"}) if others else Carrier(NAME)
    )
    return (given.inside(carrier, data[:REPORT_BYTES], attachments={"certificates": data[REPORT_BYTES:]}),)
