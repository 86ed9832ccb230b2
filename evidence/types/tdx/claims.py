"""A quote or TDREPORT in normalized claims: which field becomes which claim, and what each value means."""

from __future__ import annotations

from typing import Final

from evidence.claims import Binding, Bytes, Measurement, Note, Tcb, Value
from evidence.input import Input
from evidence.registry import Body
from evidence.types._dcap import claims as dcap
from evidence.types._dcap.quote import Quote
from evidence.types.tdx import VARIANTS, report
from evidence.types.tdx.environments import TD, service_tds, td, tdx_module, tee_tcb_svn
from evidence.types.tdx.layout import TD_15, TD_15EX, TdReport
from evidence.types.tdx.read import TdxReport
from evidence.types.tdx.replay import replayed, rtmrs


def claims(native: Quote[TdReport] | TdxReport, given: Input) -> Body:
    """The claims of a quote, or of a TDREPORT."""
    return _quote(native, given) if isinstance(native, Quote) else report.claims(native, given)


def _quote(quote: Quote[TdReport], given: Input) -> Body:
    notes: list[Note] = []
    body, kind = quote.body, quote.body_type
    current = (tee_tcb_svn("tee_tcb_svn2", "current", body.tee_tcb_svn2),) if kind >= TD_15 else ()
    service = (service_tds("mrservicetd", body.mrservicetd),) if kind >= TD_15 else ()
    extended = kind == TD_15EX
    if extended:
        notes += _not_populated(body)
    return Body(
        version=str(quote.header.version),
        variant=VARIANTS[kind],
        size=quote.size,
        protection="signed",
        bindings=(
            dcap.caller_data(body.reportdata, "td"),
            *(_devinfo(body) if extended else ()),
            dcap.qe_binding(quote),
        ),
        environments=(
            td(
                body,
                notes,
                depends_on=("tdx-module", "qe"),
                measurements=service + (_servtd_hashes(body) if extended else ()),
                identifiers=(
                    dcap.identifier("td_id", "instance", body.td_id),
                    dcap.identifier("init_tee_fmspc", "class", body.init_tee_fmspc),
                )
                if extended
                else (),
                tcb=_init_cpu_svn(body) if extended else (),
                values=_values(body) if extended else (),
            ),
            tdx_module(body, notes, *current, *(_init_tee_tcb_svn(body) if extended else ())),
            dcap.qe(quote, notes),
            *dcap.pck(quote, notes),
        ),
        consistency=(
            dcap.qe_bound(quote),
            *(replayed(given, rtmrs(body), notes) if given.attachments else ()),
        ),
        certificates=dcap.certificates(quote),
        notes=tuple(notes),
    )


OPTIONAL: Final = (
    *("td_id", "devinfo", "init_servtd_hash", "init_servtd_attr", "init_cpu_svn"),
    *("init_tee_tcb_svn", "init_tee_fmspc", "cur_servtd_hash", "cur_servtd_attr"),
)
"""Fields of a TD 1.5ex body that are zero where the quoting enclave has nothing to put there."""


def _not_populated(body: TdReport) -> list[Note]:
    zero = [name for name in OPTIONAL if not any(getattr(body, name))]
    detail = f"zero, so not populated: {', '.join(zero)}"
    return [Note(code="not-populated", path=TD, detail=detail)] if zero else []


def _devinfo(body: TdReport) -> tuple[Binding, ...]:
    """The hash of the Device Information that TDX Connect assigned to the TD."""
    if not any(body.devinfo):
        return ()
    value = Bytes(body.devinfo)
    return (
        Binding(
            name="devinfo",
            role="content-binding",
            declared="opaque",
            requested_by="unspecified",
            environment="td",
            value=value,
            alg="sha-384",
        ),
    )


def _servtd_hashes(body: TdReport) -> tuple[Measurement, ...]:
    return (
        service_tds("init_servtd_hash", body.init_servtd_hash),
        service_tds("cur_servtd_hash", body.cur_servtd_hash),
    )


def _values(body: TdReport) -> tuple[Value, ...]:
    attributes = (("init_servtd_attr", body.init_servtd_attr), ("cur_servtd_attr", body.cur_servtd_attr))
    return (
        Value(name="vmid", int=body.vmid),
        *(Value(name=name, bytes=Bytes(value)) for name, value in attributes if any(value)),
    )


def _init_cpu_svn(body: TdReport) -> tuple[Tcb, ...]:
    if not any(body.init_cpu_svn):
        return ()
    raw = Bytes(body.init_cpu_svn)
    return (Tcb(name="init_cpu_svn", role="initial", layout_source="unknown", raw=raw),)


def _init_tee_tcb_svn(body: TdReport) -> tuple[Tcb, ...]:
    if not any(body.init_tee_tcb_svn):
        return ()
    return (tee_tcb_svn("init_tee_tcb_svn", "initial", body.init_tee_tcb_svn),)
