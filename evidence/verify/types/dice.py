"""DICE chains in CBOR: the first certificate by a key of the caller, each other one by the key in the one before it.

The device's key comes with its chain, and nothing there vouches for it: it must be the caller's. A DPU signs with its
alias, whose certificates lead to an anchor. Sources: Open Profile for DICE; guest-components, nvidia-dpu.
"""

from __future__ import annotations

from typing import Final

from evidence.registry import Signed
from evidence.types._dice import oids
from evidence.types.dice.dpu import DpuEvidence
from evidence.types.dice.read import DiceChain
from evidence.verify.checks import Check, bindings, chain, failed
from evidence.verify.question import Outcome, Question, key_in, key_of
from evidence.verify.rules import DIGITAL_SIGNATURE, UNDERSTOOD, basic_constraints, has_usage
from evidence.verify.words import StepRefused
from evidence.wire.x509 import X509Certificate

DICE: Final = UNDERSTOOD | {*oids.LAYERS, *oids.MESSAGES, oids.UEID}
"""What is critical in certificates of DICE layers, and is read where layers are."""


def steps(question: Question) -> Outcome:
    """The signature of each certificate, then what ties them to each other; of a DPU that of its alias."""
    if isinstance(question.piece.native, DpuEvidence):
        return _dpu(question, question.piece.native)
    native: DiceChain = question.piece.native
    first, *others = question.piece.signed()
    checks = [_first(question, first, native)]
    for number, signed in enumerate(others):
        keys = [key_in(native.signer(number + 1), signed.alg)]
        checks.append(question.signature(signed, keys, (f"signature:dice-{number}",)))
    return Outcome((*checks, *bindings(question.piece.claims.consistency)))


def _dpu(question: Question, dpu: DpuEvidence) -> Outcome:
    """The signature over the caller's bytes, by the alias' certificate, which the device's certificate leads to an anchor."""
    (signed,) = question.piece.signed()
    if question.keys_for(signed):
        return Outcome((question.signature(signed),))
    device, alias = (one.certificate for one in dpu.certificates)
    path = question.path(alias, (device,), DICE, _may_sign)
    check = question.signature(signed, [key_of(alias)], (f"chain:{signed.by}",))
    return Outcome(
        (check, chain(signed.by, path)), (path,), () if path.listed else (f"revocation:{signed.by}",)
    )


def _may_sign(leaf: X509Certificate) -> None:
    if basic_constraints(leaf)[0] or not has_usage(leaf, DIGITAL_SIGNATURE):
        raise StepRefused("bad-certificate", f"{leaf.subject} is a CA, or may not sign")


def _first(question: Question, signed: Signed, native: DiceChain) -> Check:
    """By the caller's key, which the chain must begin with: else it names another device than the one that signed."""
    check = question.signature(signed)
    if check.status == "passed" and native.key is not None:
        trusted = question.keys_for(signed)
        if key_in(native.key, signed.alg) not in trusted:
            refused = StepRefused("refused-key", "the chain begins with a key that is not the caller's")
            return failed("signature", signed.name, signed.by, refused)
    return check
