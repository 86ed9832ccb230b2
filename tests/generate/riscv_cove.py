"""CoVE tokens in every envelope and both label tables, from the CDDL of RISC-V AP-TEE and keys of our own.

The specification has no numbers for its labels; -90000 and below are placeholders, -70000 and below are
those of Shadowfax.
"""

from __future__ import annotations

import datetime as dt
from hashlib import sha256, sha384, sha512
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from tests.generate.arm import certificate
from tests.generate.common import Made, target, write

PLATFORM, TSM, TVM = ("/environments/platform", "/environments/tsm", "/environments/tvm")


def key(name: str) -> Ed25519PrivateKey:
    """A test key that is the same every time; it protects nothing."""
    return Ed25519PrivateKey.from_private_bytes(sha256(b"cove " + name.encode()).digest())


ROT, PLATFORM_KEY, TSM_KEY, TVM_KEY = key("root"), key("platform"), key("tsm"), key("tvm")


def public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes_raw()


def cose_key(private: Ed25519PrivateKey) -> bytes:
    """OKP (1: 1), Ed25519 (-1: 6), x (-2)."""
    return cbor2.dumps({1: 1, -1: 6, -2: public(private)})


def key_without_curve(private: Ed25519PrivateKey) -> bytes:
    """As Shadowfax writes it: the algorithm (3: -8) instead of the curve."""
    return cbor2.dumps({1: 1, 3: -8, -2: public(private)})


def sign1(
    payload: bytes,
    private: Ed25519PrivateKey,
    kid: bytes | None = None,
    *,
    tagged: bool = True,
    header: bytes | None = None,
    unprotected: dict[int, Any] | None = None,
) -> Any:
    """COSE_Sign1 with EdDSA (-8), or with another protected header."""
    protected = header
    if protected is None:
        protected = cbor2.dumps({1: -8} | ({4: kid} if kid is not None else {}))
    message = cbor2.dumps(["Signature1", protected, b"", payload])
    items = [protected, unprotected or {}, payload, private.sign(message)]
    return cbor2.CBORTag(18, items) if tagged else items


def in_61(claims: dict[Any, Any]) -> bytes:
    """Tag 61 inside of the payload, where the CDDL has it."""
    return cbor2.dumps(cbor2.CBORTag(61, claims))


CHALLENGE = bytes(range(64))
IDENTITY = bytes(range(0x80, 0xC0))
MANUFACTURER = sha512(b"manufacturer").digest()
SIGNER = sha384(b"signer").digest()
OTHER_MANIFEST = sha384(b"tsm manifest").digest()


def component(name: str, svn: str, **more: Any) -> dict[int, Any]:
    values = {1: name, 2: sha384(name.encode()).digest(), 3: svn, 5: SIGNER, 6: "sha-384"}
    return values | {int(label[1:]): value for label, value in more.items()}


def registers(*numbers: int) -> list[dict[int, Any]]:
    return [{1: n, 2: sha384(bytes([n])).digest(), 3: "sha-384"} for n in numbers]


def platform(state: int = 2, **more: Any) -> dict[int, Any]:
    claims = {
        265: "https://riscv.org/TBD",
        -90000: cose_key(PLATFORM_KEY),
        -90001: MANUFACTURER,
        -90002: state,
        -90003: [
            component("rot-firmware", "1", _4=sha384(b"manifest").digest()),
            component("tsm-driver", "3"),
        ],
    }
    return claims | {int(label[1:]): value for label, value in more.items()}


def tsm() -> dict[int, Any]:
    return {
        -90004: cose_key(TSM_KEY),
        -90005: [component("tsm-driver", "3"), component("tsm", "12", _4=OTHER_MANIFEST)],
    }


def tvm() -> dict[int, Any]:
    return {
        10: CHALLENGE,
        -90006: IDENTITY,
        -90007: cose_key(TVM_KEY),
        -90008: registers(0, 1, 2, 5),
        -90009: registers(8, 9),
    }


SMALL_TVM = {10: CHALLENGE, -90007: cose_key(TVM_KEY), -90008: registers(0)}


