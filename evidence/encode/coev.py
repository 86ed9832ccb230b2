"""Concise evidence of the TCG (tag 571, several of them tag 570): in our own profile, or in one of a vendor."""

from __future__ import annotations

from typing import Any, Final

from evidence.claims import Claims
from evidence.corim import Profile
from evidence.encode.elements import Element
from evidence.encode.names import uuid
from evidence.encode.states import State, States, states
from evidence.encode.vendor import parts
from evidence.encode.written import Written
from evidence.wire import cbor, corim
from evidence.wire.cbor import Tag

TRIPLES, EVIDENCE_ID, PROFILE = 0, 1, 2
EVIDENCE, DEPENDENCY, MEMBERSHIP = 0, 2, 3
MKEY, MVAL = 0, 1
MEDIA_TYPE: Final = "application/ce+cbor"
MEDIA_TYPE_OF_SEVERAL: Final = "application/toc+cbor"


def to_coev(claims: Claims, profile: Profile | None = None) -> Written:
    """The document as concise evidence: in `profile` of a type (`EvidenceType.corim`), else in our own.

    `UsageError` where there is nothing to write.
    """
    if profile is None:
        statements = states(claims)
        return Written(cbor.dumps(Tag(corim.EVIDENCE, concise(claims, statements))), statements.losses)
    made, losses = parts(claims, profile)
    each = [
        Tag(
            corim.EVIDENCE,
            {
                TRIPLES: {EVIDENCE: [[part.environment, [measurement_map(one) for one in part.elements]]]},
                PROFILE: Tag(corim.URI, part.profile),
            },
        )
        for part in made
    ]
    return Written(cbor.dumps(each[0] if len(each) == 1 else Tag(corim.SPDM_TOC, {0: each})), losses)


def concise(claims: Claims, statements: States, profile: str = corim.UNVERIFIED) -> dict[int, Any]:
    """The map of all statements, with what ties them together."""
    triples = _triples(statements.states)
    depends = statements.dependencies()
    if depends:
        members = {state.id: state for pair in depends for state in (pair[0], *pair[1])}
        triples[DEPENDENCY] = [[state.id, [other.id for other in others]] for state, others in depends]
        triples[MEMBERSHIP] = [
            [state.id, [state.environment]] for state in statements.states if state.id in members
        ]
    return _map(claims, triples, profile)


def concise_of_one(claims: Claims, state: State, profile: str = corim.UNVERIFIED) -> dict[int, Any]:
    """The map of one statement alone, as it stands in the measurements of an EAT."""
    return _map(claims, _triples((state,)), profile)


def measurement_map(element: Element) -> dict[int, Any]:
    return {MVAL: element.values} if element.key is None else {MKEY: element.key, MVAL: element.values}


def _map(claims: Claims, triples: dict[int, Any], profile: str) -> dict[int, Any]:
    evidence_id = uuid(claims.evidence.sha256.hex())
    return {TRIPLES: triples, EVIDENCE_ID: evidence_id, PROFILE: Tag(corim.URI, profile)}


def _triples(each: tuple[State, ...]) -> dict[int, Any]:
    """What environments state, and the keys of each; every triple of keys is there once an environment."""
    triples: dict[int, list[Any]] = {
        EVIDENCE: [[one.environment, [measurement_map(element) for element in one.elements]] for one in each]
    }
    for state in each:
        for triple, keys in state.keys:
            triples.setdefault(triple, []).append([state.environment, list(keys)])
    return dict(triples)
