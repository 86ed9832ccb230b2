"""An attestation document in normalized claims: one enclave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aws_nitro_evidence.layout import VERSION
from aws_nitro_evidence.mapping import ENCLAVE
from aws_nitro_evidence.read import Document
from evidence import kit
from evidence.claims import Binding, Bytes, Note, Unknown
from evidence.input import Input
from evidence.paths import join
from evidence.registry import Body
from evidence.wire import cbor
from evidence.wire.places import Entry

HERE: Final = ENCLAVE.here
UNKNOWN: Final = f"{HERE}/unknown"


def claims(document: Document, source: Input) -> Body:
    """The claims of a document."""
    notes: list[Note] = []
    structures = (document.claims.values, document.registers.values)
    unknown = tuple(
        Unknown(label=label, raw=Bytes(source.data[entry.value : entry.end]))
        for label, entry in unnamed(document, source.data)
    )
    enclave = ENCLAVE.environment(structures, document, notes, unknown=unknown)
    bindings = tuple(_bindings(document))
    if unknown:
        notes.append(
            kit.note("unknown-claim", UNKNOWN, "claims whose meaning is not known here are kept as they are")
        )
    if not bindings:
        detail = "neither user data nor a nonce: it may be a recording"
        notes.append(kit.note("no-caller-data", HERE, detail))
    notes += kit.algorithm_remarks(document.message.algorithm, join("signatures", "document"), mac=False)
    return Body(
        version=VERSION,
        size=len(source.data),
        protection="signed",
        bindings=bindings,
        environments=(enclave,),
        certificates=tuple(
            kit.certificate(certificate, part, "enclave") for part, certificate in document.authorities
        ),
        notes=tuple(notes),
    )


def _bindings(document: Document) -> Iterator[Binding]:
    """What the enclave had put in: data of any meaning, and the nonce of whoever asked it."""
    get = document.claims.get
    if data := get("user_data"):
        yield Binding(
            name="user_data",
            role="caller-data",
            declared="opaque",
            requested_by="workload",
            environment="enclave",
            value=Bytes(data),
        )
    if nonce := get("nonce"):
        yield Binding(
            name="nonce",
            role="challenge",
            declared="nonce",
            requested_by="workload",
            environment="enclave",
            value=Bytes(nonce),
        )


def unnamed(document: Document, data: bytes) -> Iterator[tuple[str, Entry]]:
    """The claims that have no meaning here, by their labels."""
    if document.claims.unknown:
        for entry in cbor.entries(data, document.message.payload_span.start):
            if entry.key in document.claims.unknown:
                yield cbor.label(entry.key), entry
