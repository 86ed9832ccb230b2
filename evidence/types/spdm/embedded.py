"""Attestation tokens and concise evidence within manifests and certificates: environments of their own.

Who made them is not who measures the device: their nonces are context, never the challenge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from evidence.claims import Binding
from evidence.errors import EvidenceError
from evidence.paths import join
from evidence.types import _coev, _eat, _value_types
from evidence.types._dice import oids
from evidence.types._notes import note
from evidence.types._recorder import Layer, Recorder, in_cbor
from evidence.types.spdm.blocks import Block, Digests
from evidence.types.spdm.chain import SlotChain
from evidence.types.spdm.layout import MANIFESTS
from evidence.types.spdm.manifests import TAGS, header_size
from evidence.wire import cbor, der
from evidence.wire.x509 import X509Certificate as Read
from evidence.words import Origin

CONCISE: Final = ("spdm-toc", "concise-evidence")
CMW_TAGS: Final = range(0x63740101, 0x63750101)
"""The tags of a conceptual message wrapper around a byte string, one for each content format."""


def embedded(data: bytes, blocks: Sequence[Block], chain: SlotChain | None) -> Recorder | None:
    """What the raw manifests among `blocks`, and the certificates of a chain, hold inside; None where there are none."""
    manifests = [] if isinstance(blocks, Digests) else [one for one in blocks if one.value_type in MANIFESTS]
    if not manifests and chain is None:
        return None
    record = Recorder()
    for block in manifests:
        _in_manifest(data, block, record)
    for number, certificate in enumerate(chain.certificates if chain else ()):
        _in_certificate(number, certificate, record)
    return record


def _in_manifest(data: bytes, block: Block, record: Recorder) -> None:
    start = block.end - len(block.value)
    if block.type == _value_types.STRUCTURED:
        size = header_size(block.value)
        start += len(block.value) if size is None else size
    path = f"/environments/device/manifests/measurement-manifest-{block.index}"
    _state(Layer(data), (start, block.end), f"manifest-{block.index}", path, record)


def _in_certificate(number: int, certificate: Read, record: Recorder) -> None:
    for oid in oids.MESSAGES:
        extension = certificate.extensions.get(oid)
        if extension is not None:
            name = f"certificate-{number}-{oid}"
            path = join("environments", "device", "manifests", name)
            layer = Layer(extension.value, name)
            _state(layer, _content(extension.value), name, path, record)


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


def _state(layer: Layer, part: tuple[int, int], id: str, path: str, record: Recorder) -> None:
    """Record what lies in a part of a layer; nothing if it is no evidence, a note if it is a broken one."""
    start, end = part
    content, inside = layer.data[start:end], Recorder()
    origin: Origin = "evidence" if layer.name == "evidence" else "certificate"
    form = _form(content)
    if form is None:
        return
    try:
        if form in CONCISE:
            page = in_cbor(layer, start, id)
            document = _coev.read(content, path, signed=origin == "certificate")
            _coev.state(document, id, inside, page, parent="device", origin=origin)
        else:
            token = _eat.EatReader().cbor_token(_eat.Region(layer, start, end, path))
            _eat.state(token, id, inside, parent="device", origin=origin, prefix=f"{id}/")
    except EvidenceError as error:
        record.notes.append(note("embedded-not-decoded", path, f"{error.code}: {str(error)[:160]}"))
        return
    bindings = inside.entries.get("bindings", [])
    bindings[:] = map(_as_context, bindings)
    if layer.name != "evidence":
        inside.signatures.clear()
    record.take(inside)


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
