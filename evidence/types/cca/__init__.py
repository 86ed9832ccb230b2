"""Arm CCA attestation tokens (DEN0137, A7.2): a realm's claims, its platform's, and its devices'."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from evidence.errors import EvidenceError
from evidence.files import shared
from evidence.registry import EvidenceType, Match, Reference, late
from evidence.types._psa.recognise import begin, recognise
from evidence.wire import cbor

VERSIONS: Final = ("pre-1.0", "legacy", "2023", "2024", "2025")
TAGS: Final = {399: "tag-399", 907: "tag-907"}
PLATFORM_TOKEN: Final = 44234
KEY: Final = b"\x19\xac\xca"
"""44234 in its shortest form."""
PROFILES: Final = ((b"realm#2.0.0", "2024"), (b"realm#1.0.0", "2023"))


def identify(data: bytes) -> Match | None:
    """A collection by its tag, or by the key of its platform token; a platform token by its profile.

    The version of a collection is that of the realm's profile, as far as a look without decoding tells.
    Bare claim sets are nobody's until somebody says what they are.
    """
    if not data or data[0] < 0xA0 or data[0] > 0xDB:
        return None
    try:
        start = begin(data)
        head = cbor.head(data, start)
    except EvidenceError:
        return None
    if head.major == 6 and head.argument in TAGS:
        return Match(_version(data), TAGS[head.argument])
    if head.major == 5 and KEY in data:
        return Match(_version(data), "untagged") if _has_platform(data, start) else None
    if recognise(data) == "cca-platform":
        return Match("legacy" if b"/CCA-SSD/" in data else "2023", "platform-token")
    return None


def _version(data: bytes) -> str:
    return next((version for mark, version in PROFILES if mark in data), "legacy")


def _has_platform(data: bytes, start: int) -> bool:
    """Whether a map has the key of a platform token, as far as it can be walked."""
    try:
        return any(entry.key == PLATFORM_TOKEN for entry in cbor.entries(data, start))
    except EvidenceError:
        return data[start + 1 : start + 4] == KEY


TYPE: Final = EvidenceType(
    name="arm-cca",
    title="Arm CCA attestation token",
    versions=VERSIONS,
    status="stable",
    change_controller="the maintainers of this library",
    references=(
        Reference("DEN0137", "Realm Management Monitor specification, A7.2 Realm attestation"),
        Reference(
            "draft-ffm-rats-cca-token",
            "Arm's Confidential Computing Architecture Reference Attestation Token",
        ),
        Reference("RFC 9783", "Arm's Platform Security Architecture (PSA) Attestation Token"),
        Reference("RFC 9052", "CBOR Object Signing and Encryption (COSE)"),
        Reference("RFC 9999", "RATS Conceptual Messages Wrapper (CMW)"),
    ),
    providers=("arm_cca_guest",),
    identify=identify,
    read=late(f"{__name__}.read:read"),
    claims=late(f"{__name__}.claims:claims"),
    signed=late(f"{__name__}.signed:signed"),
    sources=late(f"{__name__}.places:sources"),
    unclaimed={"*.signature": "signature values stand in the native fields alone"},
    unobserved={"*/status/enum/withheld": "written on request alone, never by conversion"},
    inapplicable={
        "wrong-magic": "a token that begins with another tag is not taken for one",
        "wrong-version": "an unknown profile is read by the claims that are known, and noted",
        "reserved-bytes": "there are none",
    },
    schema=shared("schemas") / "arm-cca.schema.json",
    fixtures=shared("fixtures") / "arm-cca",
    released=shared("schemas") / "released" / "arm-cca.schema.json",
    spec=Path(__file__).with_name("SPEC.md"),
)
