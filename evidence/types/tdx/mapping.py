"""What the fields of a quote's body and of a TDREPORT mean, which describe the TD and its module with the same fields."""

from __future__ import annotations

from typing import Any, Final

from evidence.claims import (
    Bytes,
    Digest,
    Identifier,
    Measurement,
    Signer,
    Tcb,
    TcbComponent,
    Unknown,
    Value,
)
from evidence.mapping import (
    ZERO,
    Flags,
    FlagWord,
    Identifies,
    Mapping,
    NotedEntry,
    Number,
    Part,
    Register,
    Row,
    Supplied,
    by_piece,
    complete,
)
from evidence.types._dcap.layout import XFeatures
from evidence.types._dcap.mapping import PPID, QE, opaque_tcb
from evidence.types.tdx.layout import (
    SVN2_VALID,
    TUD,
    ReportMac,
    SeamAttributes,
    TdAttributes,
    TdInfo,
    TdInfoValid,
    TdReport,
    TeeTcbInfo,
)
from evidence.types.tdx.read import TdxReport
from evidence.words import Debug, TcbRole

ZERO_48: Final = bytes(48)


@by_piece
def tud(_: str, value: int, __: Any) -> Debug:
    """Any bit of TDATTRIBUTES 7:0 makes it a TD under debug, also one without a name."""
    return "enabled" if value & TUD else "disabled-since-boot"


@by_piece
def module_debug(_: str, value: int, __: Any) -> Debug:
    """A module with an attribute set says something, in bits that nobody has defined."""
    return "not-reported" if value else "not-defined"


@by_piece
def service_tds(name: str, value: bytes, _: Any) -> Measurement:
    """A hash over service TDs: zero says that none is bound."""
    return _service_tds(name, value, populated=bool(value.rstrip(ZERO)))


@by_piece
def service_tds_by_flag(name: str, value: bytes, there: bool | None) -> Measurement:  # noqa: FBT001 (a maker)
    """The same where a flag says whether it is there."""
    return _service_tds(name, value, populated=bool(value.rstrip(ZERO)) if there is None else there)


def _service_tds(name: str, value: bytes, *, populated: bool) -> Measurement:
    return Measurement(
        name=name,
        phase="unspecified",
        subject="services",
        form="digest",
        digests=(Digest(alg="sha-384", digest=Bytes(value)),),
        populated=None if populated else False,
    )


@by_piece
def mrsignerseam(name: str, value: bytes, _: Any) -> Signer:
    """Zero for a module of Intel's, whose signer is not measured."""
    if value == ZERO_48:
        return Signer(name=name, status="not-populated", raw=Bytes(value))
    return Signer(name=name, status="present", alg="sha-384", value=Bytes(value))


TCB_ROLES: Final[dict[str, TcbRole]] = {
    "tee_tcb_svn": "launch",  # of the module that launched the TD
    "tee_tcb_svn2": "current",
    "init_tee_tcb_svn": "initial",
}


@by_piece
def tee_tcb_svn(name: str, value: bytes, _: Any) -> Tcb:
    """A TEE_TCB_SVN. The major version selects the module, so another one cannot be compared by order.

    Bytes 3 to 15 are reserved; where they are used, all of them are components, so that no comparison
    passes them over.
    """
    return _tee_tcb_svn(name, value)


def _tee_tcb_svn(name: str, value: bytes) -> Tcb:
    components = [
        TcbComponent(name="tdx_module_svn_minor", svn=value[0], compare="ordered"),
        TcbComponent(name="tdx_module_svn_major", svn=value[1], compare="equal"),
        TcbComponent(name="seam_last_patch_svn", svn=value[2], compare="ordered"),
    ]
    if value[3:].rstrip(ZERO):
        components += [
            TcbComponent(name=f"reserved_{number}", svn=svn, compare="ordered")
            for number, svn in enumerate(value[3:], 3)
        ]
    return Tcb(
        name=name,
        role=TCB_ROLES[name],
        layout="intel-tee-tcb-svn",
        layout_source="format",
        raw=Bytes(value),
        components=tuple(components),
    )


@by_piece
def initial_tee_tcb_svn(name: str, value: bytes, _: Any) -> Tcb | None:
    """Zero where the quoting enclave has nothing to put there."""
    return _tee_tcb_svn(name, value) if value.rstrip(ZERO) else None


