"""DICE certificates in CBOR: chains of open-dice and Android, from their profiles and keys of our own."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256, sha384, sha512
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.generate import spdm
from tests.generate.common import Made, ec_key, ecdsa, target, write

Private = Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def edwards(name: str) -> Ed25519PrivateKey:
    """A test key that is the same every time; it protects nothing."""
    return Ed25519PrivateKey.from_private_bytes(sha256(b"dice " + name.encode()).digest())


UDS, FIRST, SECOND, THIRD = edwards("uds"), edwards("first"), edwards("second"), edwards("third")
P384 = [ec_key(ec.SECP384R1(), 0xD1CE00 + number) for number in range(3)]


def cose_key(private: Private) -> bytes:
    """OKP (1: 1) with Ed25519 (-1: 6), or EC2 (1: 2) with P-384 (-1: 2); to verify with (4: [2])."""
    if isinstance(private, Ed25519PrivateKey):
        return cbor2.dumps({1: 1, 3: -8, 4: [2], -1: 6, -2: private.public_key().public_bytes_raw()})
    point = private.public_key().public_numbers()
    return cbor2.dumps(
        {1: 2, 3: -35, 4: [2], -1: 2, -2: point.x.to_bytes(48, "big"), -3: point.y.to_bytes(48, "big")}
    )


def name_of(private: Private) -> str:
    """An identifier as open-dice makes it, 20 bytes in hex, from something of the key."""
    return sha256(cose_key(private)).hexdigest()[:40]


def certificate(
    private: Private,
    claims: dict[Any, Any],
    header: dict[Any, Any] | None = None,
    beside: Any = None,
    *,
    alg: int | None = -8,
) -> list[Any]:
    """An untagged COSE_Sign1 with EdDSA (-8) or ES384 (-35), or by another or no name."""
    alg = alg if isinstance(private, Ed25519PrivateKey) else -35
    protected = cbor2.dumps(({} if alg is None else {1: alg}) | (header or {}))
    payload = cbor2.dumps(claims)
    message = cbor2.dumps(["Signature1", protected, b"", payload])
    if isinstance(private, Ed25519PrivateKey):
        return [protected, beside or {}, payload, private.sign(message)]
    r, s = ecdsa(private, hashes.SHA384(), message)
    return [protected, beside or {}, payload, r.to_bytes(48, "big") + s.to_bytes(48, "big")]


AUTHORITY = sha512(b"authority").digest()


def layer(issuer: Private, subject: Private, configuration: Any, **more: Any) -> dict[Any, Any]:
    """The claims of a layer; `more` by label, `x` for a minus sign; None leaves one out."""
    descriptor = configuration if isinstance(configuration, bytes) else cbor2.dumps(configuration)
    made: dict[Any, Any] = {
        1: name_of(issuer),
        2: name_of(subject),
        -4670545: sha512(b"code of " + descriptor).digest(),
        -4670546: b"",
        -4670547: sha512(descriptor).digest(),
        -4670548: descriptor,
        -4670549: AUTHORITY,
        -4670551: b"\x01",
        -4670552: cose_key(subject),
        -4670553: b"\x20",
    }
    made |= {-int(label[1:]): value for label, value in more.items()}
    return {label: value for label, value in made.items() if value is not None}


def chain(key: Private, *certificates: list[Any]) -> bytes:
    return cbor2.dumps([cbor2.loads(cose_key(key)), *certificates])


BL2 = {-70002: "bl2", -70003: 3, -70005: 12}
PVMFW = {-70002: "pvmfw", -70003: 1, -70004: None, -70005: 4}
VM = {-70002: "vm", -70003: "debug-1", -70005: 0, -70006: None, -70007: "guest-7"}
ANDROID = chain(
    UDS,
    certificate(UDS, layer(UDS, FIRST, BL2)),
    certificate(FIRST, layer(FIRST, SECOND, PVMFW, x4670554="android.16")),
    certificate(SECOND, layer(SECOND, THIRD, VM, x4670551=b"\x02", x4670554="android.16")),
)
ONE = cbor2.dumps(certificate(UDS, layer(UDS, FIRST, BL2)))
WITHOUT = cbor2.dumps(certificate(UDS, layer(UDS, FIRST, BL2, x4670548=None)))
RAW = sha384(b"configuration value").digest()
OPEN = chain(
    P384[0],
    certificate(
        P384[0],
        layer(
            P384[0],
            P384[1],
            RAW,
            x4670545=sha384(b"code").digest(),
            x4670546=b"code descriptor",
            x4670547=RAW,
            x4670549=bytes(48),
            x4670550=b"authority descriptor",
            x4670551=b"\x00",
        ),
    ),
    certificate(
        P384[1],
        layer(
            P384[1],
            P384[2],
            RAW,
            x4670545=sha384(b"more code").digest(),
            x4670547=None,
            x4670548=None,
            x4670549=None,
            x4670551=b"\x03",
            x4670553=None,
        ),
    ),
)
ODD = chain(
    UDS,
    certificate(UDS, layer(UDS, FIRST, BL2, x4670545=sha256(b"code").digest(), x4670554="android.16")),
    certificate(
        UDS,
        layer(
            SECOND,
            THIRD,
            {-70002: "later", -70005: 2**63, -70099: "new"},
            x4670547=sha512(b"another descriptor").digest(),
            x4670551=9,
            x4670554="android.15",
            x99="new",
        ),
        {4: b"key"},
        {-7: 1},
    ),
    certificate(FIRST, layer(THIRD, FIRST, b"\xa1\x01", x4670551=None, x4670554="acme.1")),
    certificate(FIRST, layer(FIRST, SECOND, BL2), alg=None),
    certificate(FIRST, layer(SECOND, THIRD, BL2), {1: -65535}),
    certificate(FIRST, layer(THIRD, FIRST, BL2), {1: 5}),
)

# a DPU -------------------------------------------------------------------------------------------------

REPORT_DATA = sha384(b"a nonce").digest() + bytes(16)
DEVICE_ID = spdm.certificate(
    "Device",
    "Root",
    2,
    {"2.23.133.5.4.1": spdm.tcb_info((0, b"ACME"), (6, spdm.fwid(sha384(b"boot").digest())), (7, b"\0\x10"))},
    authority=True,
)
ALIAS = spdm.certificate("Alias", "Device", 3)


def base64(content: bytes) -> str:
    return b64encode(content).decode()


def dpu(signature: bytes, **more: Any) -> bytes:
    """A document of one device, whose alias has signed the caller's bytes."""
    measurements = [
        {"layer": 1, "digest": base64(sha384(b"boot").digest())},
        {"layer": 2, "digest": base64(bytes(47))},
    ]
    device = {
        "architecture": "bluefield3",
        "alias_cert": base64(ALIAS),
        "device_id_cert": base64(DEVICE_ID),
        "measurements": measurements,
        "report_data_signature": base64(signature),
    }
    return json.dumps({"version": 1, "devices": [device | more]}, indent=1).encode()


