"""A message whose header brings certificates (x5chain, RFC 9360): they count only where they lead to an anchor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evidence.registry import Signed
from evidence.verify.checks import chain
from evidence.verify.question import Outcome, Question, key_of
from evidence.verify.rules import may_sign
from evidence.verify.words import StepRefused
from evidence.wire import cose, hashes, jose
from evidence.wire.x509 import X509Certificate

X5T_PARTS: Final = 2


def from_header(
    question: Question,
    signed: Signed,
    certificates: Sequence[object],
    message: cose.CoseMessage | jose.JoseToken | None,
) -> Outcome:
    """The check of a message by the caller's key, else by the leaf of its x5chain; what else a header says of keys is its word.

    The chain of a key that the caller has is not looked at.
    """
    if question.keys_for(signed) or not certificates or not isinstance(message, cose.CoseMessage):
        return Outcome((question.signature(signed),))
    name = "x5chain" if signed.name == "token" else f"{signed.name}/x5chain"
    readable = [one for one in certificates if isinstance(one, X509Certificate)]
    if len(readable) < len(certificates):
        refused = StepRefused("bad-certificate", "a certificate of the header cannot be read")
        return Outcome((question.signature(signed), chain(name, refused, signed.by)))
    leaf = readable[0]
    if not _is_stated(message, leaf):
        refused = StepRefused("bad-header", "x5t is of another certificate")
        return Outcome((question.signature(signed), chain(name, refused, signed.by)))
    path = question.path(leaf, readable, rule=may_sign)
    key = [key_of(leaf)] if path.reason is None else []
    check = question.signature(signed, key, (f"chain:{name}",))
    left = () if path.listed else (f"revocation:{name}",)
    return Outcome((check, chain(name, path)), (path,), left)


def _is_stated(message: cose.CoseMessage, leaf: X509Certificate) -> bool:
    """Whether x5t, where there is one, is the digest of the leaf."""
    stated = message.header.get(cose.X5T, message.unprotected.get(cose.X5T))
    if stated is None:
        return True
    if not isinstance(stated, tuple) or len(stated) != X5T_PARTS:
        return False
    digest = hashes.compute(hashes.name(stated[0]), leaf.der)
    return digest is not None and digest == stated[1]
