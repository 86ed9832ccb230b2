"""Opaque data in normalized claims: NVIDIA's elements by their table, all others kept whole."""

from __future__ import annotations

from typing import NamedTuple

from evidence.claims import Bytes, Identifier, Note, Scope, Unknown, Value, Version
from evidence.types._notes import note
from evidence.types.spdm.native import Exchange
from evidence.types.spdm.opaque import FEATURES, KINDS, SWITCHES, Element, Kind, text, vbios_version

DEVICE = "/environments/device"


class Told(NamedTuple):
    """What opaque data says about a device."""

    identifiers: tuple[Identifier, ...] = ()
    versions: tuple[Version, ...] = ()
    values: tuple[Value, ...] = ()
    unknown: tuple[Unknown, ...] = ()


def told(exchange: Exchange, notes: list[Note]) -> Told:
    """The claims of the opaque data of one response."""
    if exchange.nvidia:
        return _nvidia(exchange.nvidia, notes)
    if exchange.general:
        return Told(
            unknown=tuple(
                Unknown(label=f"opaque:{element.registry}:{element.vendor.hex()}", raw=Bytes(element.value))
                for element in exchange.general
            )
        )
    opaque = exchange.response.value("opaque_data")
    return Told(unknown=(Unknown(label="opaque_data", raw=Bytes(opaque)),)) if opaque else Told()


def _nvidia(elements: tuple[Element, ...], notes: list[Note]) -> Told:
    """Each element as the claim of its kind; an unknown one, and a known one a second time, is kept whole."""
    identifiers: list[Identifier] = []
    versions: list[Version] = []
    values: list[Value] = []
    unknown: list[Unknown] = []
    seen = set()
    for number, value, _, _ in elements:
        kind = KINDS.get(number)
        if kind is None or number in seen:
            label = f"nvidia-opaque-{number}"
            unknown.append(Unknown(label=label, raw=Bytes(value)))
            why = "is not known here" if kind is None else "a second time"
            detail = f"element type {number} {why}"
            notes.append(note("unknown-value", f"{DEVICE}/unknown/{label}", detail))
            continue
        seen.add(number)
        if kind.claim == "bytes":
            values.append(Value(name=kind.name, bytes=Bytes(value)))
            continue
        claim = _claim(kind, value)
        if isinstance(claim, Identifier):
            identifiers.append(claim)
        elif isinstance(claim, Version):
            versions.append(claim)
        else:
            values.append(claim)
    return Told(tuple(identifiers), tuple(versions), tuple(values), tuple(unknown))


def _claim(kind: Kind, value: bytes) -> Identifier | Version | Value:
    """An element as its kind of claim, as bytes where it is not what its kind says."""
    name, what = kind.name, kind.claim
    if what == "pdi":
        scope: Scope = "device" if len(value) == 8 else "platform"
        return Identifier(name=name, scope=scope, linkable=True, status="present", value=Bytes(value))
    if what == "class" and (words := text(value)) is not None:
        return Identifier(name=name, scope="class", linkable=False, status="present", text=words)
    if what == "text" and (words := text(value)) is not None:
        return Value(name=name, text=words)
    if what == "version" and (words := text(value)) is not None:
        return Version(name=name, value=words)
    if what == "vbios" and (words := vbios_version(value)) is not None:
        return Version(name=name, value=words)
    if what == "switch" and len(value) == 1 and (word := SWITCHES.get(value[0])) is not None:
        return Value(name=name, text=word)
    if what == "feature" and (word := FEATURES.get(int.from_bytes(value, "little"))) is not None:
        return Value(name=name, text=word)
    if what == "int" and len(value) <= 4:
        return Value(name=name, int=int.from_bytes(value, "little"))
    return Value(name=name, bytes=Bytes(value))
