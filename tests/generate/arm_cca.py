"""CCA tokens of every profile and wrapping, from the literal labels of DEN0137, and with keys of our own."""

from __future__ import annotations

import hashlib
from typing import Any

import cbor2

from tests.generate.arm import certificate, filled, key, point, sign1
from tests.generate.common import Made, target, write

R, P = "/environments/realm", "/environments/platform"
RAK, CPAK = key(-35, 0xCCA1), key(-35, 0xCCA2)

CHALLENGE, RPV = filled(0x10, 64), filled(0x50, 64)
RIM, REMS = filled(0x90, 32), [filled(0xA0 + 16 * index, 32) for index in range(4)]
INSTANCE, REALM_INSTANCE = b"\x01" + filled(0x20, 32), b"\x01" + filled(0x60, 32)
IMPLEMENTATION, CONFIG = filled(0x40, 32), bytes.fromhex("cfcfcfcf")
BL: dict[Any, Any] = {1: "RSE_BL1_2", 2: filled(0x11, 32), 4: "1.0", 5: filled(0x31, 32), 6: "sha-256"}
RMM: dict[Any, Any] = {1: "RMM", 2: filled(0x21, 32), 4: "", 5: filled(0x41, 32)}


def raw_point(private: Any) -> bytes:
    """An uncompressed point (SEC 1)."""
    x, y = point(private)
    return b"\x04" + x + y


def cose_key(private: Any, curve: int = 2, **extra: Any) -> bytes:
    """A COSE_Key as t_cose writes it; `L3` is an algorithm."""
    x, y = point(private)
    values: dict[int, Any] = {1: 2}
    if "L3" in extra:
        values[3] = extra["L3"]
    return cbor2.dumps({**values, -1: curve, -2: x, -3: y})


def without(claims: dict[Any, Any], *labels: int, **changes: Any) -> dict[Any, Any]:
    """`claims` with some left out and others (`L44243`) set."""
    values = {label: value for label, value in claims.items() if label not in labels}
    return values | {int(word[1:]): value for word, value in changes.items()}


KEY = cose_key(RAK)
REALM_LEGACY: dict[Any, Any] = {
    10: CHALLENGE,
    44235: RPV,
    44236: "sha-256",
    44237: raw_point(RAK),
    44238: RIM,
    44239: REMS,
    44240: "sha-256",
}
REALM_2023: dict[Any, Any] = {265: "tag:arm.com,2023:realm#1.0.0", **REALM_LEGACY, 44237: KEY}
REALM_2024: dict[Any, Any] = {
    **REALM_2023,
    265: "tag:arm.com,2024:realm#2.0.0",
    256: REALM_INSTANCE,
    44243: 1,
}


def platform(realm: dict[Any, Any], profile: str, **changes: Any) -> dict[Any, Any]:
    """A platform's claims, bound to the key of a realm."""
    hash_ = (
        hashlib.new(realm[44240].replace("-", "")) if realm[44240].startswith("sha-") else hashlib.sha256()
    )
    hash_.update(realm[44237])
    claims: dict[Any, Any] = {
        265: profile,
        10: hash_.digest(),
        256: INSTANCE,
        2395: 0x3003,
        2396: IMPLEMENTATION,
        2399: [BL, RMM],
        2401: CONFIG,
        2402: "sha-256",
    }
    return claims | {int(word[1:]): value for word, value in changes.items()}


LEGACY = "http://arm.com/CCA-SSD/1.0.0"
P2023 = "tag:arm.com,2023:cca_platform#1.0.0"
P2024 = "tag:arm.com,2024:cca_platform#2.0.0"
ALL_2024: dict[str, Any] = {
    "L2394": 1,
    "L2399": [
        {**BL, 7: True, 8: [filled(0x71, 32), filled(0x81, 48)]},
        {1: "FAL", 2: filled(0x51, 64), 5: filled(0x61, 64), 6: "sha-512", 7: False},
        {2: filled(0x52, 48), 5: filled(0x62, 48), 6: "sha-384"},
    ],
    "L2400": "https://verifier.example",
    "L2403": bytes.fromhex("abababab"),
    "L2404": [
        {
            1: "sha-256",
            2: filled(0x13, 32),
            3: filled(0x23, 32),
            4: True,
            5: "spdm-1.2.0",
            6: filled(0x33, 32),
            7: "cxl-type-3",
            8: 2,
        },
        {2: filled(0x43, 32), 3: filled(0x53, 64), 4: False, 5: "a protocol of its own"},
    ],
    "L2405": [{1: "CM", 2: 0, 3: 1, 4: filled(0x63, 32)}, {1: "DM", 2: 1, 3: 0, 4: filled(0x73, 48)}],
    "L2406": filled(0x83, 20),
}


