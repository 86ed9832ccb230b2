"""Whose a bare token is: by its profile, and by the labels that only PSA_IOT_PROFILE_1 ever used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from evidence.errors import EvidenceError
from evidence.wire import cbor, cose
from evidence.wire.decoded import Decoded

Family = Literal["cca-platform", "psa"]
MARKS: Final[Mapping[Family, tuple[bytes, ...]]] = {
    "cca-platform": (b":cca_platform#", b"/CCA-SSD/"),
    "psa": (
        b"tag:psacertified.org,",
        b"http://arm.com/psa/",
        b"\x3a\x00\x01\x24\xf7",  # the labels -75000 …
        b"\x3a\x00\x01\x24\xf8",  # … -75001 …
        b"\x3a\x00\x01\x24\xfa",  # … and -75003
    ),
}
"""Bytes of which a token of either family has some: nothing else is worth decoding."""
EAT_PROFILE: Final = 265
IOT_PROFILE: Final = -75000
IOT_LABELS: Final = frozenset(range(-75010, -74999))
PRE_1_0: Final = 25000
"""The tag around the claims of platform tokens before CCA 1.0."""


def recognise(source: Decoded, expected: Family) -> bool:
    """Whether bytes begin with a COSE message of the family. Never raises.

    A message that cannot be read goes by its marks, so that its own type says what is wrong with it.
    """
    data = source.data
    if not _is_message(data) or not _has_marks(data, expected):
        return False
    try:
        claims = source.cbor(*source.cose(cbor.begin(data)).payload_span)
    except EvidenceError:
        return expected == "cca-platform" or not _has_marks(data, "cca-platform")
    if isinstance(claims, cbor.Tag) and claims.number == PRE_1_0:
        claims = claims.value
    return isinstance(claims, Mapping) and family(claims) == expected


def _has_marks(data: bytes, of: Family) -> bool:
    for mark in MARKS[of]:  # noqa: SIM110 (for each token: `any` of a generator takes three times as long)
        if mark in data:
            return True
    return False


def _is_message(data: bytes) -> bool:
    try:
        head = cbor.head(data, cbor.begin(data))
    except EvidenceError:
        return False
    return head.major == 6 and head.argument in cose.TAGS


def family(claims: Mapping[Any, Any]) -> Family | None:
    """The family of a map of claims."""
    profile = claims.get(EAT_PROFILE, claims.get(IOT_PROFILE))
    if isinstance(profile, str):
        if profile.startswith("http://arm.com/CCA-SSD/") or (
            profile.startswith("tag:arm.com,") and ":cca_platform#" in profile
        ):
            return "cca-platform"
        if profile.startswith(("tag:psacertified.org,", "http://arm.com/psa/")):
            return "psa"
    return None if IOT_LABELS.isdisjoint(claims) else "psa"
