"""Bytes to a checked `Quote`, or a checked `TdxReport`."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from evidence.errors import ConstraintViolation, TrailingBytes, UnsupportedVersion
from evidence.input import Input
from evidence.types._dcap import quote
from evidence.types._dcap.identify import TDX
from evidence.types._dcap.layout import BODY_SIZES
from evidence.types._dcap.quote import Family, Quote, QuoteBody
from evidence.types.tdx import TDREPORT
from evidence.types.tdx.layout import (
    TD_10,
    TD_15,
    TD_15EX,
    ReportMac,
    TdInfo,
    TdReport,
    TdReportStruct,
    TeeTcbInfo,
)

REPORT_VERSIONS: Final = (0, 1, 3)
SUBTYPES: Final = (0, 1)


class TdxReport(Struct, frozen=True, kw_only=True):
    """A TDREPORT, whole and by its three parts."""

    whole: TdReportStruct
    report_mac: ReportMac
    tee_tcb_info: TeeTcbInfo
    td_info: TdInfo


def _body(kind: int) -> QuoteBody[TdReport]:
    return QuoteBody(kind, BODY_SIZES[kind], lambda data, start: TdReport.read(data, start, kind))


QUOTES: Final = Family[TdReport](
    name="intel-tdx",
    tee_type=TDX,
    bodies={4: (_body(TD_10),), 5: (_body(TD_10), _body(TD_15), _body(TD_15EX))},
)


def read(source: Input) -> Quote[TdReport] | TdxReport:
    """The quote or TDREPORT at the start of the input.

    Anything may follow a quote; only zeros may follow a TDREPORT. Raises `UnsupportedVersion`,
    `Truncated`, `TrailingBytes` or `ConstraintViolation` with the offset.
    """
    data = source.data
    if data[:1] == bytes((TDREPORT,)):
        return _report(data)
    return quote.read(data, QUOTES)


def _report(data: bytes) -> TdxReport:
    whole = TdReportStruct.read(data)
    mac = ReportMac.read(data)
    if mac.version not in REPORT_VERSIONS:
        known = tuple(f"tdreport-{version}" for version in REPORT_VERSIONS)
        raise UnsupportedVersion(type="intel-tdx", got=f"tdreport-{mac.version}", known=known, offset=2)
    if mac.subtype not in SUBTYPES:
        raise ConstraintViolation(
            what="ReportMac.subtype", offset=1, got=mac.subtype, allowed="0 or 1", spec=ReportMac.SPEC
        )
    if any(data[TdReportStruct.SIZE :]):
        extra = len(data) - TdReportStruct.SIZE
        raise TrailingBytes(what="TDREPORT_STRUCT", offset=TdReportStruct.SIZE, extra=extra)
    places = TdReportStruct.PLACES
    return TdxReport(
        whole=whole,
        report_mac=mac,
        tee_tcb_info=TeeTcbInfo.read(data, places["tee_tcb_info"].offset),
        td_info=TdInfo.read(data, places["td_info"].offset, mac.version),
    )
