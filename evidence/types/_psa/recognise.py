"""Whose a bare token is: by its profile, and by the labels that only PSA_IOT_PROFILE_1 ever used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from evidence.errors import EvidenceError
from evidence.wire import cbor, cose

Family = Literal["cca-platform", "psa"]
MARKS: Final[tuple[tuple[bytes, Family], ...]] = (
    (b":cca_platform#", "cca-platform"),
    (b"/CCA-SSD/", "cca-platform"),
    (b"tag:psacertified.org,", "psa"),
    (b"http://arm.com/psa/", "psa"),
    (b"\x3a\x00\x01\x24\xf7", "psa"),  # the labels -75000 …
    (b"\x3a\x00\x01\x24\xf8", "psa"),  # … -75001 …
    (b"\x3a\x00\x01\x24\xfa", "psa"),  # … and -75003
)
"""Bytes of which a token of either family has some: nothing else is worth decoding."""
SELF_DESCRIBED: Final = 55799
"""RFC 8949, section 3.4.6: says that this is CBOR, and nothing else."""
EAT_PROFILE: Final = 265
IOT_PROFILE: Final = -75000
IOT_LABELS: Final = range(-75010, -74999)
PRE_1_0: Final = 25000
"""The tag around the claims of platform tokens before CCA 1.0."""


def begin(data: bytes) -> int:
    """Where the evidence begins behind the tag that only says "this is CBOR"."""
    head = cbor.head(data, 0)
    return head.end if (head.major, head.argument) == (6, SELF_DESCRIBED) else 0


def recognise(data: bytes) -> Family | None:
    """The family of the COSE message that `data` begins with; None if it is of neither.

    A message that cannot be read goes by its marks, so that its own type says what is wrong with it.
    Never raises.
    """
    if data[:1] not in {b"\xd1", b"\xd2", b"\xd8", b"\xd9"}:
        return None
    mark = next((family for mark, family in MARKS if mark in data), None)
    if mark is None:
        return None
    try:
        start = begin(data)
        message = cose.read(data, "token", start)
        claims = cbor.loads(message.payload)
    except EvidenceError:
        return mark if _is_message(data) else None
    if isinstance(claims, cbor.Tag) and claims.number == PRE_1_0:
        claims = claims.value
    return family(claims) if message.tagged and isinstance(claims, Mapping) else None


def _is_message(data: bytes) -> bool:
    try:
        head = cbor.head(data, begin(data))
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
    return "psa" if any(label in claims for label in IOT_LABELS) else None
