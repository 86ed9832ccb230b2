"""PSA tokens of every profile and message, from the literal labels of RFC 9783 and its predecessor."""

from __future__ import annotations

from typing import Any

import cbor2

from tests.generate.arm import certificate, filled, key, mac0, sign1
from tests.generate.common import Made, target, write

KEY = key(-7, 0x95A)
D = "/environments/device"

NONCE, IMPLEMENTATION, SEED = filled(0x10, 32), filled(0x30, 32), filled(0x50, 32)
INSTANCE = b"\x01" + filled(0x70, 32)
BL: dict[int, Any] = {1: "BL", 2: filled(0xA0, 32), 4: "2.1.0", 5: filled(0xC0, 32)}
PROT: dict[int, Any] = {
    1: "PRoT",
    2: filled(0xB0, 48),
    4: "1.3.5",
    5: filled(0xD0, 48),
    6: "TF-M_SHA384MemPreXIP",
}
NAMELESS: dict[int, Any] = {2: filled(0xE0, 64), 5: filled(0x20, 64)}

RFC: dict[Any, Any] = {
    10: NONCE,
    256: INSTANCE,
    265: "tag:psacertified.org,2023:psa#tfm",
    268: SEED[:16],
    2394: -1,
    2395: 0x3000,
    2396: IMPLEMENTATION,
    2398: "1234567890123-12345",
    2399: [BL, PROT, NAMELESS],
    2400: "https://psa-verifier.example",
}
MANDATORY = {label: RFC[label] for label in (10, 256, 265, 2394, 2395, 2396, 2399)}
IOT: dict[Any, Any] = {
    -75000: "PSA_IOT_PROFILE_1",
    -75001: 2,
    -75002: 0x3001,
    -75003: IMPLEMENTATION,
    -75004: SEED,
    -75005: "1234567890123",
    -75006: [BL, PROT],
    -75008: NONCE,
    -75009: INSTANCE,
    -75010: "psa-verifier.example",
}

COMMON: dict[str, Any] = {
    "/bindings/nonce/value": NONCE.hex(),
    f"{D}/identifiers/instance_id/value": INSTANCE.hex(),
    f"{D}/identifiers/implementation_id/value": IMPLEMENTATION.hex(),
}
SOFTWARE: dict[str, Any] = {
    f"{D}/measurements/BL/digests/0/digest": BL[2].hex(),
    f"{D}/measurements/BL/signer": BL[5].hex(),
    f"{D}/measurements/BL/version": "2.1.0",
    f"{D}/measurements/PRoT/description": "TF-M_SHA384MemPreXIP",
}


def changed(claims: dict[Any, Any], *without: int, **labels: Any) -> bytes:
    """The CBOR of `claims` with some left out and others (`L2397`, `M75004` for minus) set."""
    values = {label: value for label, value in claims.items() if label not in without}
    for word, value in labels.items():
        values[int(word[1:]) * (1 if word[0] == "L" else -1)] = value
    return cbor2.dumps(values)


def token(name: str, claims: bytes, what: str, why: str, facts: dict[str, Any], **extra: Any) -> Made:
    """A token signed with ES256."""
    return Made(name, sign1(claims, KEY, -7), what, why, {**COMMON, **facts}, extra)


CERTIFICATE = certificate("IAK of a test", 0x95B)
LEGACY = "tag:psacertified.org,2019:psa#legacy"
STATES = {
    0x0000: ("unknown", "not-reported"),
    0x10FF: ("assembly-and-test", "not-reported"),
    0x2001: ("rot-provisioning", "not-reported"),
    0x4000: ("non-rot-debug", "not-reported"),
    0x5000: ("recoverable-rot-debug", "enabled"),
    0x60FF: ("decommissioned", "not-reported"),
}
LIFECYCLES = [
    token(
        f"rfc9783-{state}",
        changed(MANDATORY, L2395=value),
        f"Lifecycle {value:#06x}: {state}",
        "The state is in bits 15:8; the rest is the implementation's own",
        {f"{D}/lifecycle/raw": value, f"{D}/lifecycle/state": state, f"{D}/debug": debug},
    )
    for value, (state, debug) in STATES.items()
]

