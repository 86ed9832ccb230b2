"""Entity Attestation Tokens (RFC 9711) of any profile that has no type of its own: the only generic type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evidence.registry import EvidenceType, Match, Reference, decoding, late
from evidence.types._builtin import built_in

if TYPE_CHECKING:  # loads decoders, which are for bytes that begin as tokens do
    from evidence.wire.decoded import Decoded

FIRST: Final = frozenset(b"\x82\x84\xd1\xd2\xd8\xd9\xba\xbb{[e \t\r\n") | frozenset(range(0xA0, 0xBA))
"""How tokens begin: arrays and maps, tags, JSON, a compact JWS."""

_identify: Final = late(f"{__name__}.identify:identify")


def recognise(source: Decoded) -> Match | None:
    """Always `generic`: a type that knows the token's profile comes first."""
    match: Match | None = _identify(source)
    return match


TYPE: Final = EvidenceType(
    **built_in("eat", __name__, __file__),
    title="Entity Attestation Token",
    versions=("rfc9711", "tcg-ce-1.0"),
    status="stable",
    change_controller="the maintainers of this library",
    references=(
        Reference("RFC 9711", "The Entity Attestation Token (EAT)"),
        Reference("RFC 9782", "Entity Attestation Token (EAT) Media Types"),
        Reference("RFC 9781", "A CBOR Tag for Unprotected CWT Claims Sets (UCCS)"),
        Reference("RFC 8392", "CBOR Web Token (CWT)"),
        Reference("RFC 7519", "JSON Web Token (JWT)"),
        Reference("RFC 7515", "JSON Web Signature (JWS)"),
        Reference("RFC 9052", "CBOR Object Signing and Encryption (COSE): Structures and Process"),
        Reference("TCG Concise Evidence", "DICE Concise Evidence Binding for SPDM, 1.0"),
        Reference("draft-ietf-rats-corim", "Concise Reference Integrity Manifest"),
        Reference("draft-ietf-rats-eat-measured-component", "EAT Measured Component"),
        Reference("RFC 9999", "RATS Conceptual Messages Wrapper (CMW)"),
        Reference("draft-poirier-rats-eat-da", "Device Assignment Token (DAT)"),
        Reference("draft-ietf-rats-ear", "EAT Attestation Results"),
    ),
    media_types=(
        "application/eat+cwt",
        "application/eat+jwt",
        "application/eat-bun+cbor",
        "application/eat-bun+json",
        "application/eat-ucs+cbor",
        "application/eat-ucs+json",
        "application/cwt",
        "application/jwt",
        "application/uccs+cbor",
        "application/ce+cbor",
        "application/toc+cbor",
    ),
    content_types={
        "cwt": "application/eat+cwt",
        "cose-sign1": "application/eat+cwt",
        "cose-mac0": "application/eat+cwt",
        "jwt": "application/eat+jwt",
        "bundle-cbor": "application/eat-bun+cbor",
        "bundle-json": "application/eat-bun+json",
        "claims-set-cbor": "application/eat-ucs+cbor",
        "claims-set-json": "application/eat-ucs+json",
        "uccs": "application/uccs+cbor",
        "concise-evidence": "application/ce+cbor",
        "spdm-toc": "application/toc+cbor",
    },
    catch_all=True,
    identify=decoding(recognise, FIRST),
    elsewhere={
        "266/*/265 -> /signatures/*": "a device's signature is one under the profile of a device alone",
        "266/*/3807/1 -> /signatures/*": "the signature of a device goes by its slot",
        "266/*/3802/signature/1 -> /signatures/*": "the same",
        "*.label -> /signatures/*": "a signature goes by the name of its submodule",
        "* -> /environments/root~1measurements~*": "what concise evidence says of one environment stands together",
        "manifests/1/0 -> /environments/root/manifests/manifest-1/raw": "a content format decides how its content is written",
    },
    unobserved={
        "*3806 -> */identifiers/device_id": "the first bytes, which are the vendor's, are changed",
        **dict.fromkeys(
            (
                *("*/device/properties/debug/enum/[de]*", "*/device/properties/detached"),
                *("*/device/properties/ke*", "*/device/properties/s*", "*/device/properties/ver*"),
                "*/device/properties/identifiers/items/properties/scope/enum/[bdi]*",
                "*/device/properties/identifiers/items/properties/status/enum/not-populated",
                "*/device/properties/identifiers/items/optional/value",
                "*/device/properties/measurements/items/properties/form/enum/extended",
                "*/device/properties/measurements/items/properties/subject/enum/unspecified",
                "*/device/properties/measurements/items/properties/phase/enum/runtime",
                "*/device/properties/measurements/items/optional/index",
            ),
            "a token about a device may have every claim of a token, which `unspecified` shows",
        ),
        "*/code/enum/converted": "only where the caller unwraps what this library wrote",
        "0/266/*.label -> *": "the bundle has a claims set of the same name: without it, it is refused",
        "*dbgstat -> *": "in JSON a word: no change of a bit makes it another one",
        "intuse -> *": "the same",
    },
    unclaimed={"*.signature": "signature values stand in the native fields alone"},
    inapplicable={
        "wrong-version": "a token has no version: its profile says what it follows, and any profile is read",
        "reserved-bytes": "no part is reserved",
    },
)
