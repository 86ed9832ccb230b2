"""The claims document around what a type says: the header, the signatures, and what is the same for every type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

from evidence import chain
from evidence.claims import (
    SCHEMA,
    Attachment,
    Binding,
    Bytes,
    CarrierInfo,
    Claims,
    Consistency,
    Environment,
    EvidenceInfo,
    Fact,
    Note,
    Signature,
    Target,
)
from evidence.errors import CarrierError
from evidence.input import Expect, Input
from evidence.paths import join, steps_to
from evidence.registry import Body, EvidenceType, Signed
from evidence.words import LOUD, IdentifiedBy


def document(
    kind: EvidenceType, source: Input, body: Body, signed: tuple[Signed, ...], how: IdentifiedBy
) -> Claims:
    """The document: what the type says, below a header and above notes that are the same for all."""
    proper, trailing = source.data, b""
    if len(proper) != body.size:
        proper, trailing = proper[: body.size], proper[body.size :]
    header = EvidenceInfo(
        type=kind.name,
        version=body.version,
        variant=body.variant,
        status=kind.status,
        protection=body.protection,
        bytes=source.obtained,
        sha256=Bytes(sha256(proper).digest()),
        size=len(proper),
        trailing=len(trailing),
        identified_by="caller" if body.converted else how,
        carriers=_carriers(source) if source.carriers else (),
    )
    signatures = [
        Signature(
            name=signature.name,
            by=signature.by,
            alg=signature.alg,
            hash=signature.hash,
            encoding=signature.encoding,
            construct=signature.construct,
            covers=signature.covers,
            missing=signature.missing,
            status="not-checked",
            environment=signature.environment,
        )
        for signature in signed
    ]
    consistency = body.consistency + _expected(kind, source, body) if source.expects else body.consistency
    notes = body.notes
    if trailing or source.attachments:
        notes += _notes(kind, source, trailing)
    if source.remarks:
        notes += tuple(
            Note(code=code, path="/evidence/carriers", detail=detail) for code, detail in source.remarks
        )
    if _is_broken(consistency):
        notes += tuple(_broken(body.bindings, consistency))
    if _is_incomplete(body.environments) or _is_incomplete(signed):
        notes += tuple(_incomplete(body.environments, signed))
    id = chain.target(body.environments)
    return Claims(
        schema=SCHEMA,
        evidence=header,
        attested=None if id is None else Target(environment=id, debug=chain.word(body.environments, id)),
        bindings=body.bindings,
        environments=body.environments,
        signatures=tuple(signatures),
        consistency=consistency,
        certificates=body.certificates,
        attachments=_attached(source, body) if source.attachments else (),
        logs=body.logs,
        notes=tuple(dict.fromkeys(notes)) if notes else (),  # said twice, it is no other note
    )


def _is_broken(facts: tuple[Consistency, ...]) -> bool:
    """Whether one of them does not match."""
    for fact in facts:  # noqa: SIM110 (as in `_is_incomplete`)
        if fact.status != "matches":
            return True
    return False


def _broken(bindings: tuple[Binding, ...], facts: tuple[Consistency, ...]) -> Iterator[Note]:
    """A note at every fact that `differs`, and at every binding of a key that cannot be computed."""
    keys = _key_bindings(bindings) if facts else frozenset[str]()
    for step, fact in zip(steps_to(facts), facts, strict=True):
        if fact.status == "differs":
            code = LOUD[fact.name.rpartition("-")[2]]
            yield Note(
                code=code, path=join("consistency", step), detail=f"it is not that of {fact.compared_to}"
            )
        elif fact.status == "not-computable" and fact.compared_to in keys:
            detail = "nothing shows that the key belongs to what vouches for it"
            yield Note(code="binding-unproven", path=join("consistency", step), detail=detail)


def _key_bindings(bindings: tuple[Binding, ...]) -> frozenset[str]:
    """The paths of the bindings that tie a key to the evidence."""
    return frozenset(
        join("bindings", step)
        for step, binding in zip(steps_to(bindings), bindings, strict=True)
        if binding.role == "key-binding"
    )


def _is_incomplete(entries: tuple[Environment | Signed, ...]) -> bool:
    """Whether something is not at hand for one of them."""
    for entry in entries:  # noqa: SIM110 (for each document: `any` of a generator takes three times as long)
        if entry.missing:
            return True
    return False


def _incomplete(environments: tuple[Environment, ...], signed: tuple[Signed, ...]) -> list[Note]:
    """A note at every environment and signature for which something is not at hand."""
    return [
        Note(
            code="certificates-missing",
            path=join("environments", environment.id),
            detail=f"not at hand, and might say something worse: {', '.join(environment.missing)}",
        )
        for environment in environments
        if environment.missing
    ] + [
        Note(
            code="transcript-incomplete",
            path=join("signatures", signature.name),
            detail=f"the signed message cannot be made without: {', '.join(signature.missing)}",
        )
        for signature in signed
        if signature.missing
    ]


def _carriers(source: Input) -> tuple[CarrierInfo, ...]:
    return tuple(CarrierInfo(name=c.name, at=c.at or None, facts=_facts(c.facts)) for c in source.carriers)


def _facts(facts: Mapping[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(name=name, text=text) for name, text in facts.items())


def _attached(source: Input, body: Body) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            kind=kind,
            sha256=Bytes(sha256(content).digest()),
            size=len(content),
            origin=source.attached_by(kind),
            facts=tuple(fact for of, fact in body.attachment_facts if of == kind),
        )
        for kind, content in source.attachments.items()
    )


def _expected(kind: EvidenceType, source: Input, body: Body) -> tuple[Consistency, ...]:
    """What the carriers said that bindings must equal, compared: one fact for each binding.

    Evidence that has no such binding contradicts its carrier, as it does where a hint means another type.
    """
    values = {binding.name: binding.value for binding in body.bindings}
    facts: dict[str, Consistency] = {}
    for expect in source.expects:
        value = values.get(expect.binding)
        if value is None:
            reason = f"{expect.of} must be in {expect.binding}, which this {kind.name} has not"
            raise CarrierError(carrier=source.carriers[-1].name if source.carriers else "", reason=reason)
        earlier = facts.get(expect.binding)
        if earlier is None or earlier.status == "matches":  # of several, one that differs is to be seen
            facts[expect.binding] = _compared(expect, value)
    return tuple(facts.values())


def _compared(expect: Expect, value: bytes) -> Consistency:
    """A digest may have zeros behind it, a value not."""
    fill = 0 if expect.alg is None else len(value)
    return Consistency(
        name=f"{expect.binding}-binding",
        status="matches" if value == expect.digest.ljust(fill, b"\0") else "differs",
        digest_of=None if expect.alg is None else expect.of,
        value_of=expect.of if expect.alg is None else None,
        compared_to=f"/bindings/{expect.binding}",
        alg=expect.alg,
        computed=Bytes(expect.digest),
    )


def _notes(kind: EvidenceType, source: Input, trailing: bytes) -> tuple[Note, ...]:
    notes = []
    if trailing:
        code = "trailing-bytes" if any(trailing) else "trailing-zeros"
        detail = f"{len(trailing)} bytes follow the evidence; no claim is made from them"
        notes.append(Note(code=code, path="/evidence/trailing", detail=detail))
    bound = {expect.of for expect in source.expects}
    for name in source.attachments:
        if name in source.by_caller and name not in kind.attachments and name not in bound:
            detail = f"{kind.name} does not read this kind of attachment"
            notes.append(Note(code="attachment-ignored", path=f"/attachments/{name}", detail=detail))
    return tuple(notes)
