"""Tables of GUIDs: an entry is a GUID, an offset and a length, and says where in the same blob its content lies.

Two formats beside SNP reports are made of such entries, with other heads and ends: the certificate table of
AMD 56421 (GHCB), and the services manifest of AMD 58019 (SVSM).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from evidence.errors import ConstraintViolation, Truncated
from evidence.wire.layout import U32, Layout, Raw, at


# fmt: off
class Entry(Layout, size=24, spec="AMD 56421, certificate table; AMD 58019, services manifest"):
    guid:   Raw = at(0, 16)
    offset: U32 = at(16)
    length: U32 = at(20)
# fmt: on


# fmt: off
GUIDS: Final[dict[str, str]] = {
    # AMD 56421
    "63da758d-e664-4564-adc5-f4b93be8accd": "vcek",
    "a8074bc2-a25a-483e-aae6-39c045a0b8a1": "vlek",
    "4ab7b379-bbac-4fe4-a02f-05aef327c782": "ask",  # and the ASVK of a VLEK
    "c0b406a4-a803-4952-9743-3fb6014cd0ae": "ark",
    "92f81bc3-5811-4d3d-97ff-d19f88dc67ea": "crl",
    # of vendors: CPUID by a host library, the launch endorsement of Google's firmware
    "ecae0c0f-9502-43b1-afa2-0ae2e0d565b6": "extra-platform-info",
    "9f4116cd-c503-4f5a-8f6f-fb68882f4ce2": "google-launch-endorsement",
}
# fmt: on
Order = Literal["rfc-4122", "mixed-endian"]

LARGEST: Final = 0x4000
"""What the kernel keeps of a certificate table (SEV_FW_BLOB_MAX_SIZE, bytes)."""


def text(guid: bytes) -> str:
    """16 bytes in the order of RFC 4122 (big-endian fields) as the usual text."""
    digits = guid.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def swapped(guid: bytes) -> bytes:
    """The same GUID in the other order: the first three fields little-endian ("mixed"), or back."""
    return guid[3::-1] + guid[5:3:-1] + guid[7:5:-1] + guid[8:]


NAMES: Final[dict[bytes, tuple[str, Order]]] = {
    **{bytes.fromhex(guid.replace("-", "")): (name, "rfc-4122") for guid, name in GUIDS.items()},
    **{swapped(bytes.fromhex(guid.replace("-", ""))): (name, "mixed-endian") for guid, name in GUIDS.items()},
}


def name(guid: bytes) -> tuple[str, Order] | None:
    """What an entry of a certificate table is, and in which order its GUID lies; None for an unknown one."""
    return NAMES.get(guid)


def numbered(names: Iterable[str]) -> Iterator[str]:
    """The names, told apart: `ark`, and where there is another one, `ark-2`, and so on."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = count = seen.get(name, 0) + 1
        yield name if count == 1 else f"{name}-{count}"


def begins(data: bytes, start: int) -> bool:
    """Whether a certificate table may begin at `start` (bytes): its first entry points behind itself, into it."""
    size = len(data) - start
    if size < 2 * Entry.SIZE or not any(data[start : start + 16]):
        return False
    entry = Entry.read(data, start)
    return entry.offset >= 2 * Entry.SIZE and entry.offset + entry.length <= max(size, LARGEST)


def check_range(data_size: int, entry: Entry, at: int, first: int, what: str) -> None:
    """Refuse an entry (it lies at `at`) that points before `first` or past `data_size` (bytes).

    The sum of offset and length is one of whole numbers: as a u32 it could wrap. Raises
    `ConstraintViolation` or `Truncated`.
    """
    if entry.offset < first:
        allowed = f"from {first:#x}, where the entries end"
        raise _bad(what, at + 16, entry.offset, allowed)
    if entry.offset + entry.length > 0xFFFFFFFF:
        raise _bad(what, at + 20, entry.length, "a sum with the offset that 32 bits hold")
    if entry.offset + entry.length > data_size:
        raise Truncated(
            what=what,
            offset=entry.offset,
            need=entry.length,
            have=max(0, data_size - entry.offset),
            spec=Entry.SPEC,
        )


def check_apart(ranges: Iterable[tuple[int, int, int]], what: str) -> None:
    """Refuse ranges (start, where the entry lies, end) that share a byte; `ConstraintViolation`."""
    end = 0
    for start, entry, stop in sorted(found for found in ranges if found[0] < found[2]):
        if start < end:
            raise _bad(what, entry + 16, start, "content of its own, apart from every other entry's")
        end = stop


def _bad(what: str, offset: int, got: int, allowed: str) -> ConstraintViolation:
    return ConstraintViolation(what=what, offset=offset, got=got, allowed=allowed, spec=Entry.SPEC)