EMPTY_DEVICE = {
    265: "tag:arm.com,2025:cca_device#2.0.0",
    44259: [{1: bytes(32), 2: filled(0x21, 32), 4: False, 5: False}],
}


def outer(tag: int | None, entries: dict[Any, Any]) -> bytes:
    """The collection, tagged or not."""
    return cbor2.dumps(entries if tag is None else cbor2.CBORTag(tag, entries))


def token(
    tag: int | None,
    realm: dict[Any, Any],
    platform_: dict[Any, Any],
    *,
    wrap: tuple[bool, bool] = (True, True),
    further: dict[Any, Any] | None = None,
    **how: Any,
) -> bytes:
    """A whole token; `wrap` says for platform and realm whether a CMW record is around it."""
    alg = how.get("alg", -35)
    parts = {
        44234: sign1(cbor2.dumps(platform_), CPAK, -35, how.get("protected"), how.get("unprotected")),
        44241: sign1(cbor2.dumps(realm), how.get("rak", RAK), alg, how.get("protected")),
    }
    entries = {
        label: [263, part] if wrapped else part
        for (label, part), wrapped in zip(parts.items(), wrap, strict=True)
    }
    return outer(tag, {**entries, **(further or {})})


COMMON: dict[str, Any] = {
    "/bindings/realm_challenge/value": CHALLENGE.hex(),
    "/bindings/realm_challenge/role": "caller-data",
    f"{R}/measurements/rim/digests/0/digest": RIM.hex(),
    f"{R}/measurements/rem3/digests/0/digest": REMS[3].hex(),
    f"{R}/inputs/personalization_value/value": RPV.hex(),
    f"{P}/identifiers/instance_id/value": INSTANCE.hex(),
    f"{P}/identifiers/implementation_id/value": IMPLEMENTATION.hex(),
    f"{P}/lifecycle/raw": 0x3003,
    f"{P}/debug": "disabled",
    "/consistency/realm-key-binding/status": "matches",
}
BARE: dict[str, Any] = {name: value for name, value in COMMON.items() if P in name}
BL_FACTS: dict[str, Any] = {
    f"{P}/measurements/RSE_BL1_2/digests/0/digest": BL[2].hex(),
    f"{P}/measurements/RMM/digests/0/alg": "sha-256",
}
OF_REALM = {
    name: value for name, value in COMMON.items() if P not in name and not name.startswith("/consistency")
}

DEVICES: dict[Any, Any] = {
    265: "tag:arm.com,2025:cca_device#2.0.0",
    44259: [
        {1: filled(0x01, 32), 2: filled(0x21, 32), 3: filled(0x41, 48), 4: False, 5: True},
        {1: filled(0x02, 48), 2: filled(0x22, 48), 4: True, 5: False},
    ],
}
DEVICE_TOKEN = cbor2.dumps(DEVICES)
DEVICE_FACTS: dict[str, Any] = {
    "/environments/device-0/measurements/measurements/digests/0/digest": filled(0x21, 32).hex(),
    "/environments/device-1/identifiers/identity_digest/value": filled(0x02, 48).hex(),
    "/environments/device-1/values/coherent_ide/bool": True,
}
BOUND: dict[Any, Any] = {**REALM_2024, 44257: hashlib.sha256(DEVICE_TOKEN).digest(), 44244: 1}
OTHER_KEYS = {-7: key(-7, 0xCCA3), -36: key(-36, 0xCCA4)}
P256_REALM: dict[Any, Any] = {**REALM_LEGACY, 44237: raw_point(OTHER_KEYS[-7])}
P521_REALM: dict[Any, Any] = {**REALM_2023, 44237: cose_key(OTHER_KEYS[-36], 3, L3=-36), 44240: "sha-512"}
X, Y = point(RAK)
OFF_CURVE: dict[Any, Any] = {
    **REALM_2023,
    44237: cbor2.dumps({1: 2, -1: 2, -2: X, -3: bytes((Y[0] ^ 1,)) + Y[1:]}),
}
WHOLE = token(907, REALM_2024, platform(REALM_2024, P2024, L2394=1))
PRE_1_0: dict[Any, Any] = {
    10: filled(0x14, 64),
    -75003: filled(0x24, 64),
    -75009: b"\x01" + filled(0x34, 64),
    18: LEGACY,
    11: filled(0x44, 25),
    -75000: LEGACY,
    -75010: "https://verifier.example",
    -75002: 0x3000,
    -75006: [{2: filled(0x54, 64), 5: filled(0x64, 64), 4: "1.0.0", 6: 8}],
}


