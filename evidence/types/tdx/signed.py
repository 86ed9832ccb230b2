"""Which bytes are signed, and how: two parts of a quote, or the first part of a TDREPORT by a MAC."""

from __future__ import annotations

from evidence.input import Input
from evidence.registry import Signed
from evidence.types._dcap import signed as dcap
from evidence.types._dcap.quote import Quote
from evidence.types._paravisor.standing import ID, standing
from evidence.types.tdx.layout import ReportMac, TdReport
from evidence.types.tdx.read import TdxReport


def signed(native: Quote[TdReport] | TdxReport, source: Input) -> tuple[Signed, ...]:
    """The signatures of a quote, or the MAC of a TDREPORT.

    The MAC covers what stands before it in REPORTMACSTRUCT: the other parts by their hashes alone. Its algorithm
    is the processor's own matter, and so is its key.
    """
    if isinstance(native, Quote):
        whose = standing(
            source, native.body.reportdata, environment=getattr(source.options, "environment", None)
        )
        return dcap.signed(native, ID if whose.is_paravisor else "td")
    return (
        Signed(
            name="report-mac",
            by="processor",
            alg=None,
            hash=None,
            encoding=None,
            construct="plain",
            covers=((0, ReportMac.PLACES["mac"].offset),),
            value=native.report_mac.mac,
        ),
    )
