"""A type that has no steps here: its signatures by the caller's keys alone, and the facts that its bytes prove."""

from __future__ import annotations

from evidence.verify.case import Case, Outcome
from evidence.verify.checks import bindings


def steps(case: Case) -> Outcome:
    """A key that came with the evidence is not used: nothing would vouch for it."""
    signatures = [case.signature(signed) for signed in case.piece.signed()]
    return Outcome((*signatures, *bindings(case.piece.claims.consistency)))
