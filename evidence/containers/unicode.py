"""Text that begins with a byte order mark, or is in UTF-16: the same text in UTF-8, without the mark.

Source: Unicode, 23.8 (byte order mark). UTF-16 without a mark is told by ASCII: every second byte is zero.
"""

from __future__ import annotations

from typing import Final

from evidence.containers.part import ContainedPart

UTF8, LITTLE, BIG = b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"
PROBE: Final = 64
"""Bytes that are looked at where there is no mark."""


def open_text(data: bytes) -> tuple[ContainedPart] | None:
    """The whole text; None for what has no mark and is no UTF-16."""
    if data.startswith(UTF8):
        return (ContainedPart("utf-8", "", data[len(UTF8) :]),)
    codec = _codec(data)
    if codec is None:
        return None
    try:
        return (ContainedPart("utf-16", "", data.decode(codec).removeprefix("\ufeff").encode()),)
    except UnicodeError:
        return None


def _codec(data: bytes) -> str | None:
    if len(data) < 2 or len(data) % 2:
        return None
    if data.startswith((LITTLE, BIG)):
        return "utf-16-le" if data.startswith(LITTLE) else "utf-16-be"
    probe = data[:PROBE]
    for codec, high, low in (("utf-16-le", probe[1::2], probe[::2]), ("utf-16-be", probe[::2], probe[1::2])):
        if not any(high) and all(byte in ASCII for byte in low):
            return codec
    return None


ASCII: Final = frozenset(range(0x20, 0x7F)) | frozenset(b"\t\r\n")