def unusable(name: str, raw: bytes, what: str) -> Made:
    """A key that is kept although no signature can be checked with it."""
    realm = {**REALM_2023, 44237: raw}
    why = "A key is kept and hashed as received, whatever it is good for"
    return Made(name, token(907, realm, platform(realm, P2023)), what, why, COMMON)


KEYS = [
    unusable("key-other-type", cbor2.dumps({1: 1, -1: 6, -2: filled(0, 32)}), "A key of type OKP"),
    unusable("key-other-curve", cbor2.dumps({1: 2, -1: 8, -2: X, -3: Y}), "A key on secp256k1"),
    unusable("key-short-x", cbor2.dumps({1: 2, -1: 2, -2: X[:32], -3: Y}), "An x of 32 bytes on P-384"),
    unusable("key-short-y", cbor2.dumps({1: 2, -1: 2, -2: X, -3: Y[:32]}), "A y of 32 bytes on P-384"),
    unusable("key-other-algorithm", cose_key(RAK, L3=-7), "A key for ES256 under a message of ES384"),
]
STATES = {
    0x0000: ("unknown", "not-reported"),
    0x1000: ("assembly-and-test", "not-reported"),
    0x20FF: ("rot-provisioning", "not-reported"),
    0x40FF: ("non-rot-debug", "enabled"),
    0x50FF: ("recoverable-rot-debug", "enabled"),
    0x6000: ("decommissioned", "not-reported"),
}
LIFECYCLES = [
    Made(
        f"platform-{state}",
        sign1(cbor2.dumps(platform(REALM_2023, P2023, L2395=value)), CPAK),
        f"A platform token alone, lifecycle {value:#06x}: {state}",
        "The state is in bits 15:8; only three states speak of debugging",
        {f"{P}/lifecycle/raw": value, f"{P}/lifecycle/state": state, f"{P}/debug": debug},
    )
    for value, (state, debug) in STATES.items()
]

