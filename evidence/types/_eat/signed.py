"""What protects a token: its signature or MAC, what it covers, and what the headers say."""

from __future__ import annotations

from typing import Final

from evidence.registry import Signed
from evidence.types._eat import device
from evidence.types._eat.native import Bundle, ClaimsSet, DetachedDigest, Token
from evidence.types._recorder import Layer
from evidence.wire import cose, jose
from evidence.words import Protection

SIGNER: Final = "attester"


def signature(
    message: cose.CoseMessage | jose.JoseToken,
    layer: Layer,
    name: str,
    environment: str,
    certificates: tuple[str, ...] = (),
) -> Signed:
    """The signature or MAC of a message in a layer; `certificates` are the paths of those in its header.

    `covers` are offsets of the evidence: for a token in a decoded layer, the range that was decoded.
    """
    algorithm = message.algorithm
    return Signed(
        name=name,
        by=SIGNER,
        alg=algorithm.name if algorithm else None,
        hash=algorithm.hash if algorithm else None,
        encoding=algorithm.encoding if algorithm else None,
        construct="jws" if isinstance(message, jose.JoseToken) else cose.CONSTRUCT[message.kind],
        covers=_covers(layer, message.covers),
        value=message.signature,
        message=_message(layer, message),
        certificates=certificates,
        environment=environment,
    )


def _covers(layer: Layer, spans: tuple[cose.Span, ...]) -> tuple[tuple[int, int], ...]:
    if layer.outer is not None:
        return (layer.outer,)
    return tuple((span.start, span.end) for span in spans if span.start < span.end)


def _message(layer: Layer, message: cose.CoseMessage | jose.JoseToken) -> bytes:
    if isinstance(message, jose.JoseToken):
        ((start, end),) = message.covers
        return layer.data[start:end]
    return message.message()


def protection(token: Token | Bundle | ClaimsSet) -> Protection:
    """How much of a token is protected: a bundle's detached claims are not, a nested token may be alone."""
    if isinstance(token, Bundle):
        return "none" if token.token.message is None and not _nested(token.token.claims) else "partly-signed"
    message = token.message if isinstance(token, Token) else None
    claims = token.claims if isinstance(token, Token) else token
    if message is None:
        return "partly-signed" if _nested(claims) else "none"
    return "mac" if message.is_mac else "signed"


def _nested(claims: ClaimsSet) -> bool:
    """Whether some submodule is a protected token, or a device has signed something of its own."""
    if claims.device is not None and device.is_signed(claims.device):
        return True
    return any(
        not isinstance(inner.content, DetachedDigest) and protection(inner.content) != "none"
        for inner in claims.submods
    )
