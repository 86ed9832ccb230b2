"""The response to SNP_GET_REPORT with its header: what dumps of the ioctl's 4000-byte buffer hold."""

from __future__ import annotations

from typing import Final

from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.errors import CarrierError
from evidence.input import Carrier, Input
from evidence.types.snp.layout import SIZE as REPORT_SIZE
from evidence.wire.layout import U32, Layout, Zero, at


# fmt: off
class ReportResponse(Layout, size=32, spec="AMD 56860, MSG_REPORT_RSP"):
    status:      U32  = at(0x00)
    report_size: U32  = at(0x04)
    reserved_08: Zero = at(0x08, 24)
# fmt: on


NAME: Final = "snp-report-response"
BUFFER_BYTES: Final = 4000
"""The whole response in the kernel's `snp_report_resp`."""
STATUS: Final = {0x16: "INVALID_PARAM", 0x27: "INVALID_KEY"}


def unwrap(source: Input) -> tuple[Input] | None:
    """The report behind the header; zeros that fill the buffer are not part of it.

    Recognised by the report's size in its place, or by the size of the whole buffer.
    """
    data = source.data
    if len(data) < ReportResponse.SIZE or any(data[8:32]) or not any(data[:8]):
        return None
    header = ReportResponse.read(data)
    if header.report_size != REPORT_SIZE and len(data) != BUFFER_BYTES:
        return None
    if header.status:
        meaning = STATUS.get(header.status, "no known meaning")
        raise CarrierError(
            carrier=NAME, offset=0, reason=f"the firmware's status is {header.status:#x} ({meaning})"
        )
    end = ReportResponse.SIZE + header.report_size
    if end > len(data):
        reason = f"a report of {header.report_size} bytes in {len(data) - ReportResponse.SIZE}"
        raise CarrierError(carrier=NAME, offset=4, reason=reason)
    rest = data[end:]
    report = data[ReportResponse.SIZE :] if any(rest) else data[ReportResponse.SIZE : end]
    return (source.inside(Carrier(NAME), report),)


CARRIERS: Final = (
    CarrierDescriptor(
        name="snp-report-response",
        section="snp",
        told_by="32 bytes of header with the report's size, or the ioctl's 4000 bytes",
        taken="the report",
        rest="zeros behind it are not kept; a status other than 0 is an error",
        source="AMD 56860, MSG_REPORT_RSP",
        forms=(InBytes(unwrap),),
    ),
)
