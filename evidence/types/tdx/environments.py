"""The TD and the TDX module, as a quote's body and a TDREPORT describe them with the same fields."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from evidence.claims import (
    Attribute,
    Bytes,
    Digest,
    Entered,
    Environment,
    Identifier,
    Measurement,
    Note,
    Signer,
    Tcb,
    TcbComponent,
    Unknown,
    Value,
)
from evidence.types._attributes import attribute
from evidence.types._dcap.layout import XFeatures
from evidence.types.tdx.layout import TUD, SeamAttributes, TdAttributes, TdInfo, TdReport, TeeTcbInfo
from evidence.words import TcbRole

TD: Final = "/environments/td"
MODULE: Final = "/environments/tdx-module"
ZERO_48: Final = bytes(48)


def td(
    found: TdReport | TdInfo,
    notes: list[Note],
    *,
    depends_on: tuple[str, ...],
    measurements: tuple[Measurement, ...] = (),
    identifiers: tuple[Identifier, ...] = (),
    tcb: tuple[Tcb, ...] = (),
    values: tuple[Value, ...] = (),
    attributes: tuple[Attribute, ...] = (),
) -> Environment:
    """The TD; what only some bodies have goes behind what all have.

    Any bit of TDATTRIBUTES 7:0 makes it a TD under debug, also one without a name.
    """
    tdattributes = attribute("tdattributes", found.tdattributes, TdAttributes, "td", notes)
    return Environment(
        id="td",
        role="workload",
        origin="evidence",
        depends_on=depends_on,
        debug="enabled" if found.tdattributes & TUD else "disabled-since-boot",
        migration="allowed" if "migratable" in tdattributes.set else "not-allowed",
        measurements=(
            Measurement(
                name="mrtd", phase="initial", subject="workload", form="extended", digests=_sha384(found.mrtd)
            ),
            _rtmr("rtmr0", found.rtmr0),
            _rtmr("rtmr1", found.rtmr1),
            _rtmr("rtmr2", found.rtmr2),
            _rtmr("rtmr3", found.rtmr3),
            *measurements,
        ),
        inputs=(
            Entered(name="mrconfigid", set_by="host", value=Bytes(found.mrconfigid)),
            Entered(name="mrowner", set_by="host", value=Bytes(found.mrowner)),
            Entered(name="mrownerconfig", set_by="host", value=Bytes(found.mrownerconfig)),
        ),
        identifiers=identifiers,
        tcb=tcb,
        values=values,
        attributes=(
            tdattributes,
            attribute("xfam", found.xfam, XFeatures, "td", notes),
            *attributes,
        ),
    )


def _sha384(value: bytes) -> tuple[Digest, ...]:
    return (Digest(alg="sha-384", digest=Bytes(value)),)


def _rtmr(name: str, value: bytes) -> Measurement:
    digests = _sha384(value)
    return Measurement(name=name, phase="runtime", subject="unspecified", form="extended", digests=digests)


def service_tds(name: str, value: bytes, *, there: bool | None = None) -> Measurement:
    """A hash over service TDs: zero says that none is bound, unless a flag says whether it is `there`."""
    populated = any(value) if there is None else there
    return Measurement(
        name=name,
        phase="unspecified",
        subject="services",
        form="digest",
        digests=_sha384(value),
        populated=None if populated else False,
    )


def tdx_module(
    found: TdReport | TeeTcbInfo,
    notes: list[Note],
    *more: Tcb,
    values: tuple[Value, ...] = (),
    unknown: tuple[Unknown, ...] = (),
) -> Environment:
    """The TDX module. TEE_TCB_SVN is of the module that launched the TD; `more` are further TCBs."""
    return Environment(
        id="tdx-module",
        role="tee-firmware",
        origin="evidence",
        # a module with an attribute set says something, in bits that nobody has defined
        debug="not-reported" if found.seamattributes else "not-defined",
        migration="not-defined",
        measurements=(_mrseam(found.mrseam),),
        signers=(_mrsignerseam(found.mrsignerseam),),
        tcb=(tee_tcb_svn("tee_tcb_svn", "launch", found.tee_tcb_svn), *more),
        values=values,
        attributes=(attribute("seamattributes", found.seamattributes, SeamAttributes, "tdx-module", notes),),
        unknown=unknown,
    )


# A fleet has few TDX modules, so that what they become is made once.
remembered: Final = lru_cache(maxsize=256)


@remembered
def _mrseam(value: bytes) -> Measurement:
    return Measurement(
        name="mrseam", phase="loaded", subject="firmware", form="digest", digests=_sha384(value)
    )


@remembered
def _mrsignerseam(value: bytes) -> Signer:
    """Zero for a module of Intel's, whose signer is not measured."""
    found = Bytes(value)
    if found == ZERO_48:
        return Signer(name="mrsignerseam", status="not-populated", raw=found)
    return Signer(name="mrsignerseam", status="present", alg="sha-384", value=found)


@remembered
def tee_tcb_svn(name: str, role: TcbRole, value: bytes) -> Tcb:
    """A TEE_TCB_SVN. The major version selects the module, so another one cannot be compared by order.

    Bytes 3 to 15 are reserved; where they are used, all of them are components, so that no comparison
    passes them over.
    """
    components = [
        TcbComponent(name="tdx_module_svn_minor", svn=value[0], compare="ordered"),
        TcbComponent(name="tdx_module_svn_major", svn=value[1], compare="equal"),
        TcbComponent(name="seam_last_patch_svn", svn=value[2], compare="ordered"),
    ]
    if any(value[3:]):
        components += [
            TcbComponent(name=f"reserved_{number}", svn=svn, compare="ordered")
            for number, svn in enumerate(value[3:], 3)
        ]
    return Tcb(
        name=name,
        role=role,
        layout="intel-tee-tcb-svn",
        layout_source="format",
        raw=Bytes(value),
        components=tuple(components),
    )
