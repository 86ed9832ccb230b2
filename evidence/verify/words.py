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

NOT_POSSIBLE: Final[frozenset[Reason]] = frozenset(
    {"no-key", "unsigned", "unsupported-algorithm", "not-computable"}
)
"""Reasons for which nobody could tell; every other one is a fault."""


class Refused(Exception):
    """A step that does not pass, and why."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason: Final = reason
        self.detail: Final = detail