def token(platform_claims: dict[Any, Any], tsm_claims: dict[Any, Any], tvm_claims: dict[Any, Any]) -> Any:
    """Map 266 of the three, each signed by the key that the one before names."""
    return {
        266: {
            "platform": sign1(in_61(platform_claims), ROT, b"rot-1"),
            "tsm": sign1(in_61(tsm_claims), PLATFORM_KEY, b"platform-1"),
            "tvm": sign1(in_61(tvm_claims), TSM_KEY, b"tsm-1"),
        }
    }


FULL = cbor2.dumps(token(platform(), tsm(), tvm()))


def wrapped() -> bytes:
    """Byte strings around tagged messages, as RFC 9711 has nested tokens; no tag 61 in the payloads."""
    parts = {
        "platform": cbor2.dumps(sign1(cbor2.dumps(platform(1)), ROT)),
        "tsm": cbor2.dumps(sign1(cbor2.dumps(tsm()), PLATFORM_KEY)),
        "tvm": cbor2.dumps(sign1(cbor2.dumps(SMALL_TVM), TSM_KEY, tagged=False)),
    }
    return cbor2.dumps({266: parts})


def headers() -> bytes:
    """Tag 55799 in front; algorithms of the wrong kind, unknown and absent; certificates, read and not."""
    chain = {33: [certificate("a TSM of a test", 0xC07E), b"0"]}
    parts = {
        "platform": sign1(
            in_61(platform() | {-90001: bytes(64), 265: "urn:example:cove"}),
            ROT,
            header=cbor2.dumps({1: 5} | chain),
        ),
        "tsm": sign1(in_61(tsm()), PLATFORM_KEY, header=cbor2.dumps({1: -65000}), unprotected=chain),
        "tvm": sign1(in_61(SMALL_TVM), TSM_KEY, header=b"", unprotected=chain),
    }
    return b"\xd9\xd9\xf7" + cbor2.dumps(cbor2.CBORTag(601, {266: parts}))


TSM_ID, TVM_ID = sha256(b"tsm cdi").hexdigest()[:40], sha256(b"tvm cdi").hexdigest()[:40]


def cbor_certificate(issuer: str = TSM_ID, subject: str = TVM_ID) -> bytes:
    claims = {1: issuer, 2: subject, -90010: token(platform(4), tsm(), tvm()), -90011: "more"}
    return cbor2.dumps(sign1(in_61(claims), TSM_KEY))


def x509_certificate(value: bytes) -> bytes:
    """Signed by the TSM's key, with the token in the critical extension 2.23.133.5.4.6."""

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(TVM_ID))
        .issuer_name(name(TSM_ID))
        .public_key(TVM_KEY.public_key())
        .serial_number(0x1234)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=365))
        .add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("2.23.133.5.4.6"), value), critical=True
        )
    )
    from cryptography.hazmat.primitives.serialization import Encoding

    return builder.sign(TSM_KEY, None).public_bytes(Encoding.DER)


UCCS = cbor2.dumps(cbor2.CBORTag(601, token(platform(), tsm(), SMALL_TVM)))


def in_octet_string(value: bytes) -> bytes:
    """SEQUENCE { OCTET STRING }, with lengths of two bytes."""
    inner = b"\x04\x82" + len(value).to_bytes(2, "big") + value
    return b"\x30\x82" + len(inner).to_bytes(2, "big") + inner


SHA512 = sha512(b"driver").digest()
OTHER_SHA512 = sha512(b"tsm").digest()
DRIVER = {1: "tsm-driver", 2: SHA512, 3: "0", 5: bytes(64), 6: "SHA512"}


def shadowfax_platform() -> dict[int, Any]:
    return {
        265: "https://riscv.org/TBD",
        -70000: cose_key(PLATFORM_KEY),
        -70001: bytes(64),
        -70002: 3,
        -70003: [DRIVER],
    }


SHADOWFAX_TSM = {
    -70004: key_without_curve(TSM_KEY),
    -70003: [DRIVER, {1: "tsm", 2: OTHER_SHA512, 3: "0", 5: b"", 6: "SHA512"}],
}
INITIAL = sha384(b"pages").digest()
SHADOWFAX_TVM = {10: CHALLENGE, -70005: key_without_curve(TVM_KEY), -70006: INITIAL}


