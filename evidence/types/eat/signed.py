"""What is signed in a token: all of it, and the tokens nested in it."""

from __future__ import annotations

from evidence.input import Input
from evidence.registry import Signed
from evidence.types.eat.read import EatToken


def signed(token: EatToken, source: Input) -> tuple[Signed, ...]:
    """The signature of the token, then those of the tokens nested in it; none of what this library converted."""
    return () if token.converted else tuple(token.record.signatures)
