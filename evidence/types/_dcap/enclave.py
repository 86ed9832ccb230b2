"""An SGX REPORT in claims: of the attested enclave, and of the quoting enclave, in the same words."""

from __future__ import annotations

from typing import Any, Final

from evidence.claims import (
    Bytes,
    Digest,
    Entered,
    Environment,
    Identifier,
    Measurement,
    Note,
    Role,
    Signer,
    Subject,
    Svn,
    Tcb,
    Value,
)
from evidence.types._attributes import attribute
from evidence.types._dcap.layout import MiscSelect, SgxAttributes, SgxReport, XFeatures

CLAIMED: Final = {
    "cpu_svn": ("tcb/cpu_svn",),
    "misc_select": ("attributes/misc_select",),
    "isv_ext_prod_id": ("inputs/isv_ext_prod_id",),
    "attributes": ("attributes/attributes", "debug"),
    "xfrm": ("attributes/xfrm",),
    "mr_enclave": ("measurements/mrenclave",),
    "mr_signer": ("signers/mrsigner",),
    "config_id": ("inputs/config_id",),
    "isv_prod_id": ("values/isv_prod_id",),
    "isv_svn": ("svns/isv_svn",),
    "config_svn": ("svns/config_svn",),
    "isv_family_id": ("inputs/isv_family_id",),
}
"""Field to claims, below the enclave's environment. REPORTDATA is a binding, by its own name."""
ZERO_32: Final = bytes(32)


def environment(
    report: SgxReport,
    id: str,
    role: Role,
    subject: Subject,
    notes: list[Note],
    *,
    svns: tuple[Svn, ...] = (),
    values: tuple[Value, ...] = (),
    identifiers: tuple[Identifier, ...] = (),
    **more: Any,
) -> Environment:
    """The environment that a REPORT describes; what else is known of it goes behind the report's own."""
    at = f"/environments/{id}/attributes"
    attributes = attribute("attributes", report.attributes, SgxAttributes, f"{at}/attributes", notes)
    return Environment(
        id=id,
        role=role,
        origin="evidence",
        debug="enabled" if "debug" in attributes.set else "disabled-since-boot",
        migration="not-reported",
        measurements=(
            Measurement(
                name="mrenclave",
                phase="initial",
                subject=subject,
                form="extended",
                digests=(Digest(alg="sha-256", digest=Bytes(report.mr_enclave)),),
            ),
        ),
        inputs=(
            Entered(name="isv_ext_prod_id", set_by="signer", value=Bytes(report.isv_ext_prod_id)),
            Entered(name="isv_family_id", set_by="signer", value=Bytes(report.isv_family_id)),
            Entered(name="config_id", set_by="host", value=Bytes(report.config_id)),
        ),
        identifiers=identifiers,
        signers=(_mrsigner(report),),
        svns=(
            Svn(name="isv_svn", set_by="signer", svn=report.isv_svn),
            Svn(name="config_svn", set_by="host", svn=report.config_svn),
            *svns,
        ),
        tcb=(cpu_svn(report.cpu_svn),),
        values=(Value(name="isv_prod_id", int=report.isv_prod_id), *values),
        attributes=(
            attributes,
            attribute("xfrm", report.xfrm, XFeatures, f"{at}/xfrm", notes),
            attribute("misc_select", report.misc_select, MiscSelect, f"{at}/misc_select", notes),
        ),
        **more,
    )


def cpu_svn(value: bytes, name: str = "cpu_svn") -> Tcb:
    """CPUSVN of the processor at work: 16 bytes that only Intel can compare."""
    return Tcb(name=name, role="current", layout=None, layout_source="unknown", raw=Bytes(value))


def _mrsigner(report: SgxReport) -> Signer:
    value = Bytes(report.mr_signer)
    if value == ZERO_32:
        return Signer(name="mrsigner", status="none", raw=value)
    return Signer(name="mrsigner", status="present", alg="sha-256", value=value)
