"""A type that has no steps here: its signatures by the caller's keys, or by certificates of the evidence that lead to an anchor.

And the facts that its bytes prove. A key that came with the evidence is not used: nothing would vouch for it.
"""

from __future__ import annotations

from evidence.convert import BUILTIN
from evidence.errors import EvidenceError
from evidence.registry import Signed
from evidence.verify.checks import bindings, chain
from evidence.verify.question import Outcome, Question, key_of
from evidence.verify.rules import may_sign
from evidence.verify.words import StepRefused
from evidence.wire import x509
from evidence.wire.x509 import X509Certificate


def steps(question: Question) -> Outcome:
    """The check of each signature, and of the chain that its key comes from."""
    outcome = Outcome(())
    for signed in question.piece.signed():
        one = _signature(question, signed)
        outcome = Outcome(
            (*outcome.checks, *one.checks),
            (*outcome.paths, *one.paths),
            (*outcome.not_checked, *one.not_checked),
        )
    return outcome._replace(checks=(*outcome.checks, *bindings(question.piece.claims.consistency)))


def _signature(question: Question, signed: Signed) -> Outcome:
    """By the caller's key, where there is one; else by the leaf of its certificates, the first of them.

    Whoever bears the name of a type of ours has no chain: anchors are trusted for a type by its name.
    """
    is_named_alike = question.piece.type.name in BUILTIN
    if question.keys_for(signed) or not signed.certificates or is_named_alike:
        return Outcome((question.signature(signed),))
    name = signed.name
    try:
        leaf, *helpers = [_certificate(question, path) for path in signed.certificates]
    except (EvidenceError, LookupError) as error:
        refused = StepRefused("bad-certificate", str(error))
        return Outcome((question.signature(signed), chain(name, refused, signed.by)))
    path = question.path(leaf, helpers, rule=may_sign)
    key = [key_of(leaf)] if path.reason is None else []
    check = question.signature(signed, key, (f"chain:{name}",))
    left = () if path.listed else (f"revocation:{name}",)
    return Outcome((check, chain(name, path)), (path,), left)


def _certificate(question: Question, path: str) -> X509Certificate:
    """A certificate of the evidence, by its path."""
    return x509.read(question.piece.certificate(path), "certificate")
