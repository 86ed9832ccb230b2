"""Measurement manifests: the whole content, and the format that its own first bytes tell."""

from __future__ import annotations

from typing import Final

from evidence.claims import Manifest, Note
from evidence.errors import EvidenceError
from evidence.types import _value_types
from evidence.types._notes import note
from evidence.types.spdm.blocks import Block
from evidence.types.spdm.layout import REGISTRIES
from evidence.types.spdm.native import DEVICE
from evidence.wire import cbor

TAGS: Final = {
    570: "spdm-toc",
    571: "concise-evidence",
    17: "eat",
    18: "eat",
    61: "eat",
    601: "uccs",
    55799: "eat",
}
"""CBOR tag to format: CoAP content of TCG DICE concise evidence, COSE and CWT of EAT."""


def manifest_of(block: Block, notes: list[Note]) -> Manifest:
    """The manifest of a block; content that is no format that is known here is noted."""
    name, content = f"measurement-manifest-{block.index}", block.value
    path, prefix, size = f"{DEVICE}/manifests/{name}", "", 0
    if block.type == _value_types.STRUCTURED:
        header = header_size(content)
        if header is None:
            notes.append(note("manifest-header", path, "the header of its standards body does not fit"))
            return Manifest(name=name, format="unknown", raw=content)
        if header == 0:
            notes.append(note("manifest-header", path, "there is no header of its standards body"))
        else:
            registry = REGISTRIES.get(content[0], f"registry-{content[0]}")
            prefix, size = f"{registry}:{content[2:header].hex()}:", header
    form = format_of(content[size:])
    if form == "unknown":
        notes.append(note("manifest-format", path, "the content is of no format that is known here"))
    return Manifest(name=name, format=prefix + form, raw=content)


def header_size(content: bytes) -> int | None:
    """The size of the standards-body header (registry, length, vendor id); None if it does not fit.

    NVIDIA's devices leave it out: what is of a known format as it is has none.
    """
    if format_of(content) != "unknown":
        return 0
    if len(content) < 2 or 2 + content[1] > len(content):
        return None
    return 2 + content[1]


def format_of(content: bytes) -> str:
    """The format of a manifest by its outermost CBOR tag, if the content is one whole CBOR item."""
    try:
        head = cbor.head(content, 0)
        whole = cbor.skip(content, 0) == len(content)
    except EvidenceError:
        return "unknown"
    return TAGS.get(head.argument, "unknown") if head.major == 6 and whole else "unknown"
