"""A token in normalized claims: `root` is the token's own environment, its submodules have their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from evidence.claims import Binding, Bytes
from evidence.input import Input
from evidence.registry import Body
from evidence.types import _coev
from evidence.types._eat import protection
from evidence.types._notes import note
from evidence.types.eat.read import ROOT, EatToken

RFC: Final = "rfc9711"
CONCISE: Final = "tcg-ce-1.0"
CONVERTED: Final = note(
    "converted",
    "/evidence",
    "claims that this library converted: whoever signed them signed no evidence of a platform",
)
COLLECTOR_NONCE: Final = "collector_nonce"
"""The fact of a carrier, and the binding that it becomes."""
UNSIGNED: Final = note("unsigned", "/evidence/protection", "nobody signed these claims")


def claims(token: EatToken, source: Input) -> Body:
    """The claims of a token; every role is `unspecified`: a token does not say what it is about."""
    content = token.content
    concise = isinstance(content, _coev.ConciseDocument)
    how = "none" if isinstance(content, _coev.ConciseDocument) or token.converted else protection(content)
    more = CONVERTED if token.converted else UNSIGNED
    body = token.record.body(
        version=CONCISE if concise else RFC,
        variant=content.form,
        size=token.size,
        protection=how,
        more=(more,) if how == "none" else (),
        converted=token.converted,
    )
    nonces = tuple(_collector_nonce(source))
    return replace(body, bindings=body.bindings + nonces) if nonces else body


def _collector_nonce(source: Input) -> Iterator[Binding]:
    """The nonce that a collector says it gave to the device, which nobody signed; that of the innermost record."""
    for carrier in reversed(source.carriers):
        if COLLECTOR_NONCE in carrier.facts:
            yield Binding(
                name=COLLECTOR_NONCE,
                role="context",
                declared="nonce",
                requested_by="unspecified",
                environment=ROOT,
                value=Bytes(bytes.fromhex(carrier.facts[COLLECTOR_NONCE])),
                origin="carrier",
            )
            return