def shadowfax() -> bytes:
    parts = {
        "platform": sign1(cbor2.dumps(shadowfax_platform()), ROT, b"0", tagged=False),
        "tsm": sign1(cbor2.dumps(SHADOWFAX_TSM), PLATFORM_KEY, b"TSM", tagged=False),
        "tvm": sign1(cbor2.dumps(SHADOWFAX_TVM), TSM_KEY, tagged=False),
    }
    return cbor2.dumps({266: parts})


def shadowfax_array() -> bytes:
    parts = [
        sign1(cbor2.dumps(shadowfax_platform()), ROT, b"0", tagged=False),
        sign1(cbor2.dumps(SHADOWFAX_TSM), PLATFORM_KEY, b"TSM", tagged=False),
        sign1(b"tvm-claims:" + CHALLENGE, TVM_KEY, tagged=False),
    ]
    return cbor2.dumps(parts)


def odd() -> bytes:
    """Claims, hashes and keys that are not known here."""
    claims = platform(1) | {-99: "later"}
    del claims[-90003][0][4]
    claims[-90003][0] |= {6: "blake3", 9: b"\1"}
    claims[-90000] = cbor2.dumps({1: 2, -1: 1, -2: bytes(range(32)), -3: bytes(range(32, 64))})
    second = tvm() | {-90008: [{1: 0, 2: bytes(20), 3: "sha-384", 7: True}]}
    return cbor2.dumps(token(claims, tsm() | {-99: [1]}, second))


CHAIN = {
    "/signatures/platform/by": "root-of-trust",
    "/signatures/tsm/by": "platform",
    "/signatures/tvm/by": "tsm",
}
COMMON: dict[str, Any] = {
    **CHAIN,
    "/bindings/challenge/value": CHALLENGE.hex(),
    "/bindings/challenge/role": "caller-data",
    f"{PLATFORM}/keys/public_key/raw": cose_key(PLATFORM_KEY).hex(),
    f"{PLATFORM}/profile": "https://riscv.org/TBD",
    f"{PLATFORM}/measurements/rot-firmware/digests/0/digest": sha384(b"rot-firmware").hexdigest(),
    f"{TSM}/svns/tsm/text": "12",
    f"{TVM}/measurements/0/digests/0/digest": sha384(b"\0").hexdigest(),
}

