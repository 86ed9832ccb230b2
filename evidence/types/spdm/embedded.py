"""Attestation tokens and concise evidence within manifests and certificates: environments of their own.

Who made them is not who measures the device: their nonces are context, never the challenge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from evidence.claims import Binding
from evidence.errors import EvidenceError
from evidence.paths import join
from evidence.types import _coev, _eat
from evidence.types._dice import oids
from evidence.types._notes import note
from evidence.types._trail import Layer, in_cbor
from evidence.types.spdm import layout
from evidence.types.spdm.blocks import Block
from evidence.types.spdm.chain import Chain
from evidence.types.spdm.manifests import TAGS, header_size
from evidence.wire import cbor, der
from evidence.wire.x509 import Certificate as Read
from evidence.words import Origin

CONCISE: Final = ("spdm-toc", "concise-evidence")
CMW_TAGS: Final = range(0x63740101, 0x63750101)
"""The tags of a conceptual message wrapper around a byte string, one for each content format."""


def embedded(data: bytes, blocks: Iterable[Block], chain: Chain | None) -> _eat.Stated:
    """What the raw manifests among `blocks`, and the certificates of a chain, hold inside."""
    found = [_in_manifest(data, block) for block in blocks if block.value_type in MANIFESTS]
    for number, certificate in enumerate(chain.certificates if chain else ()):
        found += _in_certificate(number, certificate)
    if not found:
        return NOTHING
    return _eat.Stated(
        environments=tuple(item for one in found for item in one.environments),
        bindings=tuple(item for one in found for item in one.bindings),
        consistency=tuple(item for one in found for item in one.consistency),
        certificates=tuple(item for one in found for item in one.certificates),
        signatures=tuple(item for one in found for item in one.signatures),
        notes=tuple(item for one in found for item in one.notes),
        fields=tuple(item for one in found for item in one.fields),
    )


MANIFESTS: Final = frozenset((layout.FREEFORM | layout.RAW, layout.STRUCTURED | layout.RAW))
NOTHING: Final = _eat.Stated()


def _in_manifest(data: bytes, block: Block) -> _eat.Stated:
    start = block.end - len(block.value)
    if block.type == layout.STRUCTURED:
        size = header_size(block.value)
        start += len(block.value) if size is None else size
    path = f"/environments/device/manifests/measurement-manifest-{block.index}"
    return _stated(Layer(data), (start, block.end), f"manifest-{block.index}", path, "evidence")


def _in_certificate(number: int, certificate: Read) -> Iterator[_eat.Stated]:
    for oid in oids.MESSAGES:
        extension = certificate.extensions.get(oid)
        if extension is not None:
            name = f"certificate-{number}-{oid}"
            path = join("environments", "device", "manifests", name)
            layer = Layer(extension.value, name)
            yield _stated(layer, _content(extension.value), name, path, "certificate")


def _content(value: bytes) -> tuple[int, int]:
    """Where in an extension the evidence lies: in an OCTET STRING, in a wrapper's byte string, or all of it."""
    whole = (0, len(value))
    try:
        if value[:1] == b"\x30":
            (inside,) = der.children(value, 0)
            return (inside.content, inside.end) if inside.tag == der.OCTET_STRING else whole
        head = cbor.head(value, 0)
        if head.major == 4:  # a record: type, value, indicator
            inner = cbor.head(value, [*cbor.entries(value)][1].value)
        elif head.major == 6 and head.argument in CMW_TAGS:
            inner = cbor.head(value, head.end)
        else:
            return whole
        return (inner.end, inner.end + inner.argument) if inner.major == 2 else whole
    except (EvidenceError, ValueError, IndexError):
        return whole


def _stated(layer: Layer, part: tuple[int, int], id: str, path: str, origin: Origin) -> _eat.Stated:
    """The claims of what lies in a part of a layer; nothing if it is no evidence, a note if it is a broken one."""
    start, end = part
    content = layer.data[start:end]
    form = _form(content)
    if form is None:
        return _eat.Stated()
    try:
        if form in CONCISE:
            document = _coev.read(content, path, signed=origin == "certificate")
            stated = _coev.state(document, id, parent="device", origin=origin)
            trail = in_cbor(layer, start, stated.trail, id)
            return _eat.Stated(environments=stated.environments, notes=stated.notes, fields=(trail,))
        token = _eat.Reader().cbor_token(_eat.Region(layer, start, end, path))
        told = _eat.state(token, id, parent="device", origin=origin, prefix=f"{id}/")
    except EvidenceError as error:
        return _eat.Stated(notes=(note("embedded-not-decoded", path, f"{error.code}: {str(error)[:160]}"),))
    return _eat.Stated(
        told.environments,
        tuple(_as_context(binding) for binding in told.bindings),
        told.consistency,
        told.certificates,
        told.signatures if layer.name == "evidence" else (),
        told.notes,
        told.fields,
    )


def _form(content: bytes) -> str | None:
    """What evidence the content is by its outermost tag, or by its shape; None if it is none."""
    try:
        head = cbor.head(content, 0)
        if head.major == 6:
            return TAGS.get(head.argument)
        if head.major == 5 and _coev.looks_like(cbor.loads(content)):
            return "concise-evidence"
    except EvidenceError:
        pass
    return None


def _as_context(binding: Binding) -> Binding:
    return replace(binding, role="context") if binding.role == "challenge" else binding
