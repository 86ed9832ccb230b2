"""What a comparison of evidence with candidates gives: the document `evidence-match/1`.

Nothing in it is verified: that a field holds a nonce says nothing about who put it there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Final, Literal

import msgspec
from msgspec import Struct

from evidence import limits
from evidence.claims import Bytes
from evidence.convert import Evidence
from evidence.encode.json import ascii_json
from evidence.errors import UsageError, safe
from evidence.match import events
from evidence.match.candidate import Candidate, shapes
from evidence.match.derivation import HASHES, Case, Derivation, Shapes, alone, joined, pieces
from evidence.match.fields import BytesField, fields
from evidence.match.fit import Fit, How, Index
from evidence.match.near import Near, looks
from evidence.paths import join, steps_to
from evidence.words import Outcome

SCHEMA: Final = "evidence-match/1"
CANDIDATES: Final = 8
"""Candidates of one comparison: each is joined with each."""
RTMR: Final = "rtmr0"
"""A register that TDs alone have."""
_ENCODER: Final = msgspec.json.Encoder(enc_hook=bytes.hex)


class _MatchPart(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of everything in the document."""


class UsedForm(_MatchPart, frozen=True, kw_only=True):
    """What was taken of one candidate."""

    candidate: str
    """The name of the candidate."""
    form: str
    """The form that was taken of it."""
    hash: str | None = None
    """The hash function, where the digest of that form was taken before it was joined with another."""


class MatchedField(_MatchPart, frozen=True, kw_only=True):
    """A field that holds what was made of candidates."""

    path: str
    """The claim."""
    kind: str
    """The list of the document that it is in."""
    how: How
    """How it holds it: `is` alone, with zeros around it, in it somewhere, or the beginning of it."""
    at: int | None = None
    """The offset (bytes) in the field, where it lies within."""
    parts: tuple[UsedForm, ...]
    """What it was made of, in this order."""
    hash: str | None = None
    """The hash function of a digest over all of that."""
    hexadecimal: Case | None = None
    """How the digits are written, where they stand there and not the bytes."""
    events: int | None = None
    """How many digests of a list give this register."""
    register: str | None = None
    """The register of an event log, where the candidate is one."""
    text: str
    """The same for people."""


class BindingFact(_MatchPart, frozen=True, kw_only=True):
    """A comparison that converting made: the binding with other content of the evidence."""

    of: str
    """The content, or the value."""
    status: Outcome
    """What came out."""


class StandingBinding(_MatchPart, frozen=True, kw_only=True):
    """A binding as the evidence has it, and what is known of it without any candidate."""

    path: str
    """The claim."""
    role: str
    """What it ties the evidence to."""
    value: Bytes
    """Its bytes."""
    facts: tuple[BindingFact, ...] = ()
    """What converting compared it with."""
    is_of: tuple[str, ...] = ()
    """What it is of the evidence's own parts, for people."""
    looks: tuple[str, ...] = ()
    """What it looks like, for people."""


class NearField(_MatchPart, frozen=True, kw_only=True):
    """A field that nothing fits, and what may be said of it, for people."""

    path: str
    """The claim."""
    texts: tuple[str, ...]
    """What may be said of it."""


class TriedCandidate(_MatchPart, frozen=True, kw_only=True):
    """A candidate, and what was tried of it."""

    name: str
    """Its name."""
    size: int
    """How many bytes it has."""
    forms: tuple[str, ...]
    """The forms that could be made of it; each was tried itself, as a digest, and as hexadecimal digits."""
    digests: int | None = None
    """How many digests it lists, where it is a list of digests."""


class MatchReport(_MatchPart, frozen=True, kw_only=True):
    """What of the evidence is which candidate. Nothing in it is verified."""

    schema: Literal["evidence-match/1"]
    """The name and the version of this form."""
    input: str | None = None
    """Where the evidence came from: the name of the input."""
    at: str | None = None
    """The path of the piece in it."""
    type: str
    """The type of the evidence."""
    candidates: tuple[TriedCandidate, ...]
    """What was looked for."""
    hashes: tuple[str, ...]
    """The hash functions that were tried."""
    fields: int
    """How many fields were looked at."""
    tried: int
    """How many values were made of the candidates."""
    matches: tuple[MatchedField, ...] = ()
    """The fields that hold one."""
    bindings: tuple[StandingBinding, ...] = ()
    """All bindings of the evidence."""
    near: tuple[NearField, ...] = ()
    """Fields that nothing fits, and that nearly do."""

    def to_json(self) -> bytes:
        """The document as JSON in ASCII, indented, members in the order of their definition."""
        return msgspec.json.format(ascii_json(_ENCODER.encode(self))) + b"\n"


