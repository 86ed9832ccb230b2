"""The marks by which evidence in binary is told, wherever it lies: every one of them, for nothing else names it."""

from __future__ import annotations

from typing import Final

QE_VENDOR: Final = bytes.fromhex("939a7233f79c4ca9940a0db3957f0607")
"""Intel's, which every quote has (DCAP, sgx_quote_3.h)."""
QUOTE_BYTES: Final = 1020
"""Of the shortest quote, one of version 3."""
REPORT_BYTES: Final = 0x4A0
TDREPORT_BYTES: Final = 1024


def has_marks(data: bytes) -> bool:
    """Whether bytes are a quote, an SNP report or a TDREPORT."""
    is_quote = len(data) >= QUOTE_BYTES and data[12:28] == QE_VENDOR and data[1] == 0
    is_report = (
        len(data) >= REPORT_BYTES
        and not any(data[1:4])  # of VERSION
        and data[0x0A] & 2 != 0  # POLICY bit 17
        and data[0x34:0x38] == b"\1\0\0\0"  # SIGNATURE_ALGO
        and not any(data[0x4C:0x50])
    )
    is_tdreport = len(data) == TDREPORT_BYTES and data[0] == 0x81 and not any(data[3:16])
    return is_quote or is_report or is_tdreport
