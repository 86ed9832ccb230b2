"""Where the fields of a quote's body and of a TDREPORT lie, and the claims that they became."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.logs.names import RTMRS
from evidence.mapping import gather
from evidence.registry import Source
from evidence.types._dcap import sources as dcap
from evidence.types._dcap.quote import Quote
from evidence.types._event_log import KIND, LOG
from evidence.types._paravisor.standing import moved, standing
from evidence.types._paravisor.standing import sources as runtime_data
from evidence.types.tdx import replay
from evidence.types.tdx.layout import TdReport, TdReportStruct
from evidence.types.tdx.mapping import BODY, REPORTED_MODULE, REPORTED_TD, TD
from evidence.types.tdx.read import TdxReport


def sources(native: Quote[TdReport] | TdxReport, source: Input) -> Iterator[Source]:
    """Every field, where it lies, and the claims that it became."""
    data = native.body.reportdata if isinstance(native, Quote) else native.report_mac.reportdata
    whose = standing(source, data, environment=getattr(source.options, "environment", None))
    yield from runtime_data(source, whose, TD.id, "mrtd")
    for field in _quote(native) if isinstance(native, Quote) else _report(native):
        claims = (
            tuple(moved(path, whose, TD.id) for path in field.claims) if whose.is_paravisor else field.claims
        )
        yield field if claims == field.claims else field._replace(claims=claims)
    if source.attachments and replay.is_read(source):
        facts = (*(f"/consistency/{name}-replay" for name in RTMRS), LOG)
        end = len(source.attachments[KIND])
        yield Source("event_log", 0, end, facts, f"attachment:{KIND}")


def _quote(quote: Quote[TdReport]) -> Iterator[Source]:
    body = gather(part for table in BODY for part in table.claimed((quote.body,), None))
    if not any(quote.body.devinfo or b""):
        body.pop("devinfo", None)  # which makes no binding
    yield from dcap.sources(quote, {**body, "descriptor.type": ("/evidence/variant",)})


def _report(report: TdxReport) -> Iterator[Source]:
    info, tcb_info = report.td_info, report.tee_tcb_info
    places = TdReportStruct.PLACES
    mac, td = REPORTED_TD.claimed((report.report_mac, info), report)
    (module,) = REPORTED_MODULE.claimed((tcb_info,), report)
    yield from dcap.fields("report_mac", report.report_mac, 0, mac)
    yield from dcap.fields("tee_tcb_info", tcb_info, places["tee_tcb_info"].offset, module)
    yield from dcap.fields("td_info", info, places["td_info"].offset, td)