MADE = [
    Made(
        "legacy-399",
        token(399, REALM_LEGACY, platform(REALM_LEGACY, LEGACY), wrap=(False, False)),
        "RMM 1.0-eac: tag 399, byte strings, no realm profile, the key a raw point",
        "The form of the first public tokens",
        {**COMMON, **BL_FACTS, "/evidence/version": "legacy", f"{R}/keys/public_key/encoding": "raw-point"},
    ),
    Made(
        "legacy-no-algorithm",
        token(
            399,
            REALM_LEGACY,
            platform(REALM_LEGACY, LEGACY, L2396=filled(0x40, 64)),
            wrap=(False, False),
            protected=b"",
        ),
        "RMM 0.x: empty protected headers, an implementation identifier of 64 bytes",
        "Readable; what the signatures are made with, nobody says",
        {"/bindings/realm_challenge/value": CHALLENGE.hex(), "/signatures/realm/hash": None},
    ),
    Made(
        "2023-399",
        token(399, REALM_2023, platform(REALM_2023, P2023, L2400="whatever.com"), wrap=(False, False)),
        "RMM 1.0-rel0: tag 399, byte strings, profiles of 2023, the key a COSE_Key",
        "The form of TF-RMM 0.6 to 0.8",
        {**COMMON, **BL_FACTS, "/evidence/version": "2023", f"{R}/keys/public_key/encoding": "cose-key"},
    ),
    Made(
        "2023-non-rot-debug",
        token(399, REALM_2023, platform(REALM_2023, P2023, L2395=0x40FF), wrap=(False, False)),
        "A whole token of a platform whose RMM domain can be debugged",
        "A realm has no debug state of its own: the word of its chain is the platform's",
        {
            f"{R}/debug": "not-defined",
            f"{P}/debug": "enabled",
            "/target/environment": "realm",
            "/target/debug": "enabled",
        },
    ),
    Made(
        "2023-399-records",
        token(
            399,
            REALM_2023,
            platform(REALM_2023, P2023),
            further={44444: [10571, b"\xa0"], 88888: [267, b"\xa0"]},
        ),
        "Tag 399 around CMW records, and placeholders of a draft beside them",
        "A transitional form: the wrapping does not follow from the tag. Further entries are kept",
        {**COMMON, "/evidence/variant": "tag-399", "/evidence/protection": "partly-signed"},
    ),
    Made(
        "2023-907-one-record",
        token(907, REALM_2023, platform(REALM_2023, P2023), wrap=(True, False)),
        "One entry is a CMW record, the other a byte string",
        "Each entry decides on its own",
        COMMON,
    ),
    Made(
        "mixed-legacy-platform",
        token(399, REALM_2023, platform(REALM_2023, LEGACY), wrap=(False, False)),
        "A realm of 2023 on a legacy platform",
        "Such tokens are in use: a note, no error",
        {**COMMON, f"{R}/profile": "tag:arm.com,2023:realm#1.0.0", f"{P}/profile": LEGACY},
    ),
    Made(
        "mixed-2024-on-2023",
        token(907, REALM_2024, platform(REALM_2024, P2023)),
        "A realm of 2024 on a platform of 2023",
        "What the newest public tokens do",
        {**COMMON, "/evidence/version": "2024"},
    ),
    Made(
        "early-mec-policy",
        token(907, without(REALM_LEGACY, L44241="private"), platform(REALM_LEGACY, LEGACY)),
        "RMM 1.1-alp14: tag 907, the MEC policy as a text under label 44241",
        "The label was a mistake; outside it is the realm token's own",
        {**COMMON, f"{R}/values/mec_policy/text": "private"},
    ),
    Made(
        "mec-policy-text",
        token(907, without(REALM_2023, L44243="shared"), platform(REALM_2023, P2023)),
        "RMM 1.1: the MEC policy as a text",
        "Later an integer: both are the same word here",
        {**COMMON, f"{R}/values/mec_policy/text": "shared"},
    ),
    Made(
        "2024-907",
        WHOLE,
        "RMM 2.0: tag 907, profiles of 2024, the mandatory claims",
        "The realm has an instance identifier of its own, under the label of the platform's",
        {
            **COMMON,
            "/evidence/version": "2024",
            f"{R}/identifiers/instance_id/value": REALM_INSTANCE.hex(),
            f"{R}/values/mec_policy/text": "private",
            f"{P}/values/client_id/int": 1,
            f"{P}/measurements/RMM/form": "extended",
        },
    ),
    Made(
        "2024-907-everything",
        token(
            907,
            {**BOUND, 44243: 0},
            platform(BOUND, P2024, **ALL_2024),
            further={
                44258: [601, DEVICE_TOKEN],
                44256: [65000, b"\x00"],
                "__cmwc_t": "tag:example.com,2026:x",
            },
            unprotected={33: [certificate("CPAK of a test", 0xCCA2), certificate("its issuer", 0xCCA5)]},
            rak=RAK,
        ),
        "RMM 2.0 with every claim, a device token, certificates, and further entries",
        "Devices are unsigned: the realm's claims hold the hash of what is said about them",
        {
            **COMMON,
            **DEVICE_FACTS,
            f"{R}/values/mec_policy/text": "shared",
            f"{R}/values/lfa_policy/text": "allow",
            "/consistency/devices-binding/status": "matches",
            "/evidence/protection": "partly-signed",
            f"{P}/measurements/FAL/digests/0/alg": "sha-512",
            f"{P}/signers/countersigner-0-1/value": filled(0x81, 48).hex(),
            f"{P}/values/manufacturing_config/bytes": "abababab",
            f"{P}/values/peer_signers/bytes": filled(0x83, 20).hex(),
            f"{P}/values/tbb_rotpk-1.name/text": "DM",
            f"{P}/values/tbb_rotpk-1.active_array/int": 1,
            f"{P}/signers/tbb_rotpk-1/value": filled(0x73, 48).hex(),
            "/environments/extension-0/values/protocol/text": "spdm-1.2.0",
            "/environments/extension-0/values/encryption_type/int": 2,
            "/environments/extension-1/measurements/measurements/digests/0/alg": "sha-256",
            "/certificates/platform~1x5chain-0/subject": "CN=CPAK of a test",
        },
    ),
    Made(
        "devices-differ",
        token(
            907,
            {**BOUND, 44257: filled(0, 32), 44244: 0},
            platform(BOUND, P2024, L2394=1),
            further={44258: [601, DEVICE_TOKEN]},
        ),
        "A device token whose hash is not the one in the realm's claims",
        "Nothing speaks for these devices",
        {
            **DEVICE_FACTS,
            "/consistency/devices-binding/status": "differs",
            f"{R}/values/lfa_policy/text": "disallow",
        },
    ),
    Made(
        "devices-unbound",
        token(
            907,
            REALM_2024,
            platform(REALM_2024, P2024, L2394=2),
            further={44258: ["application/uccs+cbor", DEVICE_TOKEN, 4]},
        ),
        "A device token, no hash of it in the realm's claims, and an unknown client",
        "The record names its type in words and says that it is evidence",
        {**COMMON, **DEVICE_FACTS, f"{P}/values/client_id/int": 2},
    ),
    Made(
        "binding-differs",
        token(907, REALM_2024, platform(REALM_2023 | {44237: raw_point(RAK)}, P2024, L2394=1)),
        "The platform token of another realm",
        "Both signatures can be good, and the parts do not belong together",
        {**COMMON, "/consistency/realm-key-binding/status": "differs"},
    ),
    Made(
        "binding-not-computable",
        token(
            907,
            without(REALM_2023, L44240="sm3", L44236="a-hash"),
            platform(REALM_2023, P2023, L2402="b-hash"),
        ),
        "Hash algorithms that nobody here knows",
        "Their names are kept; the binding is not computed, which is not the same as wrong",
        {
            **COMMON,
            "/consistency/realm-key-binding/status": "not-computable",
            f"{R}/measurements/rim/digests/0/alg": "unknown",
            f"{R}/measurements/rim/digests/0/raw": b"a-hash".hex(),
        },
    ),
    Made(
        "unbound-realm",
        token(
            907,
            REALM_2024 | {265: "tag:arm.com,2026:realm#2.0.0"},
            without(
                platform(REALM_2024, "tag:arm.com,2026:cca_platform#2.0.0", L2394=1, L2408=filled(7, 32)), 10
            ),
        ),
        "Profiles of 2026, whose binding is said to be another claim",
        "Read by the claims that are known: the binding is unknown, and so are the profiles; nothing is made up",
        {
            **{path: value for path, value in COMMON.items() if "realm-key-binding" not in path},
            "/consistency": [],
            f"{P}/unknown/2408/raw": cbor2.dumps(filled(7, 32)).hex(),
        },
    ),
    Made(
        "devices-in-601",
        token(
            907,
            REALM_2024 | {44257: hashlib.sha256(cbor2.dumps(cbor2.CBORTag(601, DEVICES))).digest()},
            platform(REALM_2024, P2024, L2394=1),
            further={44258: [601, cbor2.dumps(cbor2.CBORTag(601, DEVICES))]},
        ),
        "Claims about devices with the tag of UCCS",
        "RFC 9781 has them with the tag and without; the hash is of the bytes as they are",
        {**DEVICE_FACTS, "/consistency/devices-binding/status": "matches"},
    ),
    Made(
        "binding-hash-unknown",
        token(907, without(REALM_2023, L44240="a-hash"), platform(REALM_2023, P2023)),
        "Nobody here knows the hash of the binding",
        "It is not computed; the hash of the measurements is another",
        {
            **COMMON,
            "/consistency/realm-key-binding/status": "not-computable",
            "/bindings/platform_challenge/alg": "unknown",
            f"{R}/values/public_key_hash_algo_id/text": "a-hash",
            f"{R}/measurements/rim/digests/0/alg": "sha-256",
        },
    ),
    Made(
        "hash-spellings",
        token(
            907,
            without(REALM_2023, L44236="SHA-256", L44240="Sha256"),
            platform(REALM_2023, P2023, L2402="SHA_256"),
        ),
        "Hash algorithms that are not spelt as the registry has them",
        "One name for all of them, and what the token says beside it",
        {
            **COMMON,
            f"{R}/measurements/rim/digests/0/alg": "sha-256",
            f"{R}/measurements/rim/digests/0/raw": b"SHA-256".hex(),
            "/bindings/platform_challenge/alg": "sha-256",
            f"{R}/values/public_key_hash_algo_id/text": "Sha256",
            f"{P}/values/hash_algo_id/text": "SHA_256",
        },
    ),
    Made(
        "headers",
        token(
            399,
            REALM_2023,
            platform(REALM_2023, P2023, L2396=bytes(32)),
            further={44258: [601, cbor2.dumps(EMPTY_DEVICE)]},
            protected=cbor2.dumps({1: 5}),
            unprotected={33: [certificate("CPAK of a test", 0xCCA2) + b"\0", 7]},
        ),
        "Messages whose algorithm is a MAC's, certificates that cannot be read, an identifier of zeros",
        "No claim depends on them: kept, and noted",
        {
            **COMMON,
            "/signatures/realm/alg": "hmac-256-256",
            f"{P}/unknown/x5chain-1/raw": "07",
            f"{P}/identifiers/implementation_id/status": "not-populated",
            f"{P}/identifiers/implementation_id/raw": bytes(32).hex(),
            f"{P}/identifiers/implementation_id/value": None,
            "/environments/device-0/identifiers/identity_digest/status": "not-populated",
        },
    ),
    Made(
        "unknown-algorithm",
        token(399, REALM_2023, platform(REALM_2023, P2023), protected=cbor2.dumps({1: -65000})),
        "An algorithm that nobody here knows",
        "Its number stands for it",
        {**COMMON, "/signatures/platform/alg": "cose:-65000"},
    ),
    Made(
        "digest-lengths",
        token(
            907,
            without(
                REALM_2023, L44238=filled(0x90, 64), L44239=[REMS[0], REMS[1], filled(1, 48), filled(2, 64)]
            ),
            platform(REALM_2023, P2023),
        ),
        "Measurements longer than the digests of their algorithm",
        "They occur in vectors that others accept: kept, and noted",
        {f"{R}/measurements/rim/digests/0/digest": filled(0x90, 64).hex()},
    ),
    Made(
        "es256-raw-point",
        token(399, P256_REALM, platform(P256_REALM, LEGACY), wrap=(False, False), alg=-7, rak=OTHER_KEYS[-7]),
        "A realm key on P-256",
        "65 bytes: the point says whose it is by its size",
        {
            **COMMON,
            "/signatures/realm/alg": "ecdsa",
            f"{R}/keys/public_key/raw": raw_point(OTHER_KEYS[-7]).hex(),
        },
    ),
    Made(
        "es512-cose-key",
        token(907, P521_REALM, platform(P521_REALM, P2023), alg=-36, rak=OTHER_KEYS[-36]),
        "A realm key on P-521 with its algorithm, bound with SHA-512",
        "The algorithm of the binding is the realm's to name",
        {**COMMON, "/signatures/realm/alg": "ecdsa", "/consistency/realm-key-binding/alg": "sha-512"},
    ),
    Made(
        "key-raw-in-2023",
        token(
            907, {**REALM_2023, 44237: raw_point(RAK)}, platform({**REALM_2023, 44237: raw_point(RAK)}, P2023)
        ),
        "A raw point where the profile has a COSE_Key",
        "Taken for what it is, and noted",
        {**COMMON, f"{R}/keys/public_key/encoding": "raw-point"},
    ),
    Made(
        "key-off-curve",
        token(907, OFF_CURVE, platform(OFF_CURVE, P2023)),
        "A point that is not on its curve",
        "The binding holds all the same: it is about bytes",
        {**COMMON, f"{R}/keys/public_key/raw": OFF_CURVE[44237].hex()},
    ),
    *KEYS,
    Made(
        "unknown-profiles",
        token(
            907,
            without(REALM_2024, L265="tag:arm.com,2026:realm#2.0.0"),
            platform(REALM_2024, "tag:arm.com,2026:cca_platform#2.0.0", L2408=filled(0, 32)),
        ),
        "Profiles that are not described here, and a claim of theirs",
        "Read by the claims that are known",
        {**COMMON, "/evidence/version": "unknown", f"{P}/unknown/2408/raw": "5820" + filled(0, 32).hex()},
    ),
    Made(
        "unknown-claims",
        token(
            907,
            without(REALM_2023, L99999={1: cbor2.CBORTag(35, "(a+)+$")}),
            platform(REALM_2023, P2023, L2399=[{**BL, 99: [1]}, {**RMM, 1: "RSE_BL1_2"}]) | {"text": 0.1},
            unprotected={4: b"kid", 99: None},
        ),
        "Claims and header parameters that nobody described, and two components of one name",
        "A receiver must not fail on them: kept as they are",
        {
            "/bindings/realm_challenge/value": CHALLENGE.hex(),
            f"{R}/unknown/99999/raw": "a101d8236628612b292b24",
            f"{P}/unknown/text/raw": "fb3fb999999999999a",
            f"{P}/unknown/header~14/raw": "436b6964",
        },
    ),
    Made(
        "untagged",
        token(None, REALM_2024, platform(REALM_2024, P2024, L2394=1)),
        "The collection without its tag",
        "The key of the platform token is tag enough",
        {**COMMON, "/evidence/variant": "untagged"},
    ),
    Made(
        "self-described-zeros",
        b"\xd9\xd9\xf7" + WHOLE + bytes(7),
        "Tag 55799 in front, zeros behind",
        "The tag says that this is CBOR, and nothing else; buffers are larger than tokens",
        {**COMMON, "/evidence/trailing": 7},
        {
            "parses_when_cut_at": [
                {"start": 3 + len(WHOLE), "end": 9 + len(WHOLE), "why": "a token with fewer zeros behind it"}
            ]
        },
    ),
    Made(
        "with-attachment",
        WHOLE,
        "A token with certificates beside it",
        "Attachments are listed; this type reads none",
        {**COMMON, "/attachments/certificates/size": 4},
        {"attachments": {"certificates": "with-attachment.certificates"}},
        {"with-attachment.certificates": b"\x30\x02\x05\x00"},
    ),
    Made(
        "platform-2024",
        sign1(cbor2.dumps(platform(REALM_2024, P2024, L2394=1)), CPAK),
        "A platform token alone",
        "Nothing but its profile says that it is no PSA token",
        {**BARE, **BL_FACTS, "/evidence/variant": "platform-token"},
    ),
    Made(
        "platform-legacy-versions",
        sign1(cbor2.dumps(platform(REALM_2023, LEGACY, L2399=[{**BL, 4: 1.25}, {**RMM, 4: 3}])), CPAK),
        "Versions of components that are numbers",
        "A tool of TF-M wrote them so",
        {**BARE, f"{P}/measurements/RSE_BL1_2/version": "1.25", f"{P}/measurements/RMM/version": "3"},
    ),
    Made(
        "platform-pre-1.0",
        sign1(cbor2.dumps(cbor2.CBORTag(25000, PRE_1_0)), CPAK, -35, b""),
        "A platform token of 2022: PSA's labels inside of tag 25000, no algorithm anywhere",
        "Its profile is CCA's all the same",
        {
            "/evidence/version": "pre-1.0",
            f"{P}/identifiers/instance_id/value": PRE_1_0[-75009].hex(),
            f"{P}/values/config/bytes": PRE_1_0[11].hex(),
            f"{P}/measurements/software-component/digests/0/alg": "sha-512",
        },
    ),
    *LIFECYCLES,
    Made(
        "claims-set-realm",
        cbor2.dumps({**BOUND, 44244: 1}),
        "A realm's claims alone, with nothing around them",
        "Converted only if somebody says what they are, and marked as what nobody signed",
        {**OF_REALM, "/evidence/protection": "none", "/consistency/devices-binding/status": "not-computable"},
        {"force": True},
    ),
    Made(
        "claims-set-platform",
        cbor2.dumps(platform(REALM_2023, P2023)),
        "A platform's claims alone",
        "The same for a platform",
        {**BARE, **BL_FACTS, "/evidence/variant": "claims-set"},
        {"force": True},
    ),
    Made(
        "claims-set-devices",
        cbor2.dumps(without(DEVICES, L265="tag:arm.com,2099:cca_device#9", L7=7)),
        "Claims about devices alone, of an unknown profile, with an unknown claim",
        "The same for devices",
        {**DEVICE_FACTS, "/environments/device-0/profile": "tag:arm.com,2099:cca_device#9"},
        {"force": True},
    ),
    Made(
        "claims-set-devices-2025",
        DEVICE_TOKEN,
        "Claims about devices alone",
        "The profile that is known",
        {**DEVICE_FACTS, "/evidence/version": "2025"},
        {"force": True},
    ),
]

if __name__ == "__main__":
    write("arm-cca", "tests/generate/arm_cca.py", MADE, target())
