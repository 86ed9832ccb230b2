"""What the elements of NVIDIA's opaque data mean: for each type its name, and the claim that its value becomes.

Source: NVIDIA attestation SDK, opaque data. The table is open: reports hold types that NVIDIA's own verifiers do not know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from evidence.claims import Bytes, Identifier, Svn, Value, Version
from evidence.types._identifiers import written
from evidence.words import Scope

SWITCHES: Final = {b"\xaa": "enabled", b"\x55": "disabled"}
FEATURES: Final = {0: "single-gpu-passthrough", 1: "multi-gpu-passthrough", 2: "protected-pcie"}
INTEGER: Final = 4
"""The most bytes of an integer."""

Claim = Identifier | Svn | Version | Value
LISTS: Final[dict[type, str]] = {
    Identifier: "identifiers",
    Svn: "svns",
    Version: "versions",
    Value: "values",
}
"""The list of the device that a claim stands in."""


def raw(name: str, value: Bytes) -> Value:
    """The value as it is."""
    return Value(name=name, bytes=value)


def plain(value: bytes) -> str | None:
    """ASCII text, with zeros behind it; None for anything else."""
    try:
        words = value.rstrip(b"\0").decode("ascii")
    except UnicodeDecodeError:
        return None
    return words if words.isprintable() else None


def text(name: str, value: Bytes) -> Value | None:
    words = plain(value)
    return None if words is None else Value(name=name, text=words)


def model(name: str, value: Bytes) -> Identifier | None:
    """Which kind of device it is."""
    words = plain(value)
    return None if words is None else written(name, "class", words)


def version(name: str, value: Bytes) -> Version | None:
    words = plain(value)
    return None if words is None else Version(name=name, value=words)


def vbios(name: str, value: Bytes) -> Version | None:
    """A VBIOS version as NVIDIA prints it: text on switches, five bytes of eight on GPUs."""
    if len(value) != 8:
        return version(name, value)
    if any(value[5:]):
        return None
    return Version(name=name, value=f"{value[3::-1].hex('.')}.{value[4:5].hex()}".upper())


def pdi(name: str, value: Bytes) -> Identifier:
    """The device's own has 8 bytes; more are those of a platform's devices."""
    scope: Scope = "device" if len(value) == 8 else "platform"
    return Identifier(name=name, scope=scope, linkable=True, status="present", value=value)


def switch(name: str, value: Bytes) -> Value | None:
    word = SWITCHES.get(value)
    return None if word is None else Value(name=name, text=word)


def feature(name: str, value: Bytes) -> Value | None:
    word = FEATURES.get(int.from_bytes(value, "little"))
    return None if word is None else Value(name=name, text=word)


def integer(name: str, value: Bytes) -> Value | None:
    return Value(name=name, int=int.from_bytes(value, "little")) if len(value) <= INTEGER else None


def svn(name: str, value: Bytes) -> Svn:
    number = int.from_bytes(value, "little") if value and len(value) <= INTEGER else None
    return Svn(name=name, set_by="unspecified", svn=number, raw=value)


class ElementKind(NamedTuple):
    """A type of element: its name, and what makes a claim of a name and a value; None where the value is not of that kind."""

    name: str
    make: Callable[[str, Bytes], Claim | None]


# fmt: off
KINDS: Final = {
    1:  ElementKind("issuer",                 text),
    2:  ElementKind("authority_key_id",       raw),
    3:  ElementKind("driver_version",         version),
    4:  ElementKind("gpu_info",               raw),
    5:  ElementKind("sku",                    model),
    6:  ElementKind("vbios_version",          vbios),
    7:  ElementKind("manufacturer_id",        model),
    8:  ElementKind("tamper_detection",       raw),
    9:  ElementKind("smc",                    raw),
    10: ElementKind("vpr",                    raw),
    11: ElementKind("nvdec0_status",          switch),
    12: ElementKind("measurement_counts",     raw),
    13: ElementKind("cpr_info",               raw),
    14: ElementKind("board_id",               raw),
    15: ElementKind("chip_sku",               model),
    16: ElementKind("chip_sku_mod",           model),
    17: ElementKind("project",                model),
    18: ElementKind("project_sku",            model),
    19: ElementKind("project_sku_mod",        model),
    20: ElementKind("fwid",                   raw),
    21: ElementKind("protected_pcie_status",  switch),
    22: ElementKind("switch_pdi",             pdi),
    23: ElementKind("floorswept_ports",       raw),
    24: ElementKind("position_id",            raw),
    25: ElementKind("lock_status",            raw),
    26: ElementKind("gpu_pdis",               pdi),
    27: ElementKind("switch_ports",           raw),
    32: ElementKind("gpu_link_connections",   raw),
    33: ElementKind("system_enable_status",   raw),
    34: ElementKind("opaque_data_version",    integer),
    35: ElementKind("chip_info",              model),
    36: ElementKind("feature_flag",           feature),
    37: ElementKind("fsp_ucode_svn",          svn),
    38: ElementKind("nvle_status",            raw),
}
# fmt: on
FWID: Final = 20
"""The element that repeats the firmware digest of the leaf certificate."""
