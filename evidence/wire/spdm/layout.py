"""The fixed parts of SPDM messages and their codes, as DSP0274 prints them. All integers are little-endian.

Source: DMTF DSP0274, versions 1.0 to 1.4.
"""

from __future__ import annotations

from typing import Final

from evidence.wire.layout import U8, U16, U32, Layout, Raw, at

SPEC: Final = "DMTF DSP0274"
VERSIONS: Final = (0x10, 0x11, 0x12, 0x13, 0x14)
OPAQUE_BYTES: Final = 1024
"""The most opaque data that any message may carry."""
NONCE: Final = 32
CONTEXT: Final = 8
"""RequesterContext, from version 1.3 on."""

# fmt: off
GET_VERSION, VERSION                      = 0x84, 0x04
GET_CAPABILITIES, CAPABILITIES            = 0xE1, 0x61
NEGOTIATE_ALGORITHMS, ALGORITHMS          = 0xE3, 0x63
GET_DIGESTS, DIGESTS                      = 0x81, 0x01
GET_CERTIFICATE, CERTIFICATE              = 0x82, 0x02
CHALLENGE, CHALLENGE_AUTH                 = 0x83, 0x03
GET_MEASUREMENTS, MEASUREMENTS            = 0xE0, 0x60
GET_MEL, MEL                              = 0xEF, 0x6F
CHUNK_SEND, CHUNK_SEND_ACK                = 0x85, 0x05
CHUNK_GET, CHUNK_RESPONSE                 = 0x86, 0x06
ERROR                                     = 0x7F
VCA: Final = (GET_VERSION, VERSION, GET_CAPABILITIES, CAPABILITIES, NEGOTIATE_ALGORITHMS, ALGORITHMS)
REQUEST: Final = 0x80
"""Codes of requests begin here."""
RESPONSE: Final = 0x7F
"""A response's code is its request's without the highest bit."""


class Header(Layout, size=4, spec=SPEC):
    spdm_version:          U8 = at(0)
    request_response_code: U8 = at(1)
    param1:                U8 = at(2)
    param2:                U8 = at(3)


class Version(Layout, size=6, spec=SPEC):
    spdm_version:               U8 = at(0)
    request_response_code:      U8 = at(1)
    param1:                     U8 = at(2)
    param2:                     U8 = at(3)
    reserved_4:                 U8 = at(4)
    version_number_entry_count: U8 = at(5)


class Capabilities11(Layout, size=12, spec=SPEC):
    spdm_version:          U8  = at(0)
    request_response_code: U8  = at(1)
    param1:                U8  = at(2)
    param2:                U8  = at(3)
    reserved_4:            U8  = at(4)
    ct_exponent:           U8  = at(5)
    reserved_6:            U16 = at(6)
    flags:                 U32 = at(8)


class Capabilities12(Layout, size=20, spec=SPEC):
    spdm_version:          U8  = at(0)
    request_response_code: U8  = at(1)
    param1:                U8  = at(2)
    param2:                U8  = at(3)
    reserved_4:            U8  = at(4)
    ct_exponent:           U8  = at(5)
    reserved_6:            U16 = at(6)
    flags:                 U32 = at(8)
    data_transfer_size:    U32 = at(12)
    max_spdm_msg_size:     U32 = at(16)


class NegotiateAlgorithms(Layout, size=32, spec=SPEC):
    spdm_version:              U8  = at(0)
    request_response_code:     U8  = at(1)
    param1:                    U8  = at(2)
    param2:                    U8  = at(3)
    length:                    U16 = at(4)
    measurement_specification: U8  = at(6)
    other_params_support:      U8  = at(7)
    base_asym_algo:            U32 = at(8)
    base_hash_algo:            U32 = at(12)
    pqc_asym_algo:             U32 = at(16)
    reserved_20:               Raw = at(20, 7)
    mel_specification:         U8  = at(27)
    ext_asym_count:            U8  = at(28)
    ext_hash_count:            U8  = at(29)
    reserved_30:               U16 = at(30)


class Algorithms(Layout, size=36, spec=SPEC):
    spdm_version:                  U8  = at(0)
    request_response_code:         U8  = at(1)
    param1:                        U8  = at(2)
    param2:                        U8  = at(3)
    length:                        U16 = at(4)
    measurement_specification_sel: U8  = at(6)
    other_params_selection:        U8  = at(7)
    measurement_hash_algo:         U32 = at(8)
    base_asym_sel:                 U32 = at(12)
    base_hash_sel:                 U32 = at(16)
    pqc_asym_sel:                  U32 = at(20)
    reserved_24:                   Raw = at(24, 7)
    mel_specification_sel:         U8  = at(31)
    ext_asym_sel_count:            U8  = at(32)
    ext_hash_sel_count:            U8  = at(33)
    reserved_34:                   U16 = at(34)


class GetCertificate(Layout, size=8, spec=SPEC):
    spdm_version:          U8  = at(0)
    request_response_code: U8  = at(1)
    param1:                U8  = at(2)
    param2:                U8  = at(3)
    offset:                U16 = at(4)
    length:                U16 = at(6)


class GetLargeCertificate(Layout, size=16, spec=SPEC):
    spdm_version:          U8  = at(0)
    request_response_code: U8  = at(1)
    param1:                U8  = at(2)
    param2:                U8  = at(3)
    reserved_4:            U32 = at(4)
    offset:                U32 = at(8)
    length:                U32 = at(12)


class Certificate(Layout, size=8, spec=SPEC):
    spdm_version:          U8  = at(0)
    request_response_code: U8  = at(1)
    param1:                U8  = at(2)
    param2:                U8  = at(3)
    portion_length:        U16 = at(4)
    remainder_length:      U16 = at(6)


class LargeCertificate(Layout, size=16, spec=SPEC):
    spdm_version:          U8  = at(0)
    request_response_code: U8  = at(1)
    param1:                U8  = at(2)
    param2:                U8  = at(3)
    reserved_4:            U32 = at(4)
    portion_length:        U32 = at(8)
    remainder_length:      U32 = at(12)


class Measurements(Layout, size=8, spec=SPEC):
    spdm_version:              U8  = at(0)
    request_response_code:     U8  = at(1)
    param1:                    U8  = at(2)
    param2:                    U8  = at(3)
    number_of_blocks:          U8  = at(4)
    measurement_record_length: Raw = at(5, 3)


class GetMel(Layout, size=12, spec=SPEC):
    spdm_version:          U8  = at(0)
    request_response_code: U8  = at(1)
    param1:                U8  = at(2)
    param2:                U8  = at(3)
    offset:                U32 = at(4)
    length:                U32 = at(8)


class Mel(Layout, size=12, spec=SPEC):
    spdm_version:          U8  = at(0)
    request_response_code: U8  = at(1)
    param1:                U8  = at(2)
    param2:                U8  = at(3)
    portion_length:        U32 = at(4)
    remainder_length:      U32 = at(8)
# fmt: on
