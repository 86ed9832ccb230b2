"""AMD SEV-SNP structures, as their specifications print them.

Sources: AMD 56860, SEV Secure Nested Paging Firmware ABI (rev. 1.55 to 1.59, tables ATTESTATION_REPORT,
GUEST_POLICY, PLATFORM_INFO, TCB_VERSION, ETCB_VERSION). All integers are little-endian.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from evidence.wire.bits import Bits, bit, bits, one
from evidence.wire.layout import U8, U32, U64, Layout, Raw, Zero, at

VERSIONS: Final = (2, 3, 4, 5, 6)
SIZE: Final = 0x4A0
SIGNED: Final = (0x000, 0x2A0)
SIGNATURE: Final = 0x2A0
VMPL_HOST: Final = 0xFFFFFFFF
"""VMPL of a report that the host asked for (SNP_HV_REPORT_REQ)."""
ECDSA_P384_SHA384: Final = 1
"""The only SIGNATURE_ALGO there is."""
P384_ORDER: Final = int(
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16
)
"""n of SEC 2, secp384r1."""


class Report(Layout, size=SIZE, spec="AMD 56860, ATTESTATION_REPORT"):
    version:            U32  = at(0x000)
    guest_svn:          U32  = at(0x004)
    policy:             U64  = at(0x008)
    family_id:          Raw  = at(0x010, 16)
    image_id:           Raw  = at(0x020, 16)
    vmpl:               U32  = at(0x030)
    signature_algo:     U32  = at(0x034)
    current_tcb:        Raw  = at(0x038, 8)
    platform_info:      U64  = at(0x040)
    key_info:           U32  = at(0x048)
    reserved_04c:       Zero = at(0x04C, 4)
    report_data:        Raw  = at(0x050, 64)
    measurement:        Raw  = at(0x090, 48)
    host_data:          Raw  = at(0x0C0, 32)
    id_key_digest:      Raw  = at(0x0E0, 48)
    author_key_digest:  Raw  = at(0x110, 48)
    report_id:          Raw  = at(0x140, 32)
    report_id_ma:       Raw  = at(0x160, 32)
    reported_tcb:       Raw  = at(0x180, 8)
    cpuid_fam_id:       U8   = at(0x188, since=3)
    cpuid_mod_id:       U8   = at(0x189, since=3)
    cpuid_step:         U8   = at(0x18A, since=3)
    reserved_18b:       Zero = at(0x18B, 21)
    chip_id:            Raw  = at(0x1A0, 64)
    committed_tcb:      Raw  = at(0x1E0, 8)
    current_build:      U8   = at(0x1E8)
    current_minor:      U8   = at(0x1E9)
    current_major:      U8   = at(0x1EA)
    reserved_1eb:       Zero = at(0x1EB, 1)
    committed_build:    U8   = at(0x1EC)
    committed_minor:    U8   = at(0x1ED)
    committed_major:    U8   = at(0x1EE)
    reserved_1ef:       Zero = at(0x1EF, 1)
    launch_tcb:         Raw  = at(0x1F0, 8)
    launch_mit_vector:  Raw  = at(0x1F8, 8, since=5)
    current_mit_vector: Raw  = at(0x200, 8, since=5)
    reserved_208:       Zero = at(0x208, 24)
    current_etcb:       Raw  = at(0x220, 32, since=6)
    launch_etcb:        Raw  = at(0x240, 32, since=6)
    committed_etcb:     Raw  = at(0x260, 32, since=6)
    reserved_280:       Zero = at(0x280, 32)
    signature_r:        Raw  = at(0x2A0, 72)
    signature_s:        Raw  = at(0x2E8, 72)
    reserved_330:       Zero = at(0x330, 368)


class Policy(Bits, size=8, spec="AMD 56860, GUEST_POLICY"):
    abi_minor              = bits(0, 8)
    abi_major              = bits(8, 8)
    smt                    = bit(16)
    reserved_17            = one(17)
    migrate_ma             = bit(18)
    debug                  = bit(19)
    single_socket          = bit(20)
    cxl_allow              = bit(21)
    mem_aes_256_xts        = bit(22)
    rapl_dis               = bit(23)
    ciphertext_hiding_dram = bit(24)
    page_swap_disable      = bit(25)


class PlatformInfo(Bits, size=8, spec="AMD 56860, PLATFORM_INFO"):
    smt_en                    = bit(0)
    tsme_en                   = bit(1)
    ecc_en                    = bit(2)
    rapl_dis                  = bit(3)
    ciphertext_hiding_dram_en = bit(4)
    alias_check_complete      = bit(5)
    iommu_write_safe          = bit(6)  # set on real Turin parts; older descriptions reserve it
    tio_en                    = bit(7)


class KeyInfo(Bits, size=4, spec="AMD 56860, ATTESTATION_REPORT offset 0x48"):
    author_key_en = bit(0)
    mask_chip_key = bit(1)
    signing_key   = bits(2, 3)  # 0 VCEK, 1 VLEK, 7 none; 2 to 6 are reserved


class TcbMilan(Layout, size=8, spec="AMD 56860, TCB_VERSION (Milan, Genoa)"):
    bootloader: U8   = at(0)
    tee:        U8   = at(1)
    reserved_2: Zero = at(2, 4)
    snp:        U8   = at(6)
    microcode:  U8   = at(7)


class TcbTurin(Layout, size=8, spec="AMD 56860, TCB_VERSION (Turin)"):
    fmc:        U8   = at(0)
    bootloader: U8   = at(1)
    tee:        U8   = at(2)
    snp:        U8   = at(3)
    reserved_4: Zero = at(4, 3)
    microcode:  U8   = at(7)


class TcbVenice(Layout, size=8, spec="AMD 56860 rev. 1.59, table 3"):
    fmc:        U8   = at(0)
    tee:        U8   = at(1)
    snp:        U8   = at(2)
    reserved_3: Zero = at(3, 5)


class Etcb(Layout, size=32, spec="AMD 56860 rev. 1.59, ETCB_VERSION"):
    ip_key_manager: U8   = at(0)
    mp1:            U8   = at(1)
    art_fmc:        U8   = at(2)
    art_rt:         U8   = at(3)
    had_driver:     U8   = at(4)
    boot_driver:    U8   = at(5)
    pre_esid:       U8   = at(6)
    tmpm:           U8   = at(7)
    microcode:      U8   = at(8)
    soc_driver:     U8   = at(9)
    asp_os_driver:  U8   = at(10)
    fhp_driver:     U8   = at(11)
    dpe_driver:     U8   = at(12)
    arg:            U8   = at(13)
    reserved_14:    Zero = at(14, 18)


class Product(Struct, frozen=True, eq=False):
    """A product line: its name, the layout of its TCB_VERSION and how claims call that, the bytes of CHIP_ID that it uses."""

    name: str
    layout: str
    tcb: type[Layout]
    chip_id_size: int


PRODUCTS: Final = {
    "milan":  Product("Milan",  "amd-milan",  TcbMilan,  64),
    "genoa":  Product("Genoa",  "amd-genoa",  TcbMilan,  64),
    "turin":  Product("Turin",  "amd-turin",  TcbTurin,  8),
    "venice": Product("Venice", "amd-venice", TcbVenice, 8),
}

CPUID: Final = (
    # family, first and last model, product: AMD 57230 and the CPUID tables of the firmware ABI
    (0x19, 0x00, 0x0F, "milan"),
    (0x19, 0x10, 0x1F, "genoa"),
    (0x19, 0xA0, 0xAF, "genoa"),  # Bergamo and Siena, which the key server calls Genoa
    (0x1A, 0x00, 0x11, "turin"),
    (0x1A, 0x50, 0x57, "venice"),
    (0x1A, 0x90, 0x9F, "venice"),
    (0x1A, 0xA0, 0xAF, "venice"),
    (0x1A, 0xC0, 0xC7, "venice"),
)


MODELS: Final = {
    (family, model): name
    for family, first, last, name in CPUID
    for model in range(first, last + 1)
}
"""The product, by its name in `PRODUCTS`, of a combined CPUID family and model."""
