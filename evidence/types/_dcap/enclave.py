"""An SGX REPORT in claims: of the attested enclave, and of the quoting enclave, in the same words."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from evidence.claims import (
    Bytes,
    Digest,
    Entered,
    Environment,
    Identifier,
    Key,
    Measurement,
    Note,
    Signer,
    Svn,
    Tcb,
    Unknown,
    Value,
)
from evidence.types._attributes import attribute
from evidence.types._dcap.layout import MiscSelect, SgxAttributes, SgxReport, XFeatures
from evidence.words import Role, Subject

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
    depends_on: tuple[str, ...] = (),
    keys: tuple[Key, ...] = (),
    unknown: tuple[Unknown, ...] = (),
) -> Environment:
    """The environment that a REPORT describes; what else is known of it goes behind the report's own."""
    attributes = attribute("attributes", report.attributes, SgxAttributes, id, notes)
    return Environment(
        id=id,
        role=role,
        origin="evidence",
        depends_on=depends_on,
        debug="enabled" if "debug" in attributes.set else "disabled-since-boot",
        migration="not-defined",
        measurements=_mrenclave(report.mr_enclave, subject),
        inputs=_inputs(report.isv_ext_prod_id, report.isv_family_id, report.config_id),
        identifiers=identifiers,
        signers=_mrsigner(report.mr_signer),
        svns=(
            Svn(name="isv_svn", set_by="signer", svn=report.isv_svn),
            Svn(name="config_svn", set_by="host", svn=report.config_svn),
            *svns,
        ),
        tcb=(cpu_svn(report.cpu_svn),),
        values=(Value(name="isv_prod_id", int=report.isv_prod_id), *values),
        attributes=(
            attributes,
            attribute("xfrm", report.xfrm, XFeatures, id, notes),
            attribute("misc_select", report.misc_select, MiscSelect, id, notes),
        ),
        keys=keys,
        unknown=unknown,
    )


# A fleet has few enclaves of each kind (its quoting enclave above all), so that what they become is made once.
remembered: Final = lru_cache(maxsize=256)


@remembered
def _mrenclave(value: bytes, subject: Subject) -> tuple[Measurement, ...]:
    digests = (Digest(alg="sha-256", digest=Bytes(value)),)
    return (
        Measurement(name="mrenclave", phase="initial", subject=subject, form="extended", digests=digests),
    )


@remembered
def _inputs(ext_prod_id: bytes, family_id: bytes, config_id: bytes) -> tuple[Entered, ...]:
    return (
        Entered(name="isv_ext_prod_id", set_by="signer", value=Bytes(ext_prod_id)),
        Entered(name="isv_family_id", set_by="signer", value=Bytes(family_id)),
        Entered(name="config_id", set_by="host", value=Bytes(config_id)),
    )


@remembered
def cpu_svn(value: bytes, name: str = "cpu_svn") -> Tcb:
    """CPUSVN of the processor at work: 16 bytes that only Intel can compare."""
    return Tcb(name=name, role="current", layout_source="unknown", raw=Bytes(value))


@remembered
def _mrsigner(digest: bytes) -> tuple[Signer, ...]:
    value = Bytes(digest)
    if value == ZERO_32:
        return (Signer(name="mrsigner", status="none", raw=value),)
    return (Signer(name="mrsigner", status="present", alg="sha-256", value=value),)
