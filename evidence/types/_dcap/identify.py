"""Whose quote bytes are. Cheap: nothing here loads a layout."""

from __future__ import annotations

from typing import Final

INTEL: Final = bytes.fromhex("939a7233f79c4ca9940a0db3957f0607")
TDX: Final = 0x81
TDX_BYTES: Final = TDX.to_bytes(4, "little")
VERSIONS: Final = (3, 4, 5)
VERSION_3: Final = b"\3\0"
"""The version of quotes that have no TEE type."""
KEY_TYPES: Final = (2, 3)
HEADS: Final = frozenset(
    version.to_bytes(2, "little") + key_type.to_bytes(2, "little")
    for version in VERSIONS
    for key_type in KEY_TYPES
)
HEADER: Final = 28
"""Bytes that are looked at: all before the QE's user data."""


def quote_version(data: bytes, *, tdx: bool) -> int | None:
    """The version of a quote if `data` begins like one, and of this TEE type.

    A header has no magic. It needs the QE vendor, or a known version and key type together, so that a
    damaged header is still told what is wrong with it. What is not TDX is left to SGX, which was first.
    """
    if (data[4:8] == TDX_BYTES and data[:2] != VERSION_3) is not tdx or len(data) < HEADER:
        return None
    if data[12:28] != INTEL and data[:4] not in HEADS:
        return None
    return int.from_bytes(data[:2], "little")


def has_vendor(data: bytes) -> bool:
    """Whether a header names Intel's QE, as every quote that is known does: 16 bytes that nothing else has there."""
    return data[12:28] == INTEL
