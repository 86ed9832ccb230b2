"""The claim sets of CCA attestation, as the tables of DEN0137 and of the token's drafts."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from evidence.types._psa.layout import HASH, INT32, LIFECYCLE, VERSION, ClaimsProfile, ueid
from evidence.wire.claimset import (
    ClaimKind,
    ClaimLabel,
    ClaimTable,
    ValueRefused,
    anything,
    array,
    boolean,
    bstr,
    either,
    integer,
    mapping,
    tstr,
    uint,
)


class ContentFormat(NamedTuple):
    """What the type of a CMW record says, as a number of CoAP or as a media type."""

    number: int
    media_type: str


DEN0137:  Final = "DEN0137, A7.2.3"
DRAFT:    Final = "draft-ffm-rats-cca-token"
PLATFORM, REALM, DEVICES = 44234, 44241, 44258
"""The entries of the collection (A7.2.3). Further keys are kept: 44251 to 44256, and whatever else."""
EAT_CWT:  Final = ContentFormat(263, "application/eat+cwt")
UCCS:     Final = ContentFormat(601, "application/uccs+cbor")  # its tag has the same number
TAGS:     Final = {399: "tag-399", 907: "tag-907"}
"""The tags of the collection: RMM 1.0, and RMM 1.1 on."""

MEC:      Final = {0: "shared", 1: "private", "shared": "shared", "private": "private"}
LFA:      Final = {0: "disallow", 1: "allow"}
WITH_VCA: Final = frozenset({
    "spdm-1.2.0", "spdm-1.2.1", "spdm-1.2.2", "spdm-1.2.3",
    "spdm-1.3.0", "spdm-1.3.1", "spdm-1.3.2", "spdm-1.4.0",
})
"""The protocols of an extension device that have a VCA, whose digest is then required."""
RMSD:     Final = 1
"""The one client of the platform's attestation: the Realm Management Security Domain."""


def one_of(words: dict[Any, str]) -> ClaimKind:
    """One of the keys of `words`, kept as the word it stands for."""

    def check(value: Any, _: str) -> str:
        if value.__class__ not in (int, str) or value not in words:
            raise ValueRefused
        return words[value]

    return ClaimKind("one of " + ", ".join(repr(word) for word in words), check)


COMPONENT: Final = ClaimTable("platform software component", f"{DEN0137}.3.8", (
    ClaimLabel(1,     "component_type",             tstr()),
    ClaimLabel(2,     "measurement_value",          HASH,                 required=True),
    ClaimLabel(4,     "version",                    VERSION),
    ClaimLabel(5,     "signer_id",                  HASH,                 required=True),
    ClaimLabel(6,     "hash_algo_id",               tstr()),  # in PSA tokens this label may name another method
    ClaimLabel(7,     "live_firmware_activation",   boolean()),
    ClaimLabel(8,     "countersigner_ids",          array(HASH, least=1)),
))

EXTENSION: Final = ClaimTable("platform extension device", f"{DEN0137}.3.12", (
    ClaimLabel(1,     "hash_algo_id",               tstr()),
    ClaimLabel(2,     "measurements_digest",        HASH,                 required=True),
    ClaimLabel(3,     "certificate_chain_digest",   HASH,                 required=True),
    ClaimLabel(4,     "ide",                        boolean(),            required=True),
    ClaimLabel(5,     "protocol",                   tstr(),               required=True),
    ClaimLabel(6,     "vca_digest",                 HASH),  # required with the protocols of WITH_VCA, else forbidden
    ClaimLabel(7,     "device_type",                tstr(),               source=f"{DRAFT}-03"),
    ClaimLabel(8,     "encryption_type",            integer(0, 2),        source=f"{DRAFT}-03"),
))
CXL_TYPE_3: Final = "cxl-type-3"
"""The device type with which an encryption type is required (draft -03), else forbidden."""

ROTPK: Final = ClaimTable("TBB ROTPK", f"{DRAFT}-03", (
    ClaimLabel(1,     "name",                       tstr(),               required=True),
    ClaimLabel(2,     "active_array",               INT32,                required=True),
    ClaimLabel(3,     "index",                      INT32,                required=True),
    ClaimLabel(4,     "hash",                       HASH,                 required=True),
))

PLATFORM_1: Final = ClaimTable("platform claims", f"{DRAFT}-00, DEN0137 1.0", (
    ClaimLabel(10,    "challenge",                  HASH,                 required=True),
    ClaimLabel(256,   "instance_id",                ueid(33),             required=True),
    ClaimLabel(265,   "profile",                    tstr(),               required=True),
    ClaimLabel(2394,  "client_id",                  INT32),
    ClaimLabel(2395,  "lifecycle",                  LIFECYCLE,            required=True),
    ClaimLabel(2396,  "implementation_id",          bstr(32),             required=True),
    ClaimLabel(2399,  "software_components",        array(mapping(COMPONENT), least=1), required=True),
    ClaimLabel(2400,  "verification_service",       tstr()),
    ClaimLabel(2401,  "config",                     bstr(),               required=True),
    ClaimLabel(2402,  "hash_algo_id",               tstr(),               required=True),
    ClaimLabel(2403,  "manufacturing_config",       bstr()),
    ClaimLabel(2404,  "extension",                  array(mapping(EXTENSION), least=1)),
    ClaimLabel(2405,  "tbb_rotpk",                  array(mapping(ROTPK), least=1)),
    ClaimLabel(2406,  "peer_signers",               bstr()),
))
PLATFORM_OTHER: Final = ClaimTable(PLATFORM_1.what, "a profile that is not known here", tuple(
    row._replace(required=row.required and row.name != "challenge") for row in PLATFORM_1.rows
))
"""The profiles of 2026 are said to bind the realm's key by another claim."""
PLATFORM_2: Final = PLATFORM_1.requiring(f"{DEN0137}.3", "client_id")
PLATFORM_LEGACY: Final = ClaimTable(PLATFORM_1.what, "DEN0137 1.0-eac", tuple(
    row._replace(kind=bstr(32, 64)) if row.name == "implementation_id" else row for row in PLATFORM_1.rows
))
"""TF-A stated implementation identifiers of 64 bytes before the size was fixed."""

