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
from evidence.paths import at, canonical
from evidence.privacy import withhold

DUTY_4: Final = "duty 4, valid"
DUTY_5: Final = "duty 5, others"


def duty_4_valid(proof: Proof) -> Iterator[str]:
    sound = proof.schema if proof.schema and not list(proof.schema.shortcomings(proof.kind.name)) else None
    for loaded, found in proof.read:
        yield from guarded(DUTY_4, f"valid/{loaded.name}", _valid(proof, loaded, found, sound))


def _valid(
    proof: Proof,
    loaded: Loaded,
    found: Evidence | EvidenceError | UsageError | Raised,
    known: schema.Found | None,
) -> Iterator[str]:
    if isinstance(found, Raised):
        yield f"{DUTY_4}: {found}"
    elif not isinstance(found, Evidence):
        yield str(found)
    elif found.type.name != proof.kind.name:
        yield f"is read as {found.type.name}"
    else:
        yield from _one_valid(proof, loaded, found, known)


def _one_valid(proof: Proof, loaded: Loaded, found: Evidence, known: schema.Found | None) -> Iterator[str]:
    text = to_json(found.claims)
    document = msgspec.json.decode(text)
    for path, value in loaded.fixture.facts.items():
        if (got := fact(found.claims, path)) != value:
            yield f"{path} is {got!r:.120}, its maker says {value!r:.120}"
    if document != loaded.fixture.claims:
        yield f"claims differ from the recorded ones: {first_difference(loaded.fixture.claims, document)}"
    withheld = msgspec.json.decode(to_json(withhold(found.claims)))
    for what, content in (("", document), ("without identifiers: ", withheld)):
        for refusal in known.refusals(content) if known else ():
            yield f"does not fit the schema: {what}{refusal}"
    again = proof.parse(loaded)
    if not isinstance(again, Evidence) or to_json(again.claims) != text:
        yield "is not deterministic"
    for fault in possible.faults(found.claims):
        yield f"is not possible: {fault.path}: {fault.wrong}, allowed is {fault.law}"
    yield from _round_trips(found)
    yield from _nowhere(found)


def _round_trips(found: Evidence) -> Iterator[str]:
    try:
        if from_json(to_json(found.claims)) != found.claims:
            yield "does not survive JSON"
        if from_cbor(to_cbor(found.claims)) != found.claims:
            yield "does not survive CBOR"
    except EvidenceError as error:
        yield f"is written, and not read back: {error}"


def _nowhere(found: Evidence) -> Iterator[str]:
    """Claims that a field is said to have become, and that are not there."""
    for source in found.sources():
        for claim in source.claims:
            try:
                if canonical(found.claims, claim) != claim:
                    yield f"field {source.field}: {claim} is written {canonical(found.claims, claim)}"
            except LookupError as error:
                yield f"field {source.field} is said to become {claim}: {error}"


def fact(claims: Claims, path: str) -> Any:
    """The claim at `path` as JSON has it; None if there is none."""
    try:
        return msgspec.json.decode(msgspec.json.encode(at(claims, path), enc_hook=bytes.hex))
    except LookupError:
        return None


def first_difference(wanted: Any, got: Any, here: str = "") -> str:
    """The first place where two documents differ, as a text."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in sorted(wanted.keys() | got.keys()):
            if wanted.get(key) != got.get(key):
                return first_difference(wanted.get(key), got.get(key), f"{here}/{key}")
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for index, (left, right) in enumerate(zip(wanted, got, strict=True)):
            if left != right:
                return first_difference(left, right, f"{here}/{index}")
    return f"{here}: recorded {wanted!r:.120}, found {got!r:.120}"


def duty_5_others(proof: Proof) -> Iterator[str]:
    generic = any(found.strength == "generic" for found in proof.matches())
    if proof.kind.catch_all and any(found.strength == "exact" for found in proof.matches()):
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
    given = Input(data=loaded.data, options=proof.kind.make_options(None))
    try:
        proof.kind.claims(proof.kind.read(given), given)
    except EvidenceError:
        return
    yield "is accepted when forced"


def claims_digest(found: Evidence) -> bytes:
    """SHA-256 of the deterministic JSON of the claims: the guard of a `real/` entry."""
    return sha256(to_json(found.claims)).digest()
