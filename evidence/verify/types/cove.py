"""RISC-V CoVE: a chain of tokens. The root of trust, whose key the caller has, signs the platform's; then each the next.

Source: the CoVE specification's attestation chapter, and its dialects (evidence/types/cove/SPEC.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evidence.types.cove.read import CoveEvidence
from evidence.verify.checks import Check, bindings
from evidence.verify.path import Path
from evidence.verify.question import Outcome, Question, key_in
from evidence.verify.types.headers import from_header

VOUCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "root-of-trust": (),
    "platform": ("signature:platform",),
    "tsm": ("signature:tsm",),
    "tvm": ("signature:tvm-key",),  # no such check: nothing vouches for the key of an older Shadowfax
}
"""Who signs, and what says that the key is theirs."""


def steps(question: Question) -> Outcome:
    """The signature of each token by the key in the one before it; the first needs the caller's."""
    native: CoveEvidence = question.piece.native
    checks: list[Check] = []
    paths: list[Path] = []
    left: list[str] = []
    for signed in question.piece.signed():
        token = native.token(signed.name)
        if signed.by == "root-of-trust" and token is not None:
            done = from_header(question, signed, (), token.message)
            checks += done.checks
            left += done.not_checked
            paths += done.paths
        else:
            checks.append(question.signature(signed, [key_in(signed.key, signed.alg)], VOUCHED[signed.by]))
    return Outcome((*checks, *bindings(question.piece.claims.consistency)), tuple(paths), tuple(left))
