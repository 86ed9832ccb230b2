"""A token in normalized claims: `root` is the token's own environment, its submodules have their own."""

from __future__ import annotations

from typing import Final

from evidence.input import Input
from evidence.registry import Body
from evidence.types import _coev
from evidence.types._eat import protection
from evidence.types._notes import note
from evidence.types.eat.read import EatToken

RFC: Final = "rfc9711"
CONCISE: Final = "tcg-ce-1.0"
CONVERTED: Final = note(
    "converted",
    "/evidence",
    "claims that this library converted: whoever signed them signed no evidence of a platform",
)
UNSIGNED: Final = note("unsigned", "/evidence/protection", "nobody signed these claims")


def claims(token: EatToken, source: Input) -> Body:
    """The claims of a token; every role is `unspecified`: a token does not say what it is about."""
    content = token.content
    concise = isinstance(content, _coev.ConciseDocument)
    how = "none" if isinstance(content, _coev.ConciseDocument) or token.converted else protection(content)
    more = CONVERTED if token.converted else UNSIGNED
    return token.record.body(
        version=CONCISE if concise else RFC,
        variant=content.form,
        size=token.size,
        protection=how,
        more=(more,) if how == "none" else (),
        converted=token.converted,
    )
