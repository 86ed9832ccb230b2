"""A TDREPORT in claims: what a quote's body is made from, with a MAC that only its own machine can check."""

from __future__ import annotations

from hashlib import sha384

from evidence.claims import (
    Binding,
    Bytes,
    Consistency,
    Environment,
    Identifier,
    Measurement,
    Note,
    Unknown,
    Value,
)
from evidence.input import Input
from evidence.registry import Body
from evidence.types._attributes import attribute
from evidence.types._dcap import claims as dcap
from evidence.types._dcap import enclave
from evidence.types.tdx.environments import MODULE, service_tds, td, tdx_module, tee_tcb_svn
from evidence.types.tdx.layout import SVN2_VALID, TdInfoValid, TdReportStruct
from evidence.types.tdx.read import TdxReport
from evidence.types.tdx.replay import replayed, rtmrs


def claims(found: TdxReport, given: Input) -> Body:
    """The claims of a TDREPORT. Its two inner hashes are computed; its MAC is not looked at."""
    notes: list[Note] = []
    mac, info, version = found.report_mac, found.td_info, found.report_mac.version
    hashes = (
        ("tee_tcb_info_hash", mac.tee_tcb_info_hash, found.whole.tee_tcb_info),
        ("tee_info_hash", mac.tee_info_hash, found.whole.td_info),
    )
    return Body(
        version=f"tdreport-{version}",
        variant="tdreport",
        size=TdReportStruct.SIZE,
        protection="mac-local",
        bindings=(
            dcap.caller_data(mac.reportdata, "td"),
            *(_content_binding(name, value) for name, value, _ in hashes),
        ),
        environments=(
            td(
                info,
                notes,
                depends_on=("tdx-module",),
                measurements=_service_tds(found) if version >= 1 else (),
                identifiers=_td_id(found) if version >= 3 else (),
                tcb=(enclave.cpu_svn(mac.cpu_svn),),
                values=(
                    Value(name="report_subtype", int=mac.subtype),
                    *(_vmid(found) if version >= 3 else ()),
                ),
                attributes=(attribute("tdinfo_valid", info.valid, TdInfoValid, "td", notes),)
                if version >= 3
                else (),
            ),
            _module(found, notes),
        ),
        consistency=(
            *(_hash(name, value, content) for name, value, content in hashes),
            *replayed(given, rtmrs(info), notes),
        ),
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


def _service_tds(found: TdxReport) -> tuple[Measurement, ...]:
    info = found.td_info
    there = bool(info.valid & TdInfoValid.mrservicetd.mask) if found.report_mac.version >= 3 else None
    return (service_tds("mrservicetd", info.mrservicetd, there=there),)


def _td_id(found: TdxReport) -> tuple[Identifier, ...]:
    info = found.td_info
    if info.valid & TdInfoValid.td_id.mask:
        return (dcap.identifier("td_id", "instance", info.td_id),)
    raw = Bytes(info.td_id)
    return (Identifier(name="td_id", scope="instance", linkable=False, status="absent-by-flag", raw=raw),)


def _vmid(found: TdxReport) -> tuple[Value, ...]:
    """VMID, unless the TDREPORT says that it has none, and it has none."""
    info = found.td_info
    there = info.valid & TdInfoValid.vmid.mask or info.vmid
    return (Value(name="vmid", int=info.vmid),) if there else ()


def _module(found: TdxReport, notes: list[Note]) -> Environment:
    """TEE_TCB_SVN2 is there where VALID says so; other bytes in its place are kept as they are."""
    info = found.tee_tcb_info
    valid = Value(name="tee_tcb_info_valid", bytes=Bytes(info.valid.to_bytes(8, "little")))
    if info.valid & SVN2_VALID == SVN2_VALID:
        current = tee_tcb_svn("tee_tcb_svn2", "current", info.tee_tcb_svn2)
        return tdx_module(info, notes, current, values=(valid,))
    if not any(info.tee_tcb_svn2):
        return tdx_module(info, notes, values=(valid,))
    path = f"{MODULE}/unknown/tee_tcb_svn2"
    notes.append(Note(code="reserved-bytes", path=path, detail="not zero, and VALID does not name it"))
    unknown = (Unknown(label="tee_tcb_svn2", raw=Bytes(info.tee_tcb_svn2)),)
    return tdx_module(info, notes, values=(valid,), unknown=unknown)
