"""Opaque data in normalized claims: NVIDIA's elements by their table, all others kept whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from evidence.claims import Bytes, Identifier, Note, Svn, Unknown, Value, Version
from evidence.types._identifiers import written
from evidence.types._notes import note
from evidence.types.spdm.native import Exchange
from evidence.types.spdm.opaque import FEATURES, KINDS, SWITCHES, Element, NvidiaFormat, text, vbios_version
from evidence.words import Scope

DEVICE = "/environments/device"


class Told(NamedTuple):
    """What opaque data says about a device."""

    identifiers: tuple[Identifier, ...] = ()
    svns: tuple[Svn, ...] = ()
    versions: tuple[Version, ...] = ()
    values: tuple[Value, ...] = ()
    unknown: tuple[Unknown, ...] = ()


def told(exchange: Exchange, notes: list[Note]) -> Told:
    """The claims of the opaque data of one response."""
    stated = exchange.nvidia_format
    if exchange.nvidia or (stated is not None and exchange.is_split):
        return _nvidia(stated, exchange.nvidia, notes)
    if stated is not None:
        detail = f"profile {stated.profile}, version {_dotted(stated)} of NVIDIA's format is not known here"
        notes.append(note("unknown-value", f"{DEVICE}/unknown/opaque_data", detail))
    if exchange.general:
        return Told(
            unknown=tuple(
                Unknown(label=f"opaque:{element.registry}:{element.vendor.hex()}", raw=Bytes(element.value))
                for element in exchange.general
            )
        )
    opaque = exchange.response.value("opaque_data")
    return Told(unknown=(Unknown(label="opaque_data", raw=Bytes(opaque)),)) if opaque else Told()


def _dotted(stated: NvidiaFormat) -> str:
    return f"{stated.major}.{stated.minor}.{stated.patch}"


def _nvidia(stated: NvidiaFormat | None, elements: tuple[Element, ...], notes: list[Note]) -> Told:
    """Each element as the claim of its kind; an unknown one, and a known one a second time, is kept whole."""
    identifiers: list[Identifier] = []
    svns: list[Svn] = []
    versions: list[Version] = []
    values: list[Value] = []
    if stated is not None:
        values.append(Value(name="opaque_data_format", text=_dotted(stated)))
    unknown: list[Unknown] = []
    seen = set()
    for element in elements:
        number, value = element.type, element.value
        kind = KINDS.get(number)
        if kind is None or number in seen:
            label = f"nvidia-opaque-{number}"
            unknown.append(Unknown(label=label, raw=Bytes(value)))
            why = "is not known here" if kind is None else "a second time"
            detail = f"element type {number} {why}"
            notes.append(note("unknown-value", f"{DEVICE}/unknown/{label}", detail))
            continue
        seen.add(number)
        claim = CLAIMS[kind.claim](kind.name, value)
        if claim is None:
            claim = _bytes(kind.name, value)
        if isinstance(claim, Value):
            values.append(claim)
        elif isinstance(claim, Version):
            versions.append(claim)
        elif isinstance(claim, Svn):
            svns.append(claim)
        else:
            identifiers.append(claim)
    return Told(tuple(identifiers), tuple(svns), tuple(versions), tuple(values), tuple(unknown))


def _bytes(name: str, value: bytes) -> Value:
    return Value(name=name, bytes=Bytes(value))


def _pdi(name: str, value: bytes) -> Identifier:
    """The device's own has 8 bytes; more are those of a platform's devices."""
    scope: Scope = "device" if len(value) == 8 else "platform"
    return Identifier(name=name, scope=scope, linkable=True, status="present", value=Bytes(value))


def _class(name: str, value: bytes) -> Identifier | None:
    words = text(value)
    return None if words is None else written(name, "class", words)


def _text(name: str, value: bytes) -> Value | None:
    words = text(value)
    return None if words is None else Value(name=name, text=words)


def _version(name: str, value: bytes) -> Version | None:
    words = text(value)
    return None if words is None else Version(name=name, value=words)


def _vbios(name: str, value: bytes) -> Version | None:
    words = vbios_version(value)
    return None if words is None else Version(name=name, value=words)


def _switch(name: str, value: bytes) -> Value | None:
    word = SWITCHES.get(value)
    return None if word is None else Value(name=name, text=word)


def _feature(name: str, value: bytes) -> Value | None:
    word = FEATURES.get(int.from_bytes(value, "little"))
    return None if word is None else Value(name=name, text=word)


def _int(name: str, value: bytes) -> Value | None:
    return Value(name=name, int=int.from_bytes(value, "little")) if len(value) <= INTEGER else None


def _svn(name: str, value: bytes) -> Svn:
    found = int.from_bytes(value, "little") if value and len(value) <= INTEGER else None
    return Svn(name=name, set_by="unspecified", svn=found, raw=Bytes(value))


Claim = Identifier | Svn | Version | Value
INTEGER: Final = 4
"""The most bytes of an integer."""
CLAIMS: Final[dict[str, Callable[[str, bytes], Claim | None]]] = {
    "bytes": _bytes,
    "pdi": _pdi,
    "class": _class,
    "text": _text,
    "version": _version,
    "vbios": _vbios,
    "switch": _switch,
    "feature": _feature,
    "int": _int,
    "svn": _svn,
}
"""The claim of a `Kind` to what makes it of a name and a value; None where the value is not of that kind."""
