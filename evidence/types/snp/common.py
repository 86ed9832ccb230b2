"""What the claims of a report's parts share."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from evidence.claims import Attribute, BitField, Bytes, Note
from evidence.types.snp.layout import KeyInfo, PlatformInfo, Policy
from evidence.wire.bits import Bits

GUEST: Final = "/environments/guest"
PLATFORM: Final = "/environments/platform"
VEK: Final = "/environments/vek"
SVSM: Final = "/environments/svsm"


def note(code: str, path: str, detail: str) -> Note:
    """A note, without keywords."""
    return Note(code=code, path=path, detail=detail)


ATTRIBUTES: Final[dict[str, tuple[type[Bits], str]]] = {
    "policy": (Policy, f"{GUEST}/attributes/policy"),
    "platform_info": (PlatformInfo, f"{PLATFORM}/attributes/platform_info"),
    "key_info": (KeyInfo, f"{PLATFORM}/attributes/key_info"),
}
"""Bit field of a report to its table and its place in the claims."""


def attribute(name: str, value: int, notes: list[Note]) -> Attribute:
    """A bit field as a claim; bits that have no name are noted."""
    found = _attribute(name, value)
    if found.unknown:
        numbers = ", ".join(str(number) for number in found.unknown)
        notes.append(note("unknown-bits", ATTRIBUTES[name][1], f"bits {numbers} are set and have no name"))
    return found


@lru_cache(maxsize=256)  # a fleet has few policies
def _attribute(name: str, value: int) -> Attribute:
    table, _ = ATTRIBUTES[name]
    known = table.decode(value)
    return Attribute(
        name=name,
        raw=Bytes(value.to_bytes(table.SIZE, "little")),
        set=known.set,
        unknown=known.unknown,
        fields=tuple(BitField(name=field, int=number) for field, number in known.fields),
    )
