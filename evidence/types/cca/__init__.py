"""Arm CCA attestation tokens (DEN0137, A7.2): a realm's claims, its platform's, and its devices'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evidence.registry import EvidenceType, Match, Reference, decoding, late
from evidence.types._builtin import built_in

if TYPE_CHECKING:  # loads decoders, which are for bytes that begin as tokens do
    from evidence.wire.decoded import Decoded

VERSIONS: Final = ("pre-1.0", "legacy", "2023", "2024", "2025")
FIRST: Final = frozenset(range(0xA0, 0xDC))
"""What a map or a tag begins with."""


def identify(source: Decoded) -> Match | None:
    """A collection by its tag or its keys, a platform token by its profile.

    Bare claim sets are nobody's until somebody says what they are.
    """
    from evidence.types.cca.recognise import match

    return match(source)


HASH: Final = "the hash of every digest that names none itself"
ARRAY: Final = "an array: each item in it becomes claims of its own"
TYPE: Final = EvidenceType(
    **built_in("arm-cca", __name__, __file__),
    title="Arm CCA attestation token",
    aliases=("cca",),
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
    media_types=("application/eat+cwt",),
    identify=decoding(identify, FIRST),
    tables=late(f"{__name__}.mapping:tables"),
    workload="sometimes",
    elsewhere={
        "*.profile -> /evidence/version": "the profile is the version; one that is not known is `other`",
        "platform.profile -> /environments/platform/measurements/*/form": "the profile says how software is measured",
        "*.hash_algo_id -> */digests/0/*": HASH,
        "*.hash_algo_id -> /bindings/devices_token_hash/alg": HASH,
        "realm.public_key_hash_algo_id -> /bindings/platform_challenge/alg": "how the realm's key is bound",
        "*.protected -> /signatures/*/hash": "an algorithm that is not known names no hash",
    },
    corim=late(f"{__name__}.corim:profile"),
    unclaimed={
        "*.signature": "signature values stand in the native fields alone",
        "entry.*.indicator": "it must say that this is evidence; what else a CMW record says it is, is no claim",
        "platform.extension": ARRAY,
        "platform.tbb_rotpk": ARRAY,
        "devices.devices": ARRAY,
    },
    unobserved={
        "*/status/enum/withheld": "written on request alone, never by conversion",
        "platform.extension-0.device_type -> *": "each change of its text makes it one that is refused",
        "measurement_description -> *": "a row that PSA tokens share, which alone have the claim",
        "realm.early_mec_policy -> *": "one of two words: no change of a bit makes one the other",
    },
    inapplicable={
        "wrong-version": "an unknown profile is read by the claims that are known, and noted",
        "reserved-bytes": "there are none",
    },
)
