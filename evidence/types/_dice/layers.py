"""Each layer of firmware that certificates describe, as an environment of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from evidence.claims import (
    Attribute,
    Bytes,
    Digest,
    Environment,
    Identifier,
    Manifest,
    Measurement,
    Note,
    Svn,
    Unknown,
    Value,
    Version,
)
from evidence.errors import EvidenceError
from evidence.limits import SAFE_INTEGER
from evidence.types._dice import oids
from evidence.types._dice.tcbinfo import (
    CompositeDeviceId,
    Fwid,
    TcbInfo,
    TcbInfoFlags,
    flag_bits,
    read_layers,
)
from evidence.types._identifiers import written
from evidence.wire import der
from evidence.wire.x509 import X509Certificate
from evidence.words import Debug


class Described(NamedTuple):
    """An extension that became a layer: its certificate's place in the chain, its OID, its environment."""

    certificate: int
    oid: str
    environment: str


class _LayerPlace(NamedTuple):
    """Where a layer stands: its id, what it is a part of, what it depends on."""

    id: str
    parent: str
    before: tuple[str, ...]


def layers(
    certificates: Iterable[X509Certificate], notes: list[Note], parent: str
) -> tuple[tuple[Environment, ...], tuple[Described, ...]]:
    """The layers of a chain, given from its root on; each depends on the one before it.

    An extension that cannot be read is kept whole in an environment of its own, and noted.
    """
    environments: list[Environment] = []
    described: list[Described] = []
    for number, certificate in enumerate(certificates):
        for oid in oids.LAYERS:
            extension = certificate.extensions.get(oid)
            for layer in _layers(extension.value, len(environments), notes) if extension else ():
                before = (environments[-1].id,) if environments else ()
                place = _LayerPlace(f"dice-{len(environments)}", parent, before)
                environments.append(_environment(layer, place, notes))
                described.append(Described(number, oid, place.id))
    return tuple(environments), tuple(described)


def _layers(
    value: bytes, number: int, notes: list[Note]
) -> tuple[TcbInfo | CompositeDeviceId | UnreadExtension, ...]:
    try:
        return read_layers(value)
    except EvidenceError as error:
        path = f"/environments/dice-{number}/unknown/tcb-info"
        notes.append(Note(code="extension-not-decoded", path=path, detail=str(error)[:200]))
        return (UnreadExtension(value),)


class UnreadExtension(NamedTuple):
    """An extension that is none of the structures that are known here."""

    value: bytes


def _environment(
    layer: TcbInfo | CompositeDeviceId | UnreadExtension, place: _LayerPlace, notes: list[Note]
) -> Environment:
    environment = Environment(
        id=place.id,
        role="firmware-layer",
        origin="certificate",
        parent=place.parent,
        depends_on=place.before,
        debug="not-reported",
        migration="not-defined",
    )
    if isinstance(layer, UnreadExtension):
        return replace(environment, unknown=(Unknown(label="tcb-info", raw=Bytes(layer.value)),))
    return (
        _composite(environment, layer)
        if isinstance(layer, CompositeDeviceId)
        else _tcb_info(environment, layer, notes)
    )


def _composite(environment: Environment, layer: CompositeDeviceId) -> Environment:
    key = Identifier(
        name="device_id", scope="key", linkable=True, status="present", value=Bytes(layer.device_id)
    )
    return replace(
        environment,
        label="CompositeDeviceID",
        measurements=(_measurement(layer.fwid, 0),),
        values=(Value(name="composite_device_id_version", int=layer.version),),
        identifiers=(key,),
    )


def _tcb_info(environment: Environment, layer: TcbInfo, notes: list[Note]) -> Environment:
    return replace(
        environment,
        label="DiceTcbInfo",
        debug=debug_of(layer.flags, layer.flags_mask),
        measurements=tuple(_measurement(fwid, index) for index, fwid in enumerate(layer.fwids)),
        identifiers=tuple(
            written(field, "class", text)
            for field, text in (("vendor", layer.vendor), ("model", layer.model))
            if text is not None
        ),
        svns=(_svn(layer.svn),) if layer.svn is not None else (),
        versions=(Version(name="version", value=layer.version),) if layer.version is not None else (),
        values=tuple(_values(layer)),
        attributes=tuple(
            _attribute(field, content, environment.id, notes)
            for field, content in (("flags", layer.flags), ("flags_mask", layer.flags_mask))
            if content is not None
        ),
        unknown=tuple(Unknown(label=f"field-{number}", raw=Bytes(raw)) for number, raw in layer.unknown),
    )


def debug_of(flags: bytes | None, mask: bytes | None) -> Debug:
    """Bit 3 set: enabled. Clear: disabled, but only if the mask says that the bit means something."""
    if flags is not None and flag_bits(flags) & TcbInfoFlags.debug.mask:
        return "enabled"
    if flags is not None and mask is not None and flag_bits(mask) & TcbInfoFlags.debug.mask:
        return "disabled"
    return "not-reported"


def _measurement(fwid: Fwid, index: int) -> Measurement:
    raw = Bytes(fwid.oid) if fwid.alg == "unknown" else None
    return Measurement(
        name="fwid",
        phase="unspecified",
        subject="firmware",
        form="digest",
        index=index,
        digests=(Digest(alg=fwid.alg, digest=Bytes(fwid.digest), raw=raw),),
    )


def _svn(number: int) -> Svn:
    if 0 <= number <= SAFE_INTEGER:
        return Svn(name="svn", set_by="unspecified", svn=number)
    size = (number.bit_length() + 8) // 8
    return Svn(name="svn", set_by="unspecified", raw=Bytes(number.to_bytes(size, "big", signed=True)))


def _values(layer: TcbInfo) -> Iterator[Value]:
    for name, number in (("layer", layer.layer), ("index", layer.index)):
        if number is not None:
            exact = abs(number) <= SAFE_INTEGER
            yield Value(name=name, int=number) if exact else Value(name=name, text=str(number))
    for name, content in (("vendor_info", layer.vendor_info), ("type", layer.type)):
        if content is not None:
            yield Value(name=name, bytes=Bytes(content))


def _attribute(field: str, content: bytes, environment: str, notes: list[Note]) -> Attribute:
    known = TcbInfoFlags.decode(flag_bits(content))
    if known.unknown:
        path = f"/environments/{environment}/attributes/{field}"
        bits = ", ".join(map(str, known.unknown))
        notes.append(Note(code="unknown-bits", path=path, detail=f"bits {bits} are set and have no name"))
    return Attribute(name=field, raw=Bytes(content), set=known.set, unknown=known.unknown)


def messages(certificate: X509Certificate, prefix: str) -> tuple[Manifest, ...]:
    """Evidence that the extensions of a certificate hold, whole, named by `prefix`."""
    return tuple(
        Manifest(
            name=f"{prefix}-{extension.oid}", format=form, raw=Bytes(extension.value), origin="certificate"
        )
        for oid, form in oids.MESSAGES.items()
        if (extension := certificate.extensions.get(oid)) is not None
    )


def ueid(certificate: X509Certificate) -> bytes | None:
    """The UEID of a certificate (TcgUeid: a sequence of one OCTET STRING); None if it has none."""
    extension = certificate.extensions.get(oids.UEID)
    if extension is None:
        return None
    try:
        if der.check(extension.value, "TcgUeid") != len(extension.value):
            return None
        inside = list(der.children(extension.value, 0, "TcgUeid"))
    except EvidenceError:
        return None
    if len(inside) != 1 or inside[0].tag != der.OCTET_STRING:
        return None
    return extension.value[inside[0].content : inside[0].end]
