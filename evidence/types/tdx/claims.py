"""A quote or TDREPORT in normalized claims: which field becomes which claim, and what each value means."""

from __future__ import annotations

from typing import Final

from evidence.claims import Binding, Bytes, Consistency, Log, Note
from evidence.input import Input
from evidence.mapping import ZERO
from evidence.registry import Body
from evidence.types._dcap import claims as dcap
from evidence.types._dcap.quote import Quote
from evidence.types._paravisor.standing import (
    WORKLOAD,
    bindings,
    moved_facts,
    moved_notes,
    placed,
    remarks,
    standing,
)
from evidence.types.tdx import VARIANTS, report
from evidence.types.tdx.layout import TD_15EX, TdReport
from evidence.types.tdx.mapping import MODULE, TD
from evidence.types.tdx.paravisor import signs
from evidence.types.tdx.read import TdxReport


def claims(native: Quote[TdReport] | TdxReport, source: Input) -> Body:
    """The claims of a quote, or of a TDREPORT."""
    return _quote(native, source) if isinstance(native, Quote) else report.claims(native, source)


def _quote(quote: Quote[TdReport], source: Input) -> Body:
    notes: list[Note] = []
    body, kind = quote.body, quote.body_type
    extended = kind == TD_15EX
    if extended:
        notes += _not_populated(body)
    whose = standing(source, body.reportdata, environment=getattr(source.options, "environment", None))
    td = TD.environment((body,), None, notes)
    notes = moved_notes(notes, whose, TD.id)
    notes += remarks(whose, TD.here, signs(body, body.reportdata) if whose is WORKLOAD else ())
    own = (
        dcap.caller_data(body.reportdata, TD.id),
        *(_devinfo(body) if extended else ()),
        dcap.qe_binding(quote),
    )
    environments = (
        placed(td, whose),
        MODULE.environment((body,), None, notes),
        dcap.qe(quote, notes),
        *dcap.pck(quote, notes),
    )
    facts, logs = _logged(body, source, notes)
    return Body(
        version=str(quote.header.version),
        variant=VARIANTS[kind],
        size=quote.size,
        protection="signed",
        bindings=bindings(own, whose, TD.id, "paravisor"),
        environments=environments,
        consistency=(
            dcap.qe_bound(quote),
            *moved_facts(facts, whose, TD.id),
        ),
        certificates=dcap.certificates(quote),
        logs=logs,
        notes=tuple(notes),
    )


def _logged(
    body: TdReport, source: Input, notes: list[Note]
) -> tuple[tuple[Consistency, ...], tuple[Log, ...]]:
    """What an event log brings, where something came beside the quote."""
    if not source.attachments:
        return (), ()
    from evidence.types.tdx import replay

    return replay.replayed(source, replay.rtmrs(body), notes)


OPTIONAL: Final = (
    *("td_id", "devinfo", "init_servtd_hash", "init_servtd_attr", "init_cpu_svn"),
    *("init_tee_tcb_svn", "init_tee_fmspc", "cur_servtd_hash", "cur_servtd_attr"),
)
"""Fields of a TD 1.5ex body that are zero where the quoting enclave has nothing to put there."""


def _not_populated(body: TdReport) -> list[Note]:
    zero = [name for name in OPTIONAL if not getattr(body, name).rstrip(ZERO)]
    detail = f"zero, so not populated: {', '.join(zero)}"
    return [Note(code="not-populated", path=TD.here, detail=detail)] if zero else []


def _devinfo(body: TdReport) -> tuple[Binding, ...]:
    """The hash of the Device Information that TDX Connect assigned to the TD."""
    if not body.devinfo.rstrip(ZERO):
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
