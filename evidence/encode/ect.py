"""Environment-claim tuples: how a verifier of CoRIM holds evidence inside. Never with an authority: nobody vouches.

Source: draft-ietf-rats-corim, 8.2.1. Only tuples with an authority are evidence there (Evidence-addition-ECT), so what is
not verified cannot be taken for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from evidence.claims import Claims
from evidence.corim import Profile
from evidence.encode.elements import Element
from evidence.encode.states import states
from evidence.encode.vendor import parts
from evidence.encode.written import Written
from evidence.wire import cbor, corim
from evidence.wire.cbor import Tag

OF_EVIDENCE: Final = 2
"""The type of conceptual message."""
KEY_TYPES: Final = {5: 0, 1: 1}
"""By the number of the triple: a key that attests, one that names."""


def to_ects(claims: Claims, profile: Profile | None = None) -> Written:
    """The document as an array of tuples: one an environment, then what each depends on, then their keys.

    `UsageError` where there is nothing to write.
    """
    if profile is not None:
        made, losses = parts(claims, profile)
        each = [_evidence(part.environment, part.elements, part.profile) for part in made]
        return Written(cbor.dumps(each), losses)
    statements = states(claims)
    ours = {"profile": Tag(corim.URI, corim.UNVERIFIED)}
    tuples = [_evidence(state.environment, state.elements, corim.UNVERIFIED) for state in statements.states]
    tuples += [
        {**ours, "environment": state.environment, "trustees": [other.environment for other in others]}
        for state, others in statements.dependencies()
    ]
    tuples += [
        {
            **ours,
            "environment": state.environment,
            "key-list": list(keys),
            "key-type": KEY_TYPES[triple],
        }
        for state in statements.states
        for triple, keys in state.keys
    ]
    return Written(cbor.dumps(tuples), statements.losses)


def _evidence(environment: Any, elements: Iterable[Element], profile: str) -> dict[str, Any]:
    return {
        "environment": environment,
        "element-list": [
            {"element-claims": one.values}
            if one.key is None
            else {"element-id": one.key, "element-claims": one.values}
            for one in elements
        ],
        "cmtype": OF_EVIDENCE,
        "profile": Tag(corim.URI, profile),
    }
