"""DICE chains in CBOR: the first certificate by a key of the caller, each other one by the key in the one before it.

The device's key comes with its chain, and nothing there vouches for it: it must be the caller's. Source: Open Profile
for DICE.
"""

from __future__ import annotations

from evidence.registry import Signed
from evidence.types.dice.read import DiceChain
from evidence.verify.checks import Check, bindings, failed
from evidence.verify.question import Outcome, Question, key_in
from evidence.verify.words import StepRefused


def steps(question: Question) -> Outcome:
    """The signature of each certificate, then what ties them to each other."""
    native: DiceChain = question.piece.native
    first, *others = question.piece.signed()
    checks = [_first(question, first, native)]
    for number, signed in enumerate(others):
        keys = [key_in(native.signer(number + 1), signed.alg)]
        checks.append(question.signature(signed, keys, (f"signature:dice-{number}",)))
    return Outcome((*checks, *bindings(question.piece.claims.consistency)))


def _first(question: Question, signed: Signed, chain: DiceChain) -> Check:
    """By the caller's key, which the chain must begin with: else it names another device than the one that signed."""
    check = question.signature(signed)
    if check.status == "passed" and chain.key is not None:
        trusted = question.keys_for(signed)
        if key_in(chain.key, signed.alg) not in trusted:
            refused = StepRefused("refused-key", "the chain begins with a key that is not the caller's")
            return failed("signature", signed.name, signed.by, refused)
    return check
