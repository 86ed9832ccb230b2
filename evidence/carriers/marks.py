"""The marks by which evidence in binary is told, wherever it lies: every one of them, for nothing else names it."""

from __future__ import annotations

from typing import Final

QE_VENDOR: Final = bytes.fromhex("939a7233f79c4ca9940a0db3957f0607")
"""Intel's, which every quote has (DCAP, sgx_quote_3.h)."""
QUOTE_BYTES: Final = 1020
"""Of the shortest quote, one of version 3."""
REPORT_BYTES: Final = 0x4A0
GET_MEASUREMENTS, MEASUREMENTS = 0xE0, 0x60
SPDM_VERSIONS: Final = range(0x10, 0x15)
NONCE_BYTES: Final = 32
"""Of SPDM (DSP0274, GET_MEASUREMENTS and MEASUREMENTS)."""
TDREPORT_BYTES: Final = 1024


def has_marks(data: bytes) -> bool:
    """Whether bytes are a quote, an SNP report, a TDREPORT, or begin with SPDM's signed measurements."""
    is_quote = len(data) >= QUOTE_BYTES and data[12:28] == QE_VENDOR and data[1] == 0
    is_report = (
        len(data) >= REPORT_BYTES
        and not any(data[1:4])  # of VERSION
        and data[0x0A] & 2 != 0  # POLICY bit 17
        and data[0x34:0x38] == b"\1\0\0\0"  # SIGNATURE_ALGO
        and not any(data[0x4C:0x50])
    )
    is_tdreport = len(data) == TDREPORT_BYTES and data[0] == 0x81 and not any(data[3:16])
    return is_quote or is_report or is_tdreport or _is_pair(data)


def _is_pair(data: bytes) -> bool:
    """Whether bytes begin with a request for measurements that are to be signed, and the response to it.

    The response must have the blocks, the nonce and the opaque data that its lengths say, and a signature.
    """
    if len(data) < 2 * NONCE_BYTES or data[0] not in SPDM_VERSIONS or data[1] != GET_MEASUREMENTS:
        return False
    response = 4 + NONCE_BYTES + (data[0] > SPDM_VERSIONS[0])  # a slot follows the nonce since 1.1
    if not data[2] & 1 or data[response : response + 2] != bytes((data[0], MEASUREMENTS)):
        return False
    record = response + 8
    nonce = record + int.from_bytes(data[response + 5 : record], "little")
    opaque = nonce + NONCE_BYTES
    return opaque + 2 + int.from_bytes(data[opaque : opaque + 2], "little") < len(data)