@by_piece
def initial_cpu_svn(name: str, value: bytes, _: Any) -> Tcb | None:
    """The same."""
    if not value.rstrip(ZERO):
        return None
    return Tcb(name=name, role="initial", layout_source="unknown", raw=Bytes(value))


@by_piece
def used_octets(name: str, value: bytes, _: Any) -> Value | None:
    """The same."""
    return Value(name=name, bytes=Bytes(value)) if value.rstrip(ZERO) else None


@by_piece
def valid_octets(name: str, value: int, _: Any) -> Value:
    """VALID as its bytes lie: no document says what its bits mean."""
    return Value(name=name, bytes=Bytes(value.to_bytes(8, "little")))


# what VALID of a TDREPORT says about other fields


def has_service_tds(report: TdxReport) -> bool | None:
    """Whether MRSERVICETD is there; None where VALID does not say."""
    flag = report.td_info.valid & TdInfoValid.mrservicetd.mask if report.report_mac.version >= 3 else None
    return None if flag is None else bool(flag)


def has_td_id(report: TdxReport) -> bool:
    return bool((report.td_info.valid or 0) & TdInfoValid.td_id.mask)


def has_vmid(report: TdxReport) -> bool:
    return bool((report.td_info.valid or 0) & TdInfoValid.vmid.mask)


def has_svn2(report: TdxReport) -> bool:
    return report.tee_tcb_info.valid & SVN2_VALID == SVN2_VALID


@by_piece
def td_id(name: str, value: bytes, there: bool) -> Identifier:  # noqa: FBT001 (a maker)
    """The TD's own number, where a flag says that the module filled it."""
    raw = Bytes(value)
    if not there:
        return Identifier(name=name, scope="instance", linkable=False, status="absent-by-flag", raw=raw)
    if value.rstrip(ZERO):
        return Identifier(name=name, scope="instance", linkable=False, status="present", value=raw)
    return Identifier(name=name, scope="instance", linkable=False, status="not-populated", raw=raw)


@by_piece
def vmid(name: str, value: int, there: bool) -> Value | None:  # noqa: FBT001 (a maker)
    """VMID, unless the TDREPORT says that it has none, and it has none."""
    return Value(name=name, int=value) if there or value else None


@by_piece
def tee_tcb_svn2(name: str, value: bytes, there: bool) -> Tcb | None:  # noqa: FBT001 (a maker)
    """The module that runs now, where a flag says that it is another than at launch."""
    return _tee_tcb_svn(name, value) if there else None


@by_piece
def unnamed_svn2(name: str, value: bytes, there: bool) -> NotedEntry | None:  # noqa: FBT001 (a maker)
    """Other bytes in the place of TEE_TCB_SVN2 are kept as they are."""
    if there or not value.rstrip(ZERO):
        return None
    return NotedEntry(
        Unknown(label=name, raw=Bytes(value)), "reserved-bytes", "not zero, and VALID does not name it"
    )


# fmt: off
RTMR: Final = Register("runtime", "unspecified")
TD_ROWS: Final = (
    Row("mrtd",               "measurements", Register("initial", "workload")),
    Row("rtmr0",              "measurements", RTMR),
    Row("rtmr1",              "measurements", RTMR),
    Row("rtmr2",              "measurements", RTMR),
    Row("rtmr3",              "measurements", RTMR),
    Row("mrconfigid",         "inputs",       Supplied("host")),
    Row("mrowner",            "inputs",       Supplied("host")),
    Row("mrownerconfig",      "inputs",       Supplied("host")),
    Row("tdattributes",       "attributes",   Flags(TdAttributes), recurs=True),
    Row("xfam",               "attributes",   Flags(XFeatures), recurs=True),
    Row("tdattributes",       "debug",        tud),
    Row("tdattributes",       "migration",    FlagWord(TdAttributes.migratable, "allowed", "not-allowed")),
)
MODULE_ROWS: Final = (
    Row("mrseam",             "measurements", Register("loaded", "firmware", "digest"), recurs=True),
    Row("mrsignerseam",       "signers",      mrsignerseam, recurs=True),
    Row("tee_tcb_svn",        "tcb",          tee_tcb_svn, recurs=True),
    Row("seamattributes",     "attributes",   Flags(SeamAttributes), recurs=True),
    Row("seamattributes",     "debug",        module_debug),
)
TD_WORDS: Final[dict[str, Any]] = {"id": "td", "role": "workload", "origin": "evidence"}
MODULE_WORDS: Final[dict[str, Any]] = {
    "id": "tdx-module", "role": "tee-firmware", "origin": "evidence", "migration": "not-defined",
}

