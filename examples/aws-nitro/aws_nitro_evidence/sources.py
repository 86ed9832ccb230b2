"""Where the claims, the certificates and the signature of a document lie, and what they became."""

from __future__ import annotations

from collections.abc import Iterator

from aws_nitro_evidence.claims import UNKNOWN, unnamed
from aws_nitro_evidence.layout import DOCUMENT
from aws_nitro_evidence.mapping import ENCLAVE
from aws_nitro_evidence.read import Document
from evidence import kit
from evidence.input import Input
from evidence.paths import join, steps
from evidence.registry import Source
from evidence.wire import cbor

CERTIFIED = frozenset({"certificate", "cabundle"})
"""Claims whose content is told certificate by certificate."""


def sources(document: Document, source: Input) -> Iterator[Source]:
    """Every claim, certificate, and the signature."""
    data = source.data
    structures = (document.claims.values, document.registers.values)
    outer, registers = ENCLAVE.claimed(structures, document)
    made = {**registers, **outer}
    for _, row, entry in DOCUMENT.places(data, document.message.payload_span.start):
        if row is not None and row.name not in CERTIFIED:
            start = cbor.content(data, entry.value, entry.end)
            yield Source(f"document.{row.name}", start, entry.end, made.get(row.name, ()))
    entries = list(unnamed(document, data))
    for step, (label, entry) in zip(steps([label for label, _ in entries]), entries, strict=True):
        yield Source(f"document.unknown.{label}", entry.value, entry.end, (UNKNOWN + join(step),))
    certificates = (
        place
        for part, certificate in document.authorities
        for place in kit.certificate_sources(certificate, part)
    )
    yield from kit.message_sources(document.message, "document", certificates)
