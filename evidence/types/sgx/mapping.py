"""What the fields of the attested enclave's REPORT mean; those of the quote around it stand in `_dcap.mapping`."""

from __future__ import annotations

from typing import Final

from evidence.mapping import Mapping, Row, complete
from evidence.types._dcap.layout import SgxReport
from evidence.types._dcap.mapping import PPID, QE, report

ENCLAVE: Final = Mapping(
    report("workload", Row("report_data", also=("/bindings/report_data",))),
    id="enclave",
    role="workload",
    origin="evidence",
    depends_on=("qe",),
    migration="not-defined",
)
complete(SgxReport, *ENCLAVE.parts)


def tables() -> tuple[Mapping, ...]:
    """The tables of a quote."""
    return (ENCLAVE, *QE.values(), *PPID.values())