# the body of a quote

TD: Final = Mapping(
    Part(
        TdReport,
        *TD_ROWS,
        Row("mrservicetd",        "measurements", service_tds),
        Row("init_servtd_hash",   "measurements", service_tds),
        Row("cur_servtd_hash",    "measurements", service_tds),
        Row("td_id",              "identifiers",  Identifies("instance")),
        Row("init_tee_fmspc",     "identifiers",  Identifies("class")),
        Row("init_cpu_svn",       "tcb",          initial_cpu_svn),
        Row("vmid",               "values",       Number()),
        Row("init_servtd_attr",   "values",       used_octets),
        Row("cur_servtd_attr",    "values",       used_octets),
    ),
    **TD_WORDS, depends_on=("tdx-module", "qe"),
)
MODULE: Final = Mapping(
    Part(
        TdReport,
        *MODULE_ROWS,
        Row("tee_tcb_svn2",       "tcb",          tee_tcb_svn, recurs=True),
        Row("init_tee_tcb_svn",   "tcb",          initial_tee_tcb_svn, recurs=True),
    ),
    **MODULE_WORDS,
)
BINDINGS: Final = Mapping(
    Part(
        TdReport,
        Row("reportdata",         also=("/bindings/report_data",)),
        Row("devinfo",            also=("/bindings/devinfo",)),
    ),
)
BODY: Final = (TD, MODULE, BINDINGS)
complete(TdReport, *(part for table in BODY for part in table.parts))

# a TDREPORT

REPORTED_TD: Final = Mapping(
    Part(
        ReportMac,
        Row("cpu_svn",            "tcb",          opaque_tcb),
        Row("subtype",            "values",       Number(), name="report_subtype"),
        Row("version",            also=("/evidence/version",)),
        Row("reportdata",         also=("/bindings/report_data",)),
        Row("tee_tcb_info_hash",  also=("/bindings/tee_tcb_info_hash", "/consistency/tee_tcb_info_hash-binding")),
        Row("tee_info_hash",      also=("/bindings/tee_info_hash", "/consistency/tee_info_hash-binding")),
    ),
    Part(
        TdInfo,
        *TD_ROWS,
        Row("mrservicetd",        "measurements", service_tds_by_flag, by=has_service_tds),
        Row("td_id",              "identifiers",  td_id, by=has_td_id),
        Row("vmid",               "values",       vmid, by=has_vmid),
        Row("valid",              "attributes",   Flags(TdInfoValid), name="tdinfo_valid",
            also=("measurements/mrservicetd", "identifiers/td_id")),
    ),
    **TD_WORDS, depends_on=("tdx-module",),
)
REPORTED_MODULE: Final = Mapping(
    Part(
        TeeTcbInfo,
        *MODULE_ROWS,
        Row("tee_tcb_svn2",       "tcb",          tee_tcb_svn2, by=has_svn2, recurs=True),
        Row("tee_tcb_svn2",       "unknown",      unnamed_svn2, by=has_svn2),
        Row("valid",              "values",       valid_octets, name="tee_tcb_info_valid"),
    ),
    **MODULE_WORDS,
)
UNCLAIMED: Final = {
    "type": "the constant that names the structure",
    "mac": "only the machine that made it can check it; it stands in the native fields alone",
}
# fmt: on
MAC, INFO = REPORTED_TD.parts
complete(ReportMac, MAC, elsewhere=UNCLAIMED)
complete(TdInfo, INFO)
complete(TeeTcbInfo, *REPORTED_MODULE.parts)


def tables() -> tuple[Mapping, ...]:
    """The tables of a quote and of a TDREPORT."""
    return (*BODY, QE[4], *PPID.values(), REPORTED_TD, REPORTED_MODULE)
