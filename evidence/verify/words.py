"""The words of a verification: kinds of checks, their outcomes, and why one did not pass.

`schemas/verification.schema.json` is made from these and from the shapes in `document`.
"""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["signature", "binding", "chain"]
Status = Literal["passed", "failed", "not-possible"]
Reason = Literal[
    "bad-signature",
    "no-key",
    "unsigned",
    "refused-key",
    "unsupported-algorithm",
    "refused-algorithm",
    "no-algorithm",
    "bad-header",
    "refused-crit",
    "detached",
    "incomplete",
    "untrusted-root",
    "bad-certificate",
    "bad-issuer",
    "not-a-pck",
    "expired",
    "not-yet-valid",
    "revoked",
    "bad-crl",
    "stale-crl",
    "too-many",
    "differs",
    "not-computable",
]
Verdict = Literal["verified", "not-verified"]

REASONS: Final[dict[Reason, str]] = {
    "bad-signature": "The signature is not of this message by this key.",
    "no-key": "Nobody has given the key, and the evidence does not hold it.",
    "unsigned": "There is no signature to check.",
    "refused-key": "The key is of a kind or size that is not taken, or its point is not on its curve.",
    "unsupported-algorithm": "The algorithm is known, and cannot be checked here.",
    "refused-algorithm": "The algorithm is too weak, or not one that this type of evidence may be signed with.",
    "no-algorithm": "Nothing that is signed names the algorithm.",
    "bad-header": "The headers of a token contradict each other.",
    "refused-crit": "A token has a critical header that is not understood here.",
    "detached": "A token has no payload, and nobody has given it.",
    "incomplete": "A part of what was signed, or of the chain, is not at hand.",
    "untrusted-root": "The chain ends in a root that the caller does not trust.",
    "bad-certificate": "A certificate breaks the rules of its kind, or cannot be read.",
    "bad-issuer": "A certificate was issued by one that may not issue.",
    "not-a-pck": "The certificate that should be the platform's is none.",
    "expired": "A certificate is no longer valid at the time of the verification.",
    "not-yet-valid": "A certificate is not yet valid at the time of the verification.",
    "revoked": "A revocation list names a certificate of the chain.",
    "bad-crl": "A revocation list is not signed by whom it is of, or cannot be read.",
    "stale-crl": "A revocation list is older than it says that it may be.",
    "too-many": "More paths, or signatures, than are tried.",
    "differs": "Two values that must be the same are not.",
    "not-computable": "Something that is needed to compare is not at hand, or its algorithm is not known here.",
}
"""Why a check did not pass, a sentence each."""

NOT_POSSIBLE: Final[frozenset[Reason]] = frozenset(
    {"no-key", "unsigned", "unsupported-algorithm", "not-computable"}
)
"""Reasons for which nobody could tell; every other one is a fault."""


class StepRefused(Exception):
    """A step that does not pass, and why."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason: Final = reason
        self.detail: Final = detail
