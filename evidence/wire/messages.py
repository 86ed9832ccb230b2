"""RATS messages that are not evidence, told by their content: results above all, then what verifiers are fed with.

An attestation result is a verifier's word about evidence. It looks like an attestation token, claim
names and all, and to take it for evidence would make the verifier's word the device's. So every
mark by which one may be known counts, whatever else the token holds.

Sources: draft-ietf-rats-ear and draft-ietf-rats-ar4si (EAR); the documentation and the public tokens of
Azure Attestation, Intel Trust Authority, Google Confidential Computing, NVIDIA NRAS and Confidential
Containers; draft-ietf-rats-corim, RFC 9393 (CoSWID), the collateral of Intel's provisioning service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from evidence.wire import content_formats, corim

Claims = Mapping[Any, Any]


class MarkedResult(NamedTuple):
    """The marks of one kind of result: names of claims, how names begin, how issuers and profiles read."""

    kind: str
    names: frozenset[object] = frozenset()
    prefixes: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


RESULTS: Final = (
    MarkedResult(corim.CONVERTED, profiles=(corim.OURS,)),
    MarkedResult(
        "an EAR attestation result",
        names=frozenset({1000, 1001, 1002, 1003, 1004}),
        prefixes=("ear.", "ear_"),
        profiles=("tag:ietf.org,2026:rats/ear", "tag:github.com,2023:veraison/ear"),
    ),
    MarkedResult(
        "an attestation result of Confidential Containers",
        names=frozenset({"tcb-status", "evaluation-reports"}),
        issuers=("CoCo-Attestation-Service",),
        profiles=("tag:github.com,2024:confidential-containers",),
    ),
    MarkedResult(
        "an attestation result of Azure Attestation",
        names=frozenset({"maa-ehd", "aas-ehd", "maa-attestationcollateral"}),
        prefixes=("x-ms-",),
        issuers=(".attest.azure.net",),
    ),
    MarkedResult(
        "an attestation result of Intel Trust Authority",
        names=frozenset({"policy_ids_matched", "policy_ids_unmatched", "verifier_instance_ids"}),
        prefixes=("amber_", "attester_", "policy_defined_"),
        issuers=("Intel Trust Authority", "trustauthority.intel.com", "AS Attestation Token Issuer"),
        profiles=("https://portal.trustauthority.intel.com",),
    ),
    MarkedResult(
        "an attestation verification report of Intel's service for EPID",
        names=frozenset({"isvEnclaveQuoteStatus", "isvEnclaveQuoteBody"}),
    ),
    MarkedResult(
        "an attestation result of Google Confidential Computing",
        names=frozenset({"google_service_accounts"}),
        issuers=("confidentialcomputing.googleapis.com",),
        profiles=("https://cloud.google.com/confidential-computing",),
    ),
    MarkedResult(
        "an attestation result of NVIDIA",
        prefixes=("x-nvidia-",),
        issuers=("nras.attestation", "LOCAL_GPU_VERIFIER", "LOCAL_SWITCH_VERIFIER", "NV-Attestation-SDK"),
    ),
    MarkedResult(
        "an AR4SI attestation result",
        names=frozenset({"appraisal-policy-id", "trustworthiness-vector"}),
        prefixes=("veraison.",),
    ),
)
OURS: Final = {
    "evidence-claims/1": "a claims document of this library",
    "evidence-verification/1": "a verification document of this library",
}

TAGS: Final = {
    500: "a CoRIM (reference values and endorsements)",
    501: "a CoRIM (reference values and endorsements)",
    502: "a signed CoRIM (reference values and endorsements)",
    505: "a CoSWID (a software tag)",
    506: "a CoMID (reference values)",
    508: "a CoTL (a list of reference values)",
    0x53574944: "a CoSWID (a software tag)",
    16: "an encrypted token (COSE_Encrypt0)",
    96: "an encrypted token (COSE_Encrypt)",
}
MEDIA_TYPES: Final = {
    "application/rim+cbor": TAGS[501],
    "application/rim+cose": TAGS[502],
    "application/corim+cbor": TAGS[501],
    "application/corim-unsigned+cbor": TAGS[501],
    "application/corim-signed+cbor": TAGS[502],
    "application/signed-corim+cbor": TAGS[502],
    "application/swid+cbor": TAGS[505],
    "application/swid+xml": "a SWID (a software tag)",
    "application/ear+cbor": RESULTS[0].kind,
    "application/ear+json": RESULTS[0].kind,
    "application/ear+cwt": RESULTS[0].kind,
    "application/ear+jwt": RESULTS[0].kind,
}
"""Media types, and content types of COSE messages, of what is no evidence."""
COMPONENT: Final = "a measured component (part of an EAT's measurements)"
PARTS: Final = frozenset({"digested-measurement", "raw-measurement"})
COLLATERAL: Final = {"tcbInfo": "TCB information", "enclaveIdentity": "an enclave identity"}


def result(claims: Claims) -> str | None:
    """The kind of attestation result that a claims set is, submodules looked at as well; None if it is none."""
    ours = claims.get("schema")
    if isinstance(ours, str) and ours in OURS:
        return OURS[ours]
    if (kind := _flat(claims)) is not None:
        return kind
    submods = claims.get("submods", claims.get(266))
    for inner in submods.values() if isinstance(submods, Mapping) else ():
        if isinstance(inner, Mapping) and (kind := _flat(inner)) is not None:
            return kind
    return None


NAMES: Final = frozenset[object]().union(*(known.names for known in RESULTS))
PREFIXES: Final = tuple(prefix for known in RESULTS for prefix in known.prefixes)
ISSUERS: Final = tuple(mark for known in RESULTS for mark in known.issuers)
PROFILES: Final = tuple(profile for known in RESULTS for profile in known.profiles)
"""The marks of all kinds together: most claims have none of them, and no kind need be asked."""


def _flat(claims: Claims) -> str | None:
    """The kind of result that one map of claims is."""
    issuer, profile = claims.get("iss", claims.get(1)), claims.get("eat_profile", claims.get(265))
    if (
        NAMES.isdisjoint(claims)
        and not any(name.__class__ is str and name.startswith(PREFIXES) for name in claims)
        and not (issuer.__class__ is str and any(mark in issuer for mark in ISSUERS))
        and not (profile.__class__ is str and profile.startswith(PROFILES))
    ):
        return None
    return next((known.kind for known in RESULTS if _is(claims, known)), None)


def _is(claims: Claims, known: MarkedResult) -> bool:
    if not known.names.isdisjoint(claims):
        return True
    if known.prefixes and any(name.__class__ is str and name.startswith(known.prefixes) for name in claims):
        return True
    issuer, profile = claims.get("iss", claims.get(1)), claims.get("eat_profile", claims.get(265))
    if isinstance(issuer, str) and any(mark in issuer for mark in known.issuers):
        return True
    return bool(known.profiles) and isinstance(profile, str) and profile.startswith(known.profiles)


def json_object(document: Claims) -> str | None:
    """The kind of message that a JSON object is, if it is one of those that are no evidence."""
    if not PARTS.isdisjoint(document):
        return COMPONENT
    for name, words in COLLATERAL.items():
        if isinstance(document.get(name), Mapping) and "signature" in document:
            return f"collateral of Intel SGX and TDX ({words})"
    return None


def tag(number: int) -> str | None:
    """The kind of message that a CBOR tag stands for, if it is one of those that are no evidence."""
    return TAGS.get(number)


def media_type(name: object) -> str | None:
    """The kind of message that a media type stands for, if it is one of those that are no evidence."""
    return MEDIA_TYPES.get(content_formats.bare(name)) if isinstance(name, str) else None


def bare_map(value: Claims) -> str | None:
    """The kind of message that an untagged CBOR map is, if it is one of those that are no evidence.

    CoMID: an identity map at 1 and triples at 4. CoSWID: a tag id at 0, a name at 1, a tag version at 12.
    A measured component is part of an EAT's measurements, and alone it says of nobody what it is part of.
    """
    identity, second = value.get(1), value.get(2)
    if isinstance(identity, Mapping) and isinstance(value.get(4), Mapping):
        return TAGS[506]
    if isinstance(value.get(0), str | bytes) and value.get(12).__class__ is int and isinstance(identity, str):
        return TAGS[505]
    if isinstance(value.get(0), str | bytes) and isinstance(identity, Mapping | tuple):
        return TAGS[501]
    named = identity.__class__ is tuple and bool(identity) and isinstance(identity[0], str)
    if (
        named
        and value.keys() <= {1, 2, 3, 4, 5}
        and (second.__class__ is tuple or isinstance(value.get(5), bytes))
    ):
        return COMPONENT
    return None


def handoff(data: bytes) -> bool:
    """Whether bytes are what a DICE layer hands to the next one: a secret (CDI) and a token, each with its length.

    Source: Shadowfax, scripts/dice_tool.py. Nothing of the bytes may be shown: the secret is among them.
    """
    if len(data) < 9:
        return False
    secret = int.from_bytes(data[:4], "little")
    token = 4 + secret + 4
    return (
        16 <= secret <= 64
        and token < len(data)
        and data[token] in {0x84, 0xD2, 0xD8}
        and data[token - 1] == 0
    )
