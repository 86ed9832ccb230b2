"""TDX structures, as their specifications print them. All integers are little-endian.

Sources: Intel DCAP, sgx_quote_4.h (sgx_report2_body_t) and sgx_quote_5.h (its 1.5 and 1.5ex forms);
Intel TDX Module ABI (TDREPORT_STRUCT, ATTRIBUTES); Linux, arch/x86/include/asm/shared/tdx.h (names of attributes).
"""

from __future__ import annotations

from typing import Final

from evidence.wire.bits import Bits, bit
from evidence.wire.layout import U8, U32, U64, Layout, Raw, Zero, at

TD_10, TD_15, TD_15EX = 2, 3, 4
"""Body types of version 5; version 4 has a body of type 2 and does not say so."""


class TdReport(Layout, size=885, spec="DCAP, sgx_quote_5.h, sgx_report2_body_v1_5_ex_t", grows=True):
    """The body of a quote. Types 2 and 3 are this up to 584 and 648 bytes: `since` is the body type."""

    tee_tcb_svn:        Raw = at(0, 16)
    mrseam:             Raw = at(16, 48)
    mrsignerseam:       Raw = at(64, 48)
    seamattributes:     U64 = at(112)
    tdattributes:       U64 = at(120)
    xfam:               U64 = at(128)
    mrtd:               Raw = at(136, 48)
    mrconfigid:         Raw = at(184, 48)
    mrowner:            Raw = at(232, 48)
    mrownerconfig:      Raw = at(280, 48)
    rtmr0:              Raw = at(328, 48)
    rtmr1:              Raw = at(376, 48)
    rtmr2:              Raw = at(424, 48)
    rtmr3:              Raw = at(472, 48)
    reportdata:         Raw = at(520, 64)
    tee_tcb_svn2:       Raw = at(584, 16, since=TD_15)
    mrservicetd:        Raw = at(600, 48, since=TD_15)
    vmid:               U8  = at(648, since=TD_15EX)
    td_id:              Raw = at(649, 32, since=TD_15EX)
    devinfo:            Raw = at(681, 48, since=TD_15EX)
    init_servtd_hash:   Raw = at(729, 48, since=TD_15EX)
    init_servtd_attr:   Raw = at(777, 8,  since=TD_15EX)
    init_cpu_svn:       Raw = at(785, 16, since=TD_15EX)
    init_tee_tcb_svn:   Raw = at(801, 16, since=TD_15EX)
    init_tee_fmspc:     Raw = at(817, 12, since=TD_15EX)
    cur_servtd_hash:    Raw = at(829, 48, since=TD_15EX)
    cur_servtd_attr:    Raw = at(877, 8,  since=TD_15EX)


class TdReportStruct(Layout, size=1024, spec="Intel TDX Module ABI, TDREPORT_STRUCT"):
    report_mac_struct:  Raw  = at(0, 256)
    tee_tcb_info:       Raw  = at(256, 239)
    reserved_495:       Zero = at(495, 17)
    td_info:            Raw  = at(512, 512)


class ReportMac(Layout, size=256, spec="Intel TDX Module ABI, REPORTMACSTRUCT"):
    type:               U8   = at(0)
    subtype:            U8   = at(1)
    version:            U8   = at(2)
    reserved_3:         Zero = at(3, 13)
    cpu_svn:            Raw  = at(16, 16)
    tee_tcb_info_hash:  Raw  = at(32, 48)
    tee_info_hash:      Raw  = at(80, 48)
    reportdata:         Raw  = at(128, 64)
    reserved_192:       Zero = at(192, 32)
    mac:                Raw  = at(224, 32)


class TeeTcbInfo(Layout, size=239, spec="Intel TDX Module ABI, TEE_TCB_INFO"):
    valid:              U64  = at(0)
    tee_tcb_svn:        Raw  = at(8, 16)
    mrseam:             Raw  = at(24, 48)
    mrsignerseam:       Raw  = at(72, 48)
    seamattributes:     U64  = at(120)
    tee_tcb_svn2:       Raw  = at(128, 16)
    reserved_144:       Zero = at(144, 95)


class TdInfo(Layout, size=512, spec="Intel TDX Module ABI, TDINFO_STRUCT"):
    """`since` is the version of the REPORTTYPE."""

    tdattributes:       U64  = at(0)
    xfam:               U64  = at(8)
    mrtd:               Raw  = at(16, 48)
    mrconfigid:         Raw  = at(64, 48)
    mrowner:            Raw  = at(112, 48)
    mrownerconfig:      Raw  = at(160, 48)
    rtmr0:              Raw  = at(208, 48)
    rtmr1:              Raw  = at(256, 48)
    rtmr2:              Raw  = at(304, 48)
    rtmr3:              Raw  = at(352, 48)
    mrservicetd:        Raw  = at(400, 48, since=1)
    td_id:              Raw  = at(448, 32, since=3)
    reserved_480:       Zero = at(480, 24)
    vmid:               U8   = at(504, since=3)
    reserved_505:       Zero = at(505, 3)
    valid:              U32  = at(508, since=3)


class TdAttributes(Bits, size=8, spec="Intel TDX Module ABI, ATTRIBUTES; Linux, asm/shared/tdx.h"):
    debug               = bit(0)
    hgs_plus_prof       = bit(4)
    perf_prof           = bit(5)
    pmt_prof            = bit(6)
    icssd               = bit(16)
    servtd_ext          = bit(17)
    lass                = bit(27)
    sept_ve_disable     = bit(28)
    migratable          = bit(29)
    pks                 = bit(30)
    kl                  = bit(31)
    tpa                 = bit(62)
    perfmon             = bit(63)


class SeamAttributes(Bits, size=8, spec="Intel TDX Module ABI, TEE_TCB_INFO: no bit has a name"):
    pass


class TdInfoValid(Bits, size=4, spec="DCAP, quoting_enclave_tdqe.cpp: TDINFO.VALID"):
    mrservicetd         = bit(0)
    td_id               = bit(8)
    vmid                = bit(9)


TUD: Final = 0xFF
"""TDATTRIBUTES 7:0, TD under debug: any of them set, and the TD is not to be trusted."""
SVN2_VALID: Final = 0x30000
"""TEE_TCB_INFO.VALID of modules that have a TEE_TCB_SVN2."""
