"""Verification of authenticity: whether these claims were really said, by which key, and which of them exactly.

A step of its own, with a document of its own. Conversion never looks at a signature; here nothing is converted.
`verify(piece, trust=…, at=…)` gives a report of every signature, binding and chain; `report.require()` gives a
`Verified` or raises `NotVerified`. It says nothing about whether the measurements are good.
"""

from evidence.errors import NotVerified
from evidence.verify.checks import Check
from evidence.verify.report import VerificationReport, Verified
from evidence.verify.run import verify
from evidence.verify.trust import Trust

__all__ = ("Check", "NotVerified", "Trust", "VerificationReport", "Verified", "verify")
