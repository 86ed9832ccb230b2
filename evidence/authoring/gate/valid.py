"""Duties 4 and 5: what a type makes of its own valid fixtures, and of those of other types."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import msgspec

from evidence import possible
from evidence.authoring import fixtures, schema
from evidence.authoring.fixtures import Loaded
from evidence.authoring.gate.proof import Proof, Raised, guarded
from evidence.claims import Claims
from evidence.convert import Evidence
from evidence.encode.cbor import from_cbor, to_cbor
from evidence.encode.json import from_json, to_json
from evidence.errors import EvidenceError, UsageError
from evidence.input import Input
from evidence.paths import at, canonical, join
from evidence.privacy import withhold

DUTY_4: Final = "duty 4, valid"
DUTY_5: Final = "duty 5, others"


def duty_4_valid(proof: Proof) -> Iterator[str]:
    sound = proof.schema if proof.schema and not list(proof.schema.shortcomings(proof.kind.name)) else None
    for loaded, piece in proof.read:
        yield from guarded(DUTY_4, f"valid/{loaded.name}", _valid(proof, loaded, piece, sound))


def _valid(
    proof: Proof,
    loaded: Loaded,
    piece: Evidence | EvidenceError | UsageError | Raised,
    known: schema.TypeSchema | None,
) -> Iterator[str]:
    if isinstance(piece, Raised):
        yield f"{DUTY_4}: {piece}"
    elif not isinstance(piece, Evidence):
        yield str(piece)
    elif piece.type.name != proof.kind.name:
        yield f"is read as {piece.type.name}"
    else:
        yield from _one_valid(proof, loaded, piece, known)


def _one_valid(
    proof: Proof, loaded: Loaded, piece: Evidence, known: schema.TypeSchema | None
) -> Iterator[str]:
    text = to_json(piece.claims)
    document = msgspec.json.decode(text)
    for path, value in loaded.fixture.facts.items():
        if not alike(present := fact(piece.claims, path), value):
            yield f"{path} is {present!r:.120}, its maker says {value!r:.120}"
    if not alike(document, loaded.fixture.claims):
        yield f"claims differ from the recorded ones: {first_difference(loaded.fixture.claims, document)}"
    withheld = msgspec.json.decode(to_json(withhold(piece.claims)))
    for what, content in (("", document), ("without identifiers: ", withheld)):
        for refusal in known.refusals(content) if known else ():
            yield f"does not fit the schema: {what}{refusal}"
    again = proof.parse(loaded)
    if not isinstance(again, Evidence) or to_json(again.claims) != text:
        yield "is not deterministic"
    for fault in possible.faults(piece.claims):
        yield f"is not possible: {fault.path}: {fault.wrong}, allowed is {fault.law}"
    yield from _round_trips(piece)
    yield from _nowhere(piece)


def _round_trips(piece: Evidence) -> Iterator[str]:
    try:
        if from_json(to_json(piece.claims)) != piece.claims:
            yield "does not survive JSON"
        if from_cbor(to_cbor(piece.claims)) != piece.claims:
            yield "does not survive CBOR"
    except EvidenceError as error:
        yield f"is written, and not read back: {error}"


def _nowhere(piece: Evidence) -> Iterator[str]:
    """Claims that a field is said to have become, and that are not there."""
    for source in piece.sources():
        for claim in source.claims:
            try:
                if canonical(piece.claims, claim) != claim:
                    yield f"field {source.field}: {claim} is written {canonical(piece.claims, claim)}"
            except LookupError as error:
                yield f"field {source.field} is said to become {claim}: {error}"


def fact(claims: Claims, path: str) -> Any:
    """The claim at `path` as JSON has it; None if there is none."""
    try:
        return msgspec.json.decode(msgspec.json.encode(at(claims, path), enc_hook=bytes.hex))
    except LookupError:
        return None


def alike(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same; for Python true, 1 and 1.0 are equal as well."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(alike(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(alike, left, right))
    return bool(left == right)


def first_difference(recorded: Any, present: Any, here: str = "") -> str:
    """The first place where two documents differ, as a text; entries of lists go by their names."""
    if isinstance(recorded, dict) and isinstance(present, dict):
        for key in sorted(recorded.keys() | present.keys()):
            if not alike(recorded.get(key), present.get(key)):
                return first_difference(recorded.get(key), present.get(key), here + join(key))
    if isinstance(recorded, list) and isinstance(present, list):
        for index, (left, right) in enumerate(zip(recorded, present, strict=False)):
            if not alike(left, right):
                step = schema.name_in(left) or str(index)
                return first_difference(left, right, here + join(step))
        more = (*recorded[len(present) :], *present[len(recorded) :])
        here += join(schema.name_in(more[0]) or str(min(len(recorded), len(present)))) if more else ""
    return f"{here}: recorded {recorded!r:.120}, found {present!r:.120}"


def duty_5_others(proof: Proof) -> Iterator[str]:
    generic = any(match.strength == "generic" for match in proof.matches())
    if proof.kind.catch_all and any(match.strength == "exact" for match in proof.matches()):
        yield "a catch-all type says `exact` of its own fixtures"
    for other in proof.others:
        for loaded in fixtures.valid(other.fixtures) if other.fixtures else ():
            if not loaded.fixture.force:
                where = f"{other.name}'s fixture {loaded.name}"
                yield from guarded(DUTY_5, where, _foreign(proof, loaded, generic=generic))


def _foreign(proof: Proof, loaded: Loaded, *, generic: bool) -> Iterator[str]:
    match = proof.kind.identify(loaded.data)
    if match is not None and match.strength == "exact":
        yield "is taken for its own"
    elif match is None and not generic:
        yield from _forced(proof, loaded)


def _forced(proof: Proof, loaded: Loaded) -> Iterator[str]:
    """Even asked directly, a type refuses what is another's; a catch-all may accept what it is told to."""
    source = Input(data=loaded.data, options=proof.kind.make_options(None))
    try:
        proof.kind.claims(proof.kind.read(source), source)
    except EvidenceError:
        return
    yield "is accepted when forced"


def claims_digest(piece: Evidence) -> bytes:
    """SHA-256 of the deterministic JSON of the claims: the guard of a `real/` entry."""
    return sha256(to_json(piece.claims)).digest()