MADE = [
    token(
        "rfc9783-sign1",
        cbor2.dumps(RFC),
        "RFC 9783, every claim",
        "The form that is in use; label 6 of a component may name a method that is more than a hash",
        {
            **SOFTWARE,
            f"{D}/measurements/2/digests/0/digest": NAMELESS[2].hex(),
            f"{D}/identifiers/bootseed/value": SEED[:16].hex(),
            f"{D}/identifiers/certification_reference/text": "1234567890123-12345",
            f"{D}/values/client_id/int": -1,
            f"{D}/values/verification_service/text": "https://psa-verifier.example",
            f"{D}/lifecycle/raw": 0x3000,
            f"{D}/debug": "disabled",
            "/evidence/protection": "signed",
        },
    ),
    Made(
        "rfc9783-mac0",
        mac0(cbor2.dumps(RFC), filled(1, 32)),
        "RFC 9783 in COSE_Mac0",
        "An authentication code is no signature: whoever can check it can make it",
        {**COMMON, **SOFTWARE, "/evidence/protection": "mac", "/signatures/token/alg": "hmac-256-256"},
    ),
    Made(
        "rfc9783-es384",
        sign1(cbor2.dumps(MANDATORY), key(-35, 0x95B), -35),
        "RFC 9783, the mandatory claims alone, ES384",
        "What is optional is absent, and no entry is made up for it",
        {**COMMON, "/signatures/token/alg": "ecdsa", f"{D}/values/client_id/int": -1},
    ),
    Made(
        "rfc9783-es512-kid",
        sign1(cbor2.dumps(MANDATORY), key(-36, 0x95C), -36, None, {4: b"key-1"}),
        "ES512, with a key identifier in the unprotected header",
        "Header parameters are kept, and are no claims of the device",
        {**COMMON, "/signatures/token/alg": "ecdsa", f"{D}/unknown/0/raw": "456b65792d31"},
    ),
    Made(
        "rfc9783-x5chain",
        sign1(cbor2.dumps(MANDATORY), key(-35, 0x95B), -35, None, {33: CERTIFICATE}),
        "The key's certificate in the unprotected header (RFC 9360)",
        "Certificates are listed, and nobody has judged them",
        {**COMMON, "/certificates/x5chain-0/subject": "CN=IAK of a test"},
    ),
    Made(
        "rfc9783-x5chain-unread",
        sign1(cbor2.dumps(MANDATORY), key(-35, 0x95B), -35, None, {33: [CERTIFICATE + b"\0", b"0", 7]}),
        "A chain of a certificate with a byte behind it, of a byte, and of a number",
        "No claim depends on certificates: what cannot be read is kept as it is, and noted",
        {**COMMON, f"{D}/unknown/x5chain-1/raw": b"0".hex(), f"{D}/unknown/x5chain-2/raw": "07"},
    ),
    token(
        "rfc9783-zeros",
        changed(RFC, L2396=bytes(32), L268=bytes(8), L2398="0000000000000-00000"),
        "An implementation identifier, a boot seed and a certification reference of zeros",
        "Zeros identify nobody: there, and not populated",
        {
            f"{D}/identifiers/certification_reference/status": "not-populated",
            f"{D}/identifiers/certification_reference/text": None,
            f"{D}/identifiers/implementation_id/status": "not-populated",
            f"{D}/identifiers/implementation_id/raw": bytes(32).hex(),
            f"{D}/identifiers/implementation_id/value": None,
            f"{D}/identifiers/bootseed/status": "not-populated",
            f"{D}/identifiers/bootseed/raw": bytes(8).hex(),
        },
    ),
    Made(
        "rfc9783-mac-algorithm",
        sign1(cbor2.dumps(MANDATORY), KEY, -7, cbor2.dumps({1: 5})),
        "A COSE_Sign1 whose algorithm is HMAC",
        "Kept as it says, and noted: no key can be both",
        {**COMMON, "/signatures/token/alg": "hmac-256-256", "/notes/0/code": "algorithm-kind"},
    ),
    Made(
        "rfc9783-signature-algorithm",
        mac0(cbor2.dumps(MANDATORY), filled(1, 32), -7),
        "A COSE_Mac0 whose algorithm is ECDSA",
        "The same the other way round",
        {**COMMON, "/signatures/token/alg": "ecdsa", "/notes/0/code": "algorithm-kind"},
    ),
    Made(
        "rfc9783-unknown-algorithm",
        sign1(cbor2.dumps(MANDATORY), KEY, -7, cbor2.dumps({1: -65000})),
        "An algorithm that nobody here knows",
        "Its number stands for it",
        {**COMMON, "/signatures/token/alg": "cose:-65000", "/notes/0/code": "unknown-algorithm"},
    ),
    token(
        "rfc9783-unknown-claims",
        changed(MANDATORY, L2399=[{**BL, 9: [1, "x"]}], L99999={"a": cbor2.CBORTag(35, "(a+)+$")}, L41=None),
        "Claims, and a member of a component, that nobody described",
        "They must be tolerated (RFC 9783, section 5): kept as they are, and noted",
        {f"{D}/measurements/BL/digests/0/digest": BL[2].hex()},
    ),
    token(
        "rfc9783-duplicate-names",
        changed(MANDATORY, L2399=[BL, BL]),
        "Two components of one name",
        "Measurements are told apart by their index",
        {f"{D}/measurements/1/index": 1},
    ),
    token(
        "rfc9783-hash-names",
        changed(
            MANDATORY,
            L2399=[
                {**BL, 6: "SHA256"},
                {1: "M1", 2: filled(0x11, 48), 5: BL[5], 6: "sha-384"},
                {1: "M2", 2: filled(0x12, 32), 5: BL[5], 6: "SHA-512"},
            ],
        ),
        "Label 6 with names of hashes, one of which does not fit its value",
        "It says how the value was computed: a hash by its name, in the spellings that are in use",
        {
            f"{D}/measurements/BL/digests/0/alg": "sha-256",
            f"{D}/measurements/BL/digests/0/raw": b"SHA256".hex(),
            f"{D}/measurements/BL/description": "SHA256",
            f"{D}/measurements/BL/alg_candidates": [],
            f"{D}/measurements/M1/digests/0/alg": "sha-384",
            f"{D}/measurements/M1/digests/0/raw": None,
            f"{D}/measurements/M2/digests/0/alg": "sha-512",
            "/notes/0/code": "digest-length",
        },
    ),
    token(
        "psa-2.0.0",
        changed(RFC, 268, L265="http://arm.com/psa/2.0.0", L2397=SEED),
        "The profile of the drafts, with its own label for the boot seed",
        "Tokens of this profile are still made",
        {**SOFTWARE, f"{D}/identifiers/bootseed/value": SEED.hex(), "/evidence/version": "2.0.0"},
    ),
    token(
        "iot-1-sign1",
        cbor2.dumps(IOT),
        "PSA_IOT_PROFILE_1, every claim",
        "The claims have private labels, and the profile is one of them",
        {
            **SOFTWARE,
            f"{D}/identifiers/bootseed/value": SEED.hex(),
            f"{D}/identifiers/certification_reference/text": "1234567890123",
            f"{D}/values/client_id/int": 2,
            f"{D}/lifecycle/raw": 0x3001,
            "/evidence/version": "iot-1",
        },
    ),
    Made(
        "iot-1-mac0",
        mac0(changed(IOT, -75005, -75010), filled(1, 32)),
        "PSA_IOT_PROFILE_1 in COSE_Mac0",
        "The same claims in the other message",
        {**COMMON, **SOFTWARE, "/evidence/variant": "cose-mac0"},
    ),
    token(
        "iot-1-no-profile",
        changed(IOT, -75000, -75006, M75007=1),
        "PSA_IOT_PROFILE_1 without a profile, and without software",
        "Its labels tell it; that there are no measurements is a claim of its own",
        {f"{D}/values/no_software_measurements/bool": True, "/evidence/version": "iot-1"},
    ),
    token(
        "iot-1-under-265",
        changed(IOT, L265=LEGACY),
        "PSA_IOT_PROFILE_1 that says so in EAT's claim as well",
        "The name that its content format has (10004) beside its own labels",
        {**SOFTWARE, "/evidence/version": "iot-1", f"{D}/unknown/265/raw": cbor2.dumps(LEGACY).hex()},
    ),
    token(
        "iot-1-unknown-profile",
        changed(IOT, M75000="http://example.com", M75005="1234567890123-12345"),
        "PSA_IOT_PROFILE_1 under another name, with the newer certification reference",
        "TF-M's tools made such tokens: read by the labels, and noted",
        {**SOFTWARE, f"{D}/identifiers/certification_reference/text": "1234567890123-12345"},
    ),
    token(
        "iot-1-in-use",
        changed(
            IOT,
            M75000="PSA_IoT_PROFILE_1",
            M75005="123456789012312345",
            M75006=[{1: "PRoT", 2: filled(0xB0, 32), 4: "00010209"}],
            M75009=b"\x06" + filled(0x70, 8),
        ),
        "A profile in small letters, a reference without its hyphen, an EUI-64 for a device, no signer",
        "The draft's example, TF-M's default of years and devices of Silicon Labs have them: read, and noted",
        {
            f"{D}/identifiers/instance_id/value": "067071727374757677",
            f"{D}/identifiers/certification_reference/text": "123456789012312345",
            f"{D}/measurements/PRoT/digests/0/digest": filled(0xB0, 32).hex(),
            "/evidence/version": "iot-1",
        },
    ),
    Made(
        "iot-1-no-algorithm",
        sign1(changed(IOT, M75006=[{**BL, 4: 1.25}]), KEY, -7, b""),
        "An empty protected header, and a version that is a number",
        "Both occur in tokens of TF-M before 2023: readable, not verifiable without knowing more",
        {**COMMON, f"{D}/measurements/BL/version": "1.25", "/signatures/token/hash": None},
    ),
    Made(
        "rfc9783-self-described-zeros",
        b"\xd9\xd9\xf7" + sign1(cbor2.dumps(MANDATORY), KEY, -7) + bytes(32),
        "Tag 55799 in front of a token, zeros behind it",
        "The tag says that this is CBOR, and nothing else; buffers are larger than tokens",
        {**COMMON, "/evidence/trailing": 32},
        {
            "parses_when_cut_at": [
                {
                    "start": 3 + len(sign1(cbor2.dumps(MANDATORY), KEY, -7)),
                    "end": 3 + len(sign1(cbor2.dumps(MANDATORY), KEY, -7)) + 31,
                    "why": "a token with fewer zeros behind it",
                }
            ]
        },
    ),
    Made(
        "rfc9783-with-attachment",
        sign1(cbor2.dumps(MANDATORY), KEY, -7),
        "A token with certificates beside it",
        "Attachments are listed; this type reads none",
        {**COMMON, "/attachments/certificates/size": 4},
        {"attachments": {"certificates": "rfc9783-with-attachment.certificates"}},
        {"rfc9783-with-attachment.certificates": b"\x30\x02\x05\x00"},
    ),
    Made(
        "claims-set-rfc9783",
        cbor2.dumps(RFC),
        "The claims alone, with nothing around them",
        "Converted only if somebody says what they are, and marked as what nobody signed",
        {**COMMON, **SOFTWARE, "/evidence/protection": "none"},
        {"force": True},
    ),
    Made(
        "claims-set-iot-1",
        cbor2.dumps(IOT),
        "The older claims alone",
        "The same for the older profile",
        {**COMMON, **SOFTWARE, "/evidence/variant": "claims-set"},
        {"force": True},
    ),
    *LIFECYCLES,
]

if __name__ == "__main__":
    write("arm-psa", "tests/generate/arm_psa.py", MADE, target())