def match(piece: Evidence, candidates: Sequence[Candidate], source: str | None = None) -> MatchReport:
    """Which fields of a piece, which came from the input of the name `source`, hold which of the candidates.

    Every candidate is tried as it is, as what it is written as (hexadecimal, base64, PEM, JSON), as the key that it is or
    holds, as digests of all that, and joined with every other one in both orders. Raises `UsageError` for more than
    `CANDIDATES`, for an empty one and for one that is too large, and `EvidenceError` where a plugin is at fault.
    """
    _check(candidates)
    lists = [events.digests(candidate) for candidate in candidates]
    made = [shapes(candidate) for candidate in candidates]
    registers = [
        [*events.registers(candidate, listed)] for candidate, listed in zip(candidates, lists, strict=True)
    ]
    most = [len(listed) for listed in lists]
    partial = [one for steps in registers for one in steps]
    whole = [
        one for steps, count in zip(registers, most, strict=True) for one in steps if one.events == count
    ]
    of_td = any(entry.name == RTMR for each in piece.claims.environments for entry in each.measurements)
    logs = [one for candidate in candidates for one in events.of_log(candidate, of_td=of_td)]
    tried = [*logs, *_derivations(made), *whole]
    index, near = Index(tried), Near(tried, partial)
    every = tuple(fields(piece))
    fits = {field.path: index.fits(field) for field in every}
    return MatchReport(
        schema="evidence-match/1",
        input=source,
        at=piece.at or None,
        type=piece.type.name,
        candidates=tuple(
            TriedCandidate(
                name=candidate.name,
                size=len(candidate.content),
                forms=tuple(dict.fromkeys(part.form for part, _ in forms)),
                digests=len(listed) or None,
            )
            for candidate, forms, listed in zip(candidates, made, lists, strict=True)
        ),
        hashes=HASHES,
        fields=len(every),
        tried=len(index),
        matches=tuple(_matched(fit) for field in every for fit in fits[field.path]),
        bindings=tuple(_standing(piece, every)),
        near=tuple(_near(near, [field for field in every if not fits[field.path]])),
    )


def _check(candidates: Sequence[Candidate]) -> None:
    if not 0 < len(candidates) <= CANDIDATES:
        raise UsageError(f"{len(candidates)} candidates: 1 to {CANDIDATES} can be compared at once")
    names = [candidate.name for candidate in candidates]
    for candidate in candidates:
        if not candidate.content:
            raise UsageError(f"candidate {candidate.name}: empty")
        if len(candidate.content) > limits.ATTACHMENT_BYTES:
            raise UsageError(f"candidate {candidate.name}: more than {limits.ATTACHMENT_BYTES} bytes")
        if names.count(candidate.name) > 1:
            raise UsageError(f"candidate {candidate.name}: named twice")


def _derivations(made: Sequence[Shapes]) -> Iterator[Derivation]:
    """What is tried: the simplest first, since the first of the same bytes is the one that is said."""
    for forms in made:
        yield from alone(forms)
    for one, other in permutations(map(pieces, made), 2):
        yield from joined(one, other)


def _matched(fit: Fit) -> MatchedField:
    derivation = fit.derivation
    return MatchedField(
        path=fit.field.path,
        kind=fit.field.kind,
        how=fit.how,
        at=fit.at if fit.how == "within" else None,
        parts=tuple(
            UsedForm(candidate=part.candidate, form=part.form, hash=part.hash) for part in derivation.parts
        ),
        hash=derivation.hash,
        hexadecimal=derivation.written,
        events=derivation.events,
        register=derivation.register,
        text=safe(str(fit)),
    )


def _near(near: Near, fields: Sequence[BytesField]) -> Iterator[NearField]:
    for field in fields:
        texts = tuple(safe(text) for text in near.texts(field))
        if texts:
            yield NearField(path=field.path, texts=texts)


def _standing(piece: Evidence, every: Sequence[BytesField]) -> Iterator[StandingBinding]:
    """Every binding, and what of the evidence's own parts it is."""
    claims = piece.claims
    own = Index(one for part in _own(piece) for one in alone(shapes(part)))
    by_path = {field.path: field for field in every}
    for step, binding in zip(steps_to(claims.bindings), claims.bindings, strict=True):
        path = join("bindings", step)
        yield StandingBinding(
            path=path,
            role=binding.role,
            value=binding.value,
            facts=tuple(
                BindingFact(of=fact.digest_of or fact.value_of or fact.name, status=fact.status)
                for fact in claims.consistency
                if fact.compared_to == path
            ),
            is_of=tuple(safe(str(fit)) for fit in own.fits(by_path[path])),
            looks=tuple(safe(text) for text in looks(bytes(binding.value))),
        )


def _own(piece: Evidence) -> Iterator[Candidate]:
    """What the evidence itself has that a binding may be the digest of."""
    for kind, content in piece.input.attachments.items():
        yield Candidate(f"the attachment {kind}", content)
    claims = piece.claims
    for step in steps_to(claims.certificates):
        try:
            yield Candidate(f"the certificate {step}", piece.certificate(join("certificates", step)))
        except LookupError:
            continue
    for environment in claims.environments:
        for key in environment.keys:
            yield Candidate(f"the key {key.name} of {environment.id}", bytes(key.raw))
