"""A type that has no steps here: its signatures by the caller's keys alone, and the facts that its bytes prove."""

from __future__ import annotations

from evidence.verify.checks import bindings
from evidence.verify.question import Outcome, Question


def steps(question: Question) -> Outcome:
    """A key that came with the evidence is not used: nothing would vouch for it."""
    signatures = [question.signature(signed) for signed in question.piece.signed()]
    return Outcome((*signatures, *bindings(question.piece.claims.consistency)))
