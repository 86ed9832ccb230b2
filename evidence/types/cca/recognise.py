"""Whether bytes are a CCA token, by as little of them as tells."""

from __future__ import annotations

from typing import Final

from evidence.errors import EvidenceError
from evidence.registry import Match
from evidence.types._psa.recognise import recognise
from evidence.types.cca.layout import PLATFORM, TAGS
from evidence.wire import cbor
from evidence.wire.decoded import Decoded

KEY: Final = b"\x19\xac\xca"
"""The label of a platform token, 44234, in its shortest form."""
PROFILES: Final = ((b"realm#2.0.0", "2024"), (b"realm#1.0.0", "2023"))


def match(source: Decoded) -> Match | None:
    """A collection by its tag, or by the key of its platform token; a platform token by its profile.

    The version of a collection is that of the realm's profile, as far as a look without decoding tells.
    """
    data = source.data
    try:
        start = cbor.begin(data)
        head = cbor.head(data, start)
    except EvidenceError:
        return None
    if head.major == 6 and head.argument in TAGS:
        return Match(_version(data), TAGS[head.argument])
    if head.major == 5 and KEY in data:
        return Match(_version(data), "untagged") if _has_platform(data, start) else None
    if recognise(source, "cca-platform"):
        return Match("legacy" if b"/CCA-SSD/" in data else "2023", "platform-token")
    return None


def _version(data: bytes) -> str:
    return next((version for mark, version in PROFILES if mark in data), "legacy")


def _has_platform(data: bytes, start: int) -> bool:
    """Whether a map has the key of a platform token, as far as it can be walked."""
    try:
        return any(entry.key == PLATFORM for entry in cbor.entries(data, start))
    except EvidenceError:
        return data[start + 1 : start + 4] == KEY
