"""What SPDM messages carry: measurement blocks, device mode, the extension log, opaque data.

Sources: DMTF DSP0274 (versions 1.0 to 1.4); for the opaque data of its reports, NVIDIA's attestation SDK.
All integers are little-endian.
"""

from __future__ import annotations

from typing import Final

from evidence.types._value_types import (
    FIRMWARE,
    FIRMWARE_CONFIG,
    FREEFORM,
    HARDWARE_CONFIG,
    ROM,
    STRUCTURED,
)
from evidence.wire.bits import Bits, bit, bits
from evidence.wire.layout import U8, U16, U32, U64, Layout, Raw, at
from evidence.wire.spdm.layout import SPEC

DMTF: Final = 0x01
"""MeasurementSpecification: the only one that is known."""
RAW: Final = 0x80
"""DMTFSpecMeasurementValueType bit 7: a raw bit stream, not a digest."""
MANIFEST_INDEX: Final = 0xFD
DEVICE_MODE_INDEX: Final = 0xFE
INVALID_INDICES: Final = (0x00, 0xFF)
"""They ask for a count and for everything; no block has them."""


class BlockHeader(Layout, size=4, spec=SPEC):
    index:                     U8  = at(0)  # type: ignore[assignment]  # a field, not what tuples do
    measurement_specification: U8  = at(1)
    measurement_size:          U16 = at(2)


class DmtfHeader(Layout, size=3, spec=SPEC):
    value_type: U8  = at(0)
    value_size: U16 = at(1)


DIGESTS: Final = frozenset((ROM, FIRMWARE, HARDWARE_CONFIG, FIRMWARE_CONFIG))
"""Bytes of value types that are digests, in every version, and say nothing more."""
MANIFESTS: Final = frozenset((FREEFORM | RAW, STRUCTURED | RAW))
"""Those whose values are manifests."""


class DeviceMode(Layout, size=16, spec=SPEC):
    operational_mode_capabilities: U32 = at(0)
    operational_mode_state:        U32 = at(4)
    device_mode_capabilities:      U32 = at(8)
    device_mode_state:             U32 = at(12)


class OperationalMode(Bits, size=4, spec=SPEC):
    manufacturing  = bit(0)
    validation     = bit(1)
    normal         = bit(2)
    recovery       = bit(3)
    rma            = bit(4)
    decommissioned = bit(5)


class DebugMode(Bits, size=4, spec=SPEC):
    non_invasive_debug_active                   = bit(0)
    invasive_debug_active                       = bit(1)
    non_invasive_debug_active_since_reset       = bit(2)
    invasive_debug_active_since_reset           = bit(3)
    invasive_debug_active_since_manufacturing   = bit(4)


ACTIVE: Final = DebugMode.non_invasive_debug_active.mask | DebugMode.invasive_debug_active.mask
ACTIVE_SINCE_RESET: Final = (
    DebugMode.non_invasive_debug_active_since_reset.mask | DebugMode.invasive_debug_active_since_reset.mask
)


class ResponderCapabilities(Bits, size=4, spec=SPEC):
    cache_cap                  = bit(0)
    cert_cap                   = bit(1)
    chal_cap                   = bit(2)
    meas_cap                   = bits(3, 2)
    meas_fresh_cap             = bit(5)
    encrypt_cap                = bit(6)
    mac_cap                    = bit(7)
    mut_auth_cap               = bit(8)
    key_ex_cap                 = bit(9)
    psk_cap                    = bits(10, 2)
    encap_cap                  = bit(12)
    hbeat_cap                  = bit(13)
    key_upd_cap                = bit(14)
    handshake_in_the_clear_cap = bit(15)
    pub_key_id_cap             = bit(16)
    chunk_cap                  = bit(17)
    alias_cert_cap             = bit(18)
    set_cert_cap               = bit(19)
    csr_cap                    = bit(20)
    cert_install_reset_cap     = bit(21)
    ep_info_cap                = bits(22, 2)
    mel_cap                    = bit(24)
    event_cap                  = bit(25)
    multi_key_cap              = bits(26, 2)
    get_key_pair_info_cap      = bit(28)
    set_key_pair_info_cap      = bit(29)
    set_key_pair_reset_cap     = bit(30)
    large_resp_cap             = bit(31)


class RequestAttributes(Bits, size=1, spec="DMTF DSP0274, GET_MEASUREMENTS Param1"):
    generate_signature        = bit(0)
    raw_bit_stream_requested  = bit(1)
    new_measurement_requested = bit(2)


class OtherParams(Bits, size=1, spec="DMTF DSP0274, ALGORITHMS OtherParamsSelection"):
    opaque_data_format = bits(0, 4)
    multi_key_conn     = bit(4)


class MelHeader(Layout, size=16, spec=SPEC):
    number_of_entries:  U32 = at(0)
    mel_entries_length: U32 = at(4)
    reserved_8:         U64 = at(8)


class MelEntry(Layout, size=11, spec=SPEC):
    mel_index:   U32 = at(0)
    meas_index:  U8  = at(4)
    reserved_5:  Raw = at(5, 3)
    value_type:  U8  = at(8)
    value_size:  U16 = at(9)


REGISTRIES: Final = {
    0x0: "dmtf",
    0x1: "tcg",
    0x2: "usb",
    0x3: "pci-sig",
    0x4: "iana",
    0x5: "hdbaset",
    0x6: "mipi",
    0x7: "cxl",
    0x8: "jedec",
    0x9: "vesa",
    0xA: "iana-cbor",
    0xB: "dmtf-dsp",
}
"""RegistryID of standards bodies, in opaque elements and in structured manifests."""
