"""The claims document around what a type says: the header, the signatures, and what is the same for every type."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from evidence.claims import (
    SCHEMA,
    Attachment,
    Bytes,
    CarrierInfo,
    Claims,
    Consistency,
    EvidenceInfo,
    Fact,
    Note,
    Signature,
)
from evidence.input import Input
from evidence.registry import Body, EvidenceType, Signed
from evidence.words import IdentifiedBy


def document(
    kind: EvidenceType, given: Input, body: Body, signed: tuple[Signed, ...], how: IdentifiedBy
) -> Claims:
    """The document: what the type says, below a header and above notes that are the same for all."""
    proper, trailing = given.data[: body.size], given.data[body.size :]
    header = EvidenceInfo(
        type=kind.name,
        version=body.version,
        variant=body.variant,
        status=kind.status,
        protection=body.protection,
        bytes=given.obtained,
        sha256=Bytes(sha256(proper).digest()),
        size=len(proper),
        trailing=len(trailing),
        identified_by=how,
        carriers=_carriers(given) if given.carriers else (),
    )
    signatures = [
        Signature(
            name=s.name,
            by=s.by,
            alg=s.alg,
            hash=s.hash,
            encoding=s.encoding,
            construct=s.construct,
            covers=s.covers,
            status="not-checked",
            environment=s.environment,
        )
        for s in signed
    ]
    return Claims(
        schema=SCHEMA,
        evidence=header,
        bindings=body.bindings,
        environments=body.environments,
        signatures=tuple(signatures),
        consistency=body.consistency + _expected(given, body) if given.expects else body.consistency,
        certificates=body.certificates,
        attachments=_attached(given, body) if given.attachments else (),
        notes=body.notes + _notes(kind, given, trailing) if trailing or given.attachments else body.notes,
    )


def _carriers(given: Input) -> tuple[CarrierInfo, ...]:
    return tuple(CarrierInfo(name=c.name, at=c.at or None, facts=_facts(c.facts)) for c in given.carriers)


def _facts(facts: Mapping[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(name=name, text=text) for name, text in facts.items())


def _attached(given: Input, body: Body) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            kind=kind,
            sha256=Bytes(sha256(content).digest()),
            size=len(content),
            origin=given.attached_by(kind),
            facts=tuple(fact for of, fact in body.attachment_facts if of == kind),
        )
        for kind, content in given.attachments.items()
    )


def _expected(given: Input, body: Body) -> tuple[Consistency, ...]:
    """What the carriers said that bindings must equal, compared: a digest may have zeros behind it, a value not."""
    values = {binding.name: binding.value for binding in body.bindings}
    found = []
    for expect in given.expects:
        value = values.get(expect.binding)
        fill = 0 if value is None or expect.alg is None else len(value)
        same = value == expect.digest.ljust(fill, b"\0")
        found.append(
            Consistency(
                name=f"{expect.binding}-binding",
                status="not-computable" if value is None else "matches" if same else "differs",
                digest_of=None if expect.alg is None else expect.of,
                value_of=expect.of if expect.alg is None else None,
                compared_to=f"/bindings/{expect.binding}",
                alg=expect.alg,
                computed=Bytes(expect.digest),
            )
        )
    return tuple(found)


def _notes(kind: EvidenceType, given: Input, trailing: bytes) -> tuple[Note, ...]:
    notes = []
    if trailing:
        code = "trailing-bytes" if any(trailing) else "trailing-zeros"
        detail = f"{len(trailing)} bytes follow the evidence; no claim is made from them"
        notes.append(Note(code=code, path="/evidence/trailing", detail=detail))
    bound = {expect.of for expect in given.expects}
    for name in given.attachments:
        if name not in kind.attachments and name not in bound:
            detail = f"{kind.name} does not read this kind of attachment"
            notes.append(Note(code="attachment-ignored", path=f"/attachments/{name}", detail=detail))
    return tuple(notes)
