"""A token in normalized claims: `root` is the token's own environment, its submodules have their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.claims import Note
from evidence.input import Input
from evidence.registry import Body, Signed, Source
from evidence.types import _coev
from evidence.types._eat import protection
from evidence.types.eat.read import Evidence

RFC: Final = "rfc9711"
CONCISE: Final = "tcg-ce-1.0"
CONVERTED: Final = Note(
    code="converted",
    path="/evidence",
    detail="claims that this library converted: whoever signed them signed no evidence of a platform",
)


def claims(evidence: Evidence, given: Input) -> Body:
    """The claims of a token; every role is `unspecified`: a token does not say what it is about."""
    content, stated = evidence.content, evidence.stated
    concise = isinstance(content, _coev.Document)
    how = "none" if isinstance(content, _coev.Document) or evidence.converted else protection(content)
    unsigned = Note(code="unsigned", path="/evidence/protection", detail="nobody signed these claims")
    return Body(
        version=CONCISE if concise else RFC,
        variant=content.form,
        size=evidence.size,
        protection=how,
        environments=stated.environments,
        bindings=stated.bindings,
        consistency=stated.consistency,
        certificates=stated.certificates,
        notes=(*stated.notes, *([CONVERTED] if evidence.converted else [unsigned] if how == "none" else [])),
        converted=evidence.converted,
    )


def signed(evidence: Evidence, given: Input) -> tuple[Signed, ...]:
    """The signature of the token, then those of the tokens nested in it."""
    return () if evidence.converted else evidence.stated.signatures


def sources(evidence: Evidence, given: Input) -> Iterator[Source]:
    """Every claim, where it lies."""
    return evidence.stated.sources()
