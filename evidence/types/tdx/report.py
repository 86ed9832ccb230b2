"""A TDREPORT in claims: what a quote's body is made from, with a MAC that only its own machine can check."""

from __future__ import annotations

from hashlib import sha384

from evidence.claims import Binding, Bytes, Consistency, Note
from evidence.input import Input
from evidence.registry import Body
from evidence.types._dcap import claims as dcap
from evidence.types._paravisor.standing import (
    WORKLOAD,
    bindings,
    moved_facts,
    moved_notes,
    placed,
    remarks,
    standing,
)
from evidence.types.tdx.layout import TdReportStruct
from evidence.types.tdx.mapping import REPORTED_MODULE, REPORTED_TD
from evidence.types.tdx.paravisor import signs
from evidence.types.tdx.read import TdxReport
from evidence.types.tdx.replay import replayed, rtmrs


def claims(reported: TdxReport, source: Input) -> Body:
    """The claims of a TDREPORT. Its two inner hashes are computed; its MAC is not looked at."""
    notes: list[Note] = []
    mac, info, version = reported.report_mac, reported.td_info, reported.report_mac.version
    hashes = (
        ("tee_tcb_info_hash", mac.tee_tcb_info_hash, reported.whole.tee_tcb_info),
        ("tee_info_hash", mac.tee_info_hash, reported.whole.td_info),
    )
    whose = standing(source, mac.reportdata, environment=getattr(source.options, "environment", None))
    td = REPORTED_TD.environment((mac, info), reported, notes)
    notes = moved_notes(notes, whose, REPORTED_TD.id)
    notes += remarks(whose, REPORTED_TD.here, signs(info, mac.reportdata) if whose is WORKLOAD else ())
    own = (
        dcap.caller_data(mac.reportdata, REPORTED_TD.id),
        *(_content_binding(name, value) for name, value, _ in hashes),
    )
    environments = (
        placed(td, whose),
        REPORTED_MODULE.environment((reported.tee_tcb_info,), reported, notes),
    )
    facts, logs = replayed(source, rtmrs(info), notes)
    return Body(
        version=f"tdreport-{version}",
        variant="tdreport",
        size=TdReportStruct.SIZE,
        protection="mac-local",
        bindings=bindings(own, whose, REPORTED_TD.id, "paravisor"),
        environments=environments,
        consistency=(
            *(_hash(name, value, content) for name, value, content in hashes),
            *moved_facts(facts, whose, REPORTED_TD.id),
        ),
        logs=logs,
        notes=tuple(notes),
    )


def _content_binding(name: str, value: bytes) -> Binding:
    return Binding(
        name=name,
        role="content-binding",
        declared="opaque",
        requested_by="unspecified",
        value=Bytes(value),
        alg="sha-384",
    )


def _hash(name: str, value: bytes, content: bytes) -> Consistency:
    digest = sha384(content).digest()
    return Consistency(
        name=f"{name}-binding",
        status="matches" if digest == value else "differs",
        digest_of=name.removesuffix("_hash").replace("_", "-"),
        compared_to=f"/bindings/{name}",
        alg="sha-384",
        computed=Bytes(digest),
    )
