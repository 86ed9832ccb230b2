"""What the claims of a report's parts share."""

from __future__ import annotations

from typing import Final

from evidence.claims import Attribute, Note
from evidence.types import _attributes
from evidence.types.snp.layout import KeyInfo, PlatformInfo, Policy
from evidence.wire.bits import Bits

GUEST: Final = "/environments/guest"
PLATFORM: Final = "/environments/platform"
VEK: Final = "/environments/vek"
SVSM: Final = "/environments/svsm"


ATTRIBUTES: Final[dict[str, tuple[type[Bits], str]]] = {
    "policy": (Policy, f"{GUEST}/attributes/policy"),
    "platform_info": (PlatformInfo, f"{PLATFORM}/attributes/platform_info"),
    "key_info": (KeyInfo, f"{PLATFORM}/attributes/key_info"),
}
"""Bit field of a report to its table and its place in the claims."""


def attribute(name: str, value: int, notes: list[Note]) -> Attribute:
    """A bit field of a report as a claim; bits that have no name are noted."""
    table, path = ATTRIBUTES[name]
    return _attributes.attribute(name, value, table, path, notes)
