"""Arm PSA attestation tokens (RFC 9783, and PSA_IOT_PROFILE_1 before it)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evidence.registry import EvidenceType, Match, Reference, decoding, late
from evidence.types._builtin import built_in

if TYPE_CHECKING:  # loads decoders, which are for bytes that begin as tokens do
    from evidence.wire.decoded import Decoded

VERSIONS: Final = ("iot-1", "2.0.0", "rfc9783")
MESSAGES: Final = frozenset(b"\xd1\xd2\xd8\xd9")
"""What a tagged message begins with."""
PROFILES: Final = ((b":psa#tfm", "rfc9783"), (b"/psa/2.0.0", "2.0.0"))


def identify(source: Decoded) -> Match | None:
    """A signed or authenticated message by its profile, or by labels that only the older profile has."""
    from evidence.types._psa.recognise import recognise

    if not recognise(source, "psa"):
        return None
    return Match(next((version for mark, version in PROFILES if mark in source.data), "iot-1"))


IN_CCA: Final = "a row that CCA tokens share, which alone have the claim"
TYPE: Final = EvidenceType(
    **built_in("arm-psa", __name__, __file__),
    title="Arm PSA attestation token",
    aliases=("psa",),
    versions=VERSIONS,
    status="stable",
    change_controller="the maintainers of this library",
    references=(
        Reference("RFC 9783", "Arm's Platform Security Architecture (PSA) Attestation Token"),
        Reference("PSA_IOT_PROFILE_1", "draft-tschofenig-rats-psa-token, the profile before RFC 9783"),
        Reference("RFC 9711", "The Entity Attestation Token (EAT)"),
        Reference("RFC 9052", "CBOR Object Signing and Encryption (COSE)"),
    ),
    media_types=("application/psa-attestation-token", "application/eat+cwt"),
    content_types={"cose-sign1": "application/eat+cwt", "cose-mac0": "application/eat+cwt"},
    identify=decoding(identify, MESSAGES),
    tables=late(f"{__name__}.mapping:tables"),
    elsewhere={
        "token.profile -> /evidence/version": "the profile is the version; one that is not known is `other`",
        "token.protected -> /signatures/token/hash": "an algorithm that is not known names no hash",
    },
    corim=late(f"{__name__}.corim:profile"),
    unclaimed={"*.signature": "signature values stand in the native fields alone"},
    unobserved={
        "*/status/enum/withheld": "written on request alone, never by conversion",
        "countersigner_ids -> *": IN_CCA,
        "hash_algo_id -> *": IN_CCA,
        "live_firmware_activation -> *": IN_CCA,
        "token.no_software_measurements -> *": "1 is the only value there is",
    },
    inapplicable={
        "wrong-version": "an unknown profile is read by the claims that are known, and noted",
        "reserved-bytes": "there are none",
    },
)
