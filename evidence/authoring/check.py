"""A claims document against the schema of its type; never in the hot path."""

from __future__ import annotations

import msgspec

from evidence.authoring.schema import TypeSchema
from evidence.claims import Claims
from evidence.encode.json import to_json
from evidence.errors import ConstraintViolation
from evidence.registry import EvidenceType


def misfit(kind: EvidenceType, claims: Claims) -> ConstraintViolation | None:
    """The first way in which the claims do not fit the schema of `kind`, if there is one."""
    if kind.schema is None:
        return None
    document = msgspec.json.decode(to_json(claims))
    for refusal in TypeSchema(kind.schema).refusals(document):
        return ConstraintViolation(
            what="claims document",
            path=refusal.path,
            got=refusal.reason,
            allowed=f"what the schema of {kind.name} says",
        )
    return None
