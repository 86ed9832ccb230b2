"""Where the fields of a quote's body and of a TDREPORT lie, and the claims that they became."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.input import Input
from evidence.registry import Source
from evidence.types._dcap import sources as dcap
from evidence.types._dcap.quote import Quote
from evidence.types.tdx import replay
from evidence.types.tdx.environments import MODULE, TD
from evidence.types.tdx.layout import SVN2_VALID, TdInfoValid, TdReport, TdReportStruct
from evidence.types.tdx.read import TdxReport

CLAIMED: Final[dict[str, tuple[str, ...]]] = {
    "descriptor.type": ("/evidence/variant",),
    "tee_tcb_svn": (f"{MODULE}/tcb/tee_tcb_svn",),
    "mrseam": (f"{MODULE}/measurements/mrseam",),
    "mrsignerseam": (f"{MODULE}/signers/mrsignerseam",),
    "seamattributes": (f"{MODULE}/attributes/seamattributes",),
    "tdattributes": (f"{TD}/attributes/tdattributes", f"{TD}/debug", f"{TD}/migration"),
    "xfam": (f"{TD}/attributes/xfam",),
    "mrtd": (f"{TD}/measurements/mrtd",),
    "mrconfigid": (f"{TD}/inputs/mrconfigid",),
    "mrowner": (f"{TD}/inputs/mrowner",),
    "mrownerconfig": (f"{TD}/inputs/mrownerconfig",),
    "rtmr0": (f"{TD}/measurements/rtmr0",),
    "rtmr1": (f"{TD}/measurements/rtmr1",),
    "rtmr2": (f"{TD}/measurements/rtmr2",),
    "rtmr3": (f"{TD}/measurements/rtmr3",),
    "reportdata": ("/bindings/report_data",),
    "tee_tcb_svn2": (f"{MODULE}/tcb/tee_tcb_svn2",),
    "mrservicetd": (f"{TD}/measurements/mrservicetd",),
    "vmid": (f"{TD}/values/vmid",),
    "td_id": (f"{TD}/identifiers/td_id",),
    "devinfo": ("/bindings/devinfo",),
    "init_servtd_hash": (f"{TD}/measurements/init_servtd_hash",),
    "init_servtd_attr": (f"{TD}/values/init_servtd_attr",),
    "init_cpu_svn": (f"{TD}/tcb/init_cpu_svn",),
    "init_tee_tcb_svn": (f"{MODULE}/tcb/init_tee_tcb_svn",),
    "init_tee_fmspc": (f"{TD}/identifiers/init_tee_fmspc",),
    "cur_servtd_hash": (f"{TD}/measurements/cur_servtd_hash",),
    "cur_servtd_attr": (f"{TD}/values/cur_servtd_attr",),
    # of a TDREPORT alone
    "version": ("/evidence/version",),
    "subtype": (f"{TD}/values/report_subtype",),
    "cpu_svn": (f"{TD}/tcb/cpu_svn",),
    "tee_tcb_info_hash": ("/bindings/tee_tcb_info_hash", "/consistency/tee_tcb_info_hash-binding"),
    "tee_info_hash": ("/bindings/tee_info_hash", "/consistency/tee_info_hash-binding"),
}
LEFT_OUT: Final = ("devinfo", "init_servtd_attr", "init_cpu_svn", "init_tee_tcb_svn", "cur_servtd_attr")
"""Fields that make no claim where they are zero."""


def sources(native: Quote[TdReport] | TdxReport, given: Input) -> Iterator[Source]:
    """Every field, where it lies, and the claims that it became."""
    yield from _quote(native) if isinstance(native, Quote) else _report(native)
    if replay.is_read(given):
        facts = tuple(f"/consistency/{name}-replay" for name in replay.REGISTERS)
        end = len(given.attachments[replay.KIND])
        yield Source("event_log", 0, end, facts, f"attachment:{replay.KIND}")


def _quote(quote: Quote[TdReport]) -> Iterator[Source]:
    absent = {name for name in LEFT_OUT if not any(getattr(quote.body, name) or b"")}
    yield from dcap.sources(quote, {name: paths for name, paths in CLAIMED.items() if name not in absent})


def _report(found: TdxReport) -> Iterator[Source]:
    info, tcb_info = found.td_info, found.tee_tcb_info
    claimed = {**CLAIMED, "valid": (f"{MODULE}/values/tee_tcb_info_valid",)}
    if tcb_info.valid & SVN2_VALID != SVN2_VALID:
        unknown = (f"{MODULE}/unknown/tee_tcb_svn2",)
        claimed["tee_tcb_svn2"] = unknown if any(tcb_info.tee_tcb_svn2) else ()
    places = TdReportStruct.PLACES
    yield from dcap.fields("report_mac", found.report_mac, 0, claimed)
    yield from dcap.fields("tee_tcb_info", tcb_info, places["tee_tcb_info"].offset, claimed)
    claimed["valid"] = (f"{TD}/attributes/tdinfo_valid",)
    if found.report_mac.version >= 3 and not (info.valid & TdInfoValid.vmid.mask or info.vmid):
        claimed["vmid"] = ()
    yield from dcap.fields("td_info", info, places["td_info"].offset, claimed)