COMPONENT_0: Final = ClaimTable("platform software component", "DEN0137 before 1.0", (
    ClaimLabel(2,     "measurement_value",          HASH,                 required=True),
    ClaimLabel(4,     "version",                    VERSION),
    ClaimLabel(5,     "signer_id",                  HASH,                 required=True),
    ClaimLabel(6,     "hash_algo_id",               uint()),
))
PLATFORM_0: Final = ClaimTable("platform claims", "DEN0137 before 1.0", (
    ClaimLabel(10,     "challenge",                 HASH,                 required=True),
    ClaimLabel(11,     "config",                    bstr(),               required=True),
    ClaimLabel(18,     "eat_profile",               tstr()),
    ClaimLabel(-75000, "profile",                   tstr(),               required=True),
    ClaimLabel(-75002, "lifecycle",                 LIFECYCLE,            required=True),
    ClaimLabel(-75003, "implementation_id",         bstr(32, 64),         required=True),
    ClaimLabel(-75006, "software_components",       array(mapping(COMPONENT_0), least=1), required=True),
    ClaimLabel(-75009, "instance_id",               either(ueid(65), ueid(33)), required=True),
    ClaimLabel(-75010, "verification_service",      tstr()),
))

REALM_1: Final = ClaimTable("realm claims", f"{DRAFT}-00, DEN0137 1.0", (
    ClaimLabel(10,    "challenge",                  bstr(64),             required=True),
    ClaimLabel(256,   "instance_id",                ueid(33)),
    ClaimLabel(265,   "profile",                    tstr()),
    ClaimLabel(44235, "personalization_value",      bstr(64),             required=True),
    ClaimLabel(44236, "hash_algo_id",               tstr(),               required=True),
    ClaimLabel(44237, "public_key",                 bstr(least=1),        required=True),
    ClaimLabel(44238, "initial_measurement",        HASH,                 required=True),
    ClaimLabel(44239, "extensible_measurements",    array(HASH, least=4, most=4), required=True),
    ClaimLabel(44240, "public_key_hash_algo_id",    tstr(),               required=True),
    ClaimLabel(44241, "early_mec_policy",           one_of(MEC)),  # TF-RMM until 2025-10, by mistake
    ClaimLabel(44243, "mec_policy",                 one_of(MEC)),
    ClaimLabel(44244, "lfa_policy",                 one_of(LFA)),
    ClaimLabel(44257, "devices_token_hash",         HASH),
))
REALM_2: Final = REALM_1.requiring(f"{DEN0137}.1", "instance_id", "mec_policy")

DEVICE: Final = ClaimTable("device", f"{DEN0137}.2.2", (
    ClaimLabel(1,     "identity_digest",            HASH,                 required=True),
    ClaimLabel(2,     "measurements_digest",        HASH,                 required=True),
    ClaimLabel(3,     "protocol_negotiation_digest", HASH),
    ClaimLabel(4,     "coherent_ide",               boolean(),            required=True),
    ClaimLabel(5,     "non_coherent_ide",           boolean(),            required=True),
))
DEVICE_TOKEN: Final = ClaimTable("device claims", f"{DEN0137}.2", (
    ClaimLabel(265,   "profile",                    tstr(),               required=True),
    ClaimLabel(44259, "devices",                    array(mapping(DEVICE), least=1), required=True),
))

COSE_KEY: Final = ClaimTable("realm public key", "RFC 9052, section 7", (
    ClaimLabel(1,     "kty",                        integer(),            required=True),
    ClaimLabel(3,     "alg",                        anything()),
    ClaimLabel(-1,    "crv",                        anything()),
    ClaimLabel(-2,    "x",                          anything()),
    ClaimLabel(-3,    "y",                          anything()),
))


PLATFORM_PROFILES: Final = {
    "http://arm.com/CCA-SSD/1.0.0":         ClaimsProfile("legacy", PLATFORM_LEGACY),
    "tag:arm.com,2023:cca_platform#1.0.0":  ClaimsProfile("2023", PLATFORM_1),
    "tag:arm.com,2024:cca_platform#2.0.0":  ClaimsProfile("2024", PLATFORM_2),
}
REALM_PROFILES: Final[dict[str | None, ClaimsProfile]] = {
    None:                                   ClaimsProfile("legacy", REALM_1),
    "tag:arm.com,2023:realm#1.0.0":         ClaimsProfile("2023", REALM_1),
    "tag:arm.com,2024:realm#2.0.0":         ClaimsProfile("2024", REALM_2),
}
DEVICE_PROFILES: Final = {"tag:arm.com,2025:cca_device#2.0.0": ClaimsProfile("2025", DEVICE_TOKEN)}
PRE_1_0: Final = ClaimsProfile("pre-1.0", PLATFORM_0)
"""Of a platform token before CCA 1.0, whatever its profile says."""
OTHER_PLATFORM: Final = ClaimsProfile("unknown", PLATFORM_OTHER)
OTHER_REALM: Final = ClaimsProfile("unknown", REALM_1)
OTHER_DEVICES: Final = ClaimsProfile("unknown", DEVICE_TOKEN)
"""How a token is read whose profile is not known here."""
