"""DCAP structures that TDX and SGX quotes share, as their headers print them.

Sources: Intel DCAP, sgx_quote_3.h, sgx_quote_4.h, sgx_quote_5.h and sgx_report.h; Intel SDM volume 3D, chapter 40
(SECS.ATTRIBUTES, MISCSELECT). Integers are little-endian; r, s and key coordinates are big-endian.
"""

from __future__ import annotations

from typing import Final

from evidence.wire.bits import Bits, bit
from evidence.wire.layout import U16, U32, U64, Layout, Raw, Zero, at

TEE_SGX: Final = 0x00000000
ECDSA_P256: Final = 2
"""The only attestation key type that any quoting enclave uses."""
HEADER_SIZE: Final = 48
BODY_SIZES: Final = {1: 384, 2: 584, 3: 648, 4: 885}
"""Body types (numbers of version 5) and their sizes in bytes: SGX, TD 1.0, TD 1.5, TD 1.5ex."""


class Header3(Layout, size=HEADER_SIZE, spec="DCAP, sgx_quote_3.h, sgx_quote3_t"):
    version:         U16  = at(0)
    att_key_type:    U16  = at(2)
    att_key_data_0:  Zero = at(4, 4)
    qe_svn:          U16  = at(8)
    pce_svn:         U16  = at(10)
    qe_vendor_id:    Raw  = at(12, 16)
    qe_id:           Raw  = at(28, 16)
    user_data:       Raw  = at(44, 4)


class Header4(Layout, size=HEADER_SIZE, spec="DCAP, sgx_quote_4.h, sgx_quote4_header_t"):
    version:         U16  = at(0)
    att_key_type:    U16  = at(2)
    tee_type:        U32  = at(4)
    reserved_8:      Raw  = at(8, 4)  # not QE SVN and PCE SVN, as in version 3
    qe_vendor_id:    Raw  = at(12, 16)
    qe_id:           Raw  = at(28, 16)
    user_data:       Raw  = at(44, 4)


class Descriptor(Layout, size=6, spec="DCAP, sgx_quote_5.h, sgx_quote5_t"):
    """What version 5 inserts between header and body."""

    type:            U16  = at(0)
    size:            U32  = at(2)


class SgxReport(Layout, size=384, spec="DCAP, sgx_report.h, sgx_report_body_t"):
    cpu_svn:         Raw  = at(0, 16)
    misc_select:     U32  = at(16)
    reserved_20:     Zero = at(20, 12)
    isv_ext_prod_id: Raw  = at(32, 16)
    attributes:      U64  = at(48)
    xfrm:            U64  = at(56)
    mr_enclave:      Raw  = at(64, 32)
    reserved_96:     Zero = at(96, 32)
    mr_signer:       Raw  = at(128, 32)
    reserved_160:    Zero = at(160, 32)
    config_id:       Raw  = at(192, 64)
    isv_prod_id:     U16  = at(256)
    isv_svn:         U16  = at(258)
    config_svn:      U16  = at(260)
    reserved_262:    Zero = at(262, 42)
    isv_family_id:   Raw  = at(304, 16)
    report_data:     Raw  = at(320, 64)


class QuoteSignature(Layout, size=128, spec="DCAP, sgx_quote_3.h, sgx_ql_ecdsa_sig_data_t"):
    signature:       Raw  = at(0, 64)
    attestation_key: Raw  = at(64, 64)


class QeReportSignature(Layout, size=66, spec="DCAP, sgx_quote_4.h, sgx_qe_report_certification_data_t"):
    """What follows the QE report: its signature, and the size of the authentication data behind it."""

    signature:                Raw = at(0, 64)
    authentication_data_size: U16 = at(64)


class CertificationHead(Layout, size=6, spec="DCAP, sgx_quote_4.h, sgx_ql_certification_data_t"):
    type:            U16  = at(0)
    size:            U32  = at(2)


class PpidClear(Layout, size=36, spec="DCAP, sgx_quote_3.h, PPID_CLEARTEXT"):
    ppid:            Raw  = at(0, 16)
    cpu_svn:         Raw  = at(16, 16)
    pce_svn:         U16  = at(32)
    pce_id:          Raw  = at(34, 2)


class PpidClearShort(Layout, size=34, spec="Intel QVL sample quote: PPID_CLEARTEXT without PCEID"):
    ppid:            Raw  = at(0, 16)
    cpu_svn:         Raw  = at(16, 16)
    pce_svn:         U16  = at(32)


class PpidRsa2048(Layout, size=276, spec="DCAP, sgx_quote_3.h, PPID_RSA2048_ENCRYPTED"):
    encrypted_ppid:  Raw  = at(0, 256)
    cpu_svn:         Raw  = at(256, 16)
    pce_svn:         U16  = at(272)
    pce_id:          Raw  = at(274, 2)


class PpidRsa3072(Layout, size=404, spec="DCAP, sgx_quote_3.h, PPID_RSA3072_ENCRYPTED"):
    encrypted_ppid:  Raw  = at(0, 384)
    cpu_svn:         Raw  = at(384, 16)
    pce_svn:         U16  = at(400)
    pce_id:          Raw  = at(402, 2)


class SgxAttributes(Bits, size=8, spec="Intel SDM 3D, SECS.ATTRIBUTES"):
    init             = bit(0)
    debug            = bit(1)
    mode64bit        = bit(2)
    provision_key    = bit(4)
    einittoken_key   = bit(5)
    cet              = bit(6)
    kss              = bit(7)
    aex_notify       = bit(10)


class MiscSelect(Bits, size=4, spec="Intel SDM 3D, SECS.MISCSELECT"):
    exinfo           = bit(0)
    cpinfo           = bit(1)


class XFeatures(Bits, size=8, spec="Intel SDM 1, section 13.1: XCR0 and IA32_XSS"):
    """XFRM of an enclave and XFAM of a TD: one bit for each XSAVE state component."""

    x87              = bit(0)
    sse              = bit(1)
    avx              = bit(2)
    bndregs          = bit(3)
    bndcsr           = bit(4)
    opmask           = bit(5)
    zmm_hi256        = bit(6)
    hi16_zmm         = bit(7)
    pt               = bit(8)
    pkru             = bit(9)
    pasid            = bit(10)
    cet_u            = bit(11)
    cet_s            = bit(12)
    hdc              = bit(13)
    uintr            = bit(14)
    lbr              = bit(15)
    hwp              = bit(16)
    tilecfg          = bit(17)
    tiledata         = bit(18)
    apx              = bit(19)
