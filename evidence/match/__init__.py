"""Which field of evidence holds what somebody has: a nonce, a key, a document, or a digest of one.

Pure: a piece of evidence and candidates give a report. Nothing else of the library knows this room.
"""

from evidence.match.candidate import Candidate
from evidence.match.report import match

__all__ = ("Candidate", "match")