MADE = [
    Made(
        "uccs",
        cbor2.dumps(cbor2.CBORTag(601, cbor2.loads(FULL))),
        "Tag 601, every claim of the CDDL, platform secured",
        "The literal form of the specification: tag 18 on each token, tag 61 in each payload",
        {
            **COMMON,
            f"{PLATFORM}/debug": "disabled",
            f"{PLATFORM}/lifecycle/state": "secured",
            f"{TVM}/inputs/tvm_identity/value": IDENTITY.hex(),
            f"{TVM}/measurements/4/phase": "runtime",
        },
    ),
    Made(
        "with-attachment",
        cbor2.dumps(token(platform(2), tsm(), SMALL_TVM)),
        "A token with certificates beside it",
        "Attachments are listed; this type reads none",
        {**COMMON, "/attachments/certificates/size": 4},
        {"attachments": {"certificates": "with-attachment.certificates"}},
        {"with-attachment.certificates": b"\x30\x02\x05\x00"},
    ),
    Made(
        "uccs-untagged",
        cbor2.dumps(token(platform(3), tsm(), SMALL_TVM)),
        "No tag around the token, optional claims absent, platform in debug state",
        "The specification has the token untagged: it is told by the names of its submodules",
        {**COMMON, f"{PLATFORM}/debug": "enabled", f"{PLATFORM}/lifecycle/raw": 3},
    ),
    Made(
        "byte-strings",
        wrapped(),
        "Each token in a byte string, one of them untagged, payloads without tag 61, not configured",
        "RFC 9711 wraps nested tokens in byte strings; both ways are read",
        {**COMMON, f"{PLATFORM}/debug": "not-reported", f"{PLATFORM}/lifecycle/state": "not-configured"},
    ),
    Made(
        "headers",
        headers(),
        "Tag 55799 in front, algorithms of the wrong kind, unknown and absent, certificates of which one is none",
        "The tag says that this is CBOR and nothing else; no claim depends on certificates: kept, and noted",
        {
            **COMMON,
            "/signatures/platform/alg": "hmac-256-256",
            "/signatures/tsm/alg": "cose:-65000",
            "/signatures/tvm/alg": None,
            "/certificates/tvm~1x5chain-0/subject": "CN=a TSM of a test",
            f"{TVM}/unknown/x5chain-1/raw": b"0".hex(),
            f"{PLATFORM}/identifiers/manufacturer_id/status": "not-populated",
            f"{PLATFORM}/profile": "urn:example:cove",
        },
    ),
    Made(
        "cbor-certificate",
        cbor_certificate(),
        "The CBOR certificate that the TSM signs, platform in recovery",
        "What sbi_covg_get_evidence returns: the CDI IDs are the certificate's word",
        {
            **COMMON,
            "/signatures/certificate/by": "tsm",
            f"{TSM}/identifiers/cdi_id/text": TSM_ID,
            f"{TVM}/identifiers/cdi_id/text": TVM_ID,
            f"{PLATFORM}/lifecycle/state": "recovery",
        },
    ),
    Made(
        "cbor-certificate-unnamed",
        cbor_certificate("", "0" * 40),
        "The CBOR certificate with an empty CDI ID, and one of zeros",
        "Neither names an instance: there, and not populated",
        {
            **COMMON,
            f"{TSM}/identifiers/cdi_id/status": "not-populated",
            f"{TSM}/identifiers/cdi_id/raw": "",
            f"{TVM}/identifiers/cdi_id/status": "not-populated",
            f"{TVM}/identifiers/cdi_id/raw": (b"0" * 40).hex(),
        },
    ),
    Made(
        "x509-certificate",
        x509_certificate(UCCS),
        "The X.509 certificate with the tokens in its UCCS extension",
        "The tokens lie in the extension as they are",
        {
            **COMMON,
            "/certificates/certificate/subject": f"CN={TVM_ID}",
            f"{TSM}/identifiers/cdi_id/text": TSM_ID,
        },
    ),
    Made(
        "x509-octet-string",
        x509_certificate(in_octet_string(UCCS)),
        "The same with SEQUENCE and OCTET STRING around the tokens",
        "Which of the two the TCG means could not be found out, so both are read",
        COMMON,
    ),
    Made(
        "shadowfax",
        shadowfax(),
        "The dialect of Shadowfax",
        "Untagged tokens, keys without a curve, one value for all initial measurements, SHA512, an empty signer",
        {
            **CHAIN,
            "/evidence/version": "shadowfax",
            "/bindings/challenge/value": CHALLENGE.hex(),
            f"{PLATFORM}/identifiers/manufacturer_id/status": "not-populated",
            f"{PLATFORM}/debug": "enabled",
            f"{TVM}/measurements/initial/digests/0/digest": INITIAL.hex(),
            f"{TSM}/measurements/tsm/digests/0/alg": "sha-512",
            f"{TSM}/signers/tsm/status": "none",
        },
    ),
    Made(
        "shadowfax-array",
        shadowfax_array(),
        "Shadowfax before August 2026: an array, and a TVM that signs a text with its own key",
        "Nothing vouches for the TVM's key: the challenge is there, and it is noted who signed it",
        {
            "/signatures/tvm/by": "tvm",
            "/bindings/challenge/value": CHALLENGE.hex(),
            f"{TVM}/unknown/payload/raw": (b"tvm-claims:" + CHALLENGE).hex(),
        },
    ),
    Made(
        "platform-token",
        cbor2.dumps(sign1(cbor2.dumps(shadowfax_platform()), ROT, b"0", tagged=False)),
        "The token of a platform alone",
        "What a root of trust hands out before there is a TSM",
        {"/signatures/platform/by": "root-of-trust", f"{PLATFORM}/identifiers/kid/value": b"0".hex()},
    ),
    Made(
        "unknown",
        odd(),
        "Unknown claims, an unknown hash, a digest of the wrong size, a P-256 key",
        "What is not known is kept and noted, never refused",
        {
            f"{PLATFORM}/measurements/rot-firmware/digests/0/alg": "unknown",
            f"{PLATFORM}/unknown/-99/raw": cbor2.dumps("later").hex(),
        },
    ),
]

if __name__ == "__main__":
    write("riscv-cove", "tests/generate/riscv_cove.py", MADE, target())
