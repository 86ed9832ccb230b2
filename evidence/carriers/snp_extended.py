"""An SNP report with the host's certificate table behind it, in one file (the extended report of AMD 56421)."""

from __future__ import annotations

from typing import Final

from evidence.errors import CarrierError
from evidence.input import Carrier, Input
from evidence.wire import guid_table

NAME: Final = "snp-extended-report"
REPORT_BYTES: Final = 0x4A0


def unwrap(given: Input) -> tuple[Input] | None:
    """The report, with the table as its attachment; recognised by the table's first entry.

    A table that was attached already is a `CarrierError`: two would leave open which one counts.
    """
    data = given.data
    if len(data) <= REPORT_BYTES or not guid_table.begins(data, REPORT_BYTES):
        return None
    if "certificates" in given.attachments:
        reason = "a certificate table lies behind the report, and certificates are attached as well"
        raise CarrierError(carrier=NAME, offset=REPORT_BYTES, reason=reason)
    attachments = {**given.attachments, "certificates": data[REPORT_BYTES:]}
    return (given.inside(Carrier(NAME), data[:REPORT_BYTES], attachments=attachments),)