EVERYTHING = spdm.tcb_info(
    (0, b"ACME"),
    (1, b"DPU"),
    (2, b"1.0"),
    (3, b"\x07"),
    (4, b"\0"),
    (5, b"\1"),
    (6, spdm.fwid(sha384(b"boot").digest())),
    (7, bytes.fromhex("00efffffff")),
    (8, b"info"),
    (9, b"kind"),
    (10, bytes.fromhex("00ffffffff")),
    (11, b"\x04\0"),
)
NAMELESS = spdm.composite_device_id(spdm.spki(7), sha384(b"firmware").digest())
UNREAD = spdm.der(0x04, b"neither")


def of_layers(device: bytes | None, alias: bytes | None = None) -> dict[str, str]:
    """Certificates with what describes layers, or without."""
    of = {"device_id_cert": ("Device", "Root", 12, device), "alias_cert": ("Alias", "Device", 13, alias)}
    return {
        name: base64(
            spdm.certificate(
                subject,
                issuer,
                serial,
                {"2.23.133.5.4.1": value} if value else None,
                authority=name[0] == "d",
            )
        )
        for name, (subject, issuer, serial, value) in of.items()
    }


R_AND_S = ecdsa(spdm.KEY, hashes.SHA384(), REPORT_DATA)
DPU = dpu(b"".join(part.to_bytes(48, "big") for part in R_AND_S))
DPU_DER = dpu(encode_dss_signature(*R_AND_S), serial="7")
DPU_LAYERS = dpu(encode_dss_signature(*R_AND_S), **of_layers(EVERYTHING, NAMELESS), measurements=[])
TWICE = [{"layer": 1, "digest": base64(sha384(number).digest())} for number in (b"1", b"2")]
DPU_UNREAD = dpu(encode_dss_signature(*R_AND_S), **of_layers(UNREAD), measurements=TWICE)
DPU_BARE = dpu(encode_dss_signature(*R_AND_S), **of_layers(None))
DPU_FACTS = {
    "/evidence/variant": "nvidia-dpu",
    "/evidence/protection": "partly-signed",
    "/environments/device/label": "bluefield3",
    "/environments/device/measurements/0/index": 1,
    "/environments/dice-0/debug": "enabled",
    "/environments/dice-0/measurements/fwid/digests/0/digest": sha384(b"boot").hexdigest(),
}
ENVIRONMENTS = "/environments/dice-"
MADE = [
    Made(
        "android",
        ANDROID,
        "A chain as Android has it: the key of the device and three layers, the last in debug mode",
        "Each layer is signed by the one before it and has a debug state of its own",
        {
            "/evidence/variant": "chain",
            f"{ENVIRONMENTS}0/debug": "disabled",
            f"{ENVIRONMENTS}2/debug": "enabled",
            f"{ENVIRONMENTS}2/depends_on/0": "dice-1",
            f"{ENVIRONMENTS}0/keys/uds/raw": cose_key(UDS).hex(),
            f"{ENVIRONMENTS}1/profile": "android.16",
            f"{ENVIRONMENTS}1/svns/security_version/svn": 4,
            f"{ENVIRONMENTS}2/versions/component_version/value": "debug-1",
            f"{ENVIRONMENTS}1/measurements/code/digests/0/digest": sha512(b"code of " + cbor2.dumps(PVMFW)).hexdigest(),
            "/signatures/dice-2/by": "dice-1",
            "/consistency/dice-1~1issuer-binding/status": "matches",
            "/consistency/dice-2~1configuration-binding/status": "matches",
        },
    ),
    Made(
        "one",
        ONE,
        "One certificate alone",
        "Its issuer's key is not there: whoever checks it must have that",
        {
            "/evidence/variant": "certificate",
            "/signatures/dice-0/by": "issuer",
            f"{ENVIRONMENTS}0/identifiers/issuer/text": name_of(UDS),
        },
    ),
    Made(
        "no-descriptor",
        WITHOUT,
        "One certificate with the digest of a configuration that is not in it",
        "There is nothing to compare: no fact says that it fits",
        {"/evidence/variant": "certificate"},
    ),
    Made(
        "with-attachment",
        ONE,
        "The same with a certificate beside it",
        "A chain needs nothing beside it: what is there is noted, and not read",
        {f"{ENVIRONMENTS}0/debug": "disabled"},
        {"attachments": {"certificates": "with-attachment.certificates"}},
        {"with-attachment.certificates": b"\x30\x00"},
    ),
    Made(
        "open-dice",
        OPEN,
        "SHA-384 and P-384, a configuration value in the place of its hash, no authority, modes that say nothing",
        "open-dice leaves hash, key and descriptors to each profile",
        {
            f"{ENVIRONMENTS}0/debug": "not-reported",
            f"{ENVIRONMENTS}1/debug": "not-reported",
            f"{ENVIRONMENTS}0/signers/authority/status": "none",
            f"{ENVIRONMENTS}0/measurements/code/alg_candidates/0": "sha-384",
            "/consistency/dice-0~1configuration-binding/status": "matches",
            "/signatures/dice-0/hash": "sha-384",
        },
    ),
    Made(
        "odd",
        ODD,
        "Names that do not follow, a configuration of another hash, an integer as mode, older profiles, unknown claims",
        "All of it is read, and each of these is noted: it is the signatures that fail",
        {
            "/consistency/dice-1~1issuer-binding/status": "differs",
            "/consistency/dice-1~1configuration-binding/status": "differs",
            f"{ENVIRONMENTS}1/svns/security_version/raw": (2**63).to_bytes(8, "big").hex(),
            f"{ENVIRONMENTS}1/unknown/-99/raw": cbor2.dumps("new").hex(),
            f"{ENVIRONMENTS}1/debug": "not-reported",
        },
    ),
    Made(
        "dpu",
        DPU,
        "A DPU: certificates of its layers, digests of its firmware, a signature over report data",
        "What is signed is not there, and the digests are covered by nothing",
        DPU_FACTS | {"/signatures/report-data/by": "alias"},
    ),
    Made(
        "dpu-request",
        DPU_DER,
        "The same with the signature in DER, a member that is not known, and what was signed beside it",
        "48 bytes are filled up with zeros, as the attester does",
        DPU_FACTS | {"/environments/device/unknown/devices~10~1serial/raw": b'"7"'.hex()},
        {"attachments": {"request": "dpu-request.request"}},
        {"dpu-request.request": REPORT_DATA[:48]},
    ),
    Made(
        "dpu-layers",
        DPU_LAYERS,
        "Certificates with every field of a layer, and with a device's name in the place of a layer",
        "Debugging is disabled only where the mask says that the bit means something",
        {
            "/environments/dice-0/debug": "disabled",
            "/environments/dice-1/label": "CompositeDeviceID",
            "/environments/dice-0/svns/svn/svn": 7,
            "/environments/device/depends_on/0": "dice-1",
        },
    ),
    Made(
        "dpu-unread",
        DPU_UNREAD,
        "A certificate whose extension is of no form that is known",
        "It is kept whole, and noted: what it says of debugging is not known",
        {"/environments/dice-0/unknown/tcb-info/raw": UNREAD.hex(), "/target/debug": "not-reported"},
    ),
    Made(
        "dpu-bare",
        DPU_BARE,
        "Certificates that describe no layer",
        "There is a device, and nothing that it depends on",
        {"/environments/device/debug": "not-reported"},
    ),
]  # fmt: skip

if __name__ == "__main__":
    write("dice", "tests/generate/dice.py", MADE, target())
