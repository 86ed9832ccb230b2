"""The valid fixtures, and what verification must say of them, from literal labels and keys of our own.

Nothing here imports `evidence` or `aws_nitro_evidence`: a wrong table there cannot agree with itself.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

FIXTURES = Path(__file__).parents[1] / "aws_nitro_evidence" / "fixtures"
ES384 = -35


class Made(NamedTuple):
    """A document as its maker knows it: its bytes, what it shows and why, and claims by path that must come out."""

    name: str
    data: bytes
    what: str
    why: str
    facts: dict[str, Any]


class Checked(NamedTuple):
    """What verification must say of a document: with which keys and anchors, of which outcome each check is."""

    name: str
    origin_of: str
    what: str
    why: str
    checks: dict[str, str]
    trust: dict[str, Any]


def key(number: int) -> ec.EllipticCurvePrivateKey:
    """A test key that is the same every time; it protects nothing."""
    return ec.derive_private_key(number, ec.SECP384R1())


ROOT, ZONE, LEAF, OTHER = (key(0xA35 + number) for number in range(4))


def certificate(
    subject: str, holder: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey, *, ca: bool
) -> bytes:
    """A certificate of our own in DER, the same every time, with the extensions that AWS's have."""

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    usage = dict.fromkeys(
        (
            *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(holder.public_key())
        .serial_number(sum(subject.encode()))
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2046, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, **usage), critical=True)
    )
    return builder.sign(by, hashes.SHA384(), ecdsa_deterministic=True).public_bytes(Encoding.DER)


ROOT_CERTIFICATE = certificate("test.nitro-enclaves", ROOT, "test.nitro-enclaves", ROOT, ca=True)
ZONE_CERTIFICATE = certificate("zone.test.nitro-enclaves", ZONE, "test.nitro-enclaves", ROOT, ca=True)
LEAF_CERTIFICATE = certificate("i-0-enc0.test", LEAF, "zone.test.nitro-enclaves", ZONE, ca=False)


def register(number: int) -> bytes:
    """Bytes that differ, so that a shifted register cannot look right."""
    return bytes((16 * number + index) % 256 for index in range(48))


ZEROS = bytes(48)
REGISTERS = {number: register(number) if number in {0, 1, 2, 3, 4, 8} else ZEROS for number in range(16)}
MODULE = "i-0123456789abcdef0-enc0123456789abcde"
USER_DATA, NONCE = bytes(range(0x20, 0x60)), bytes(range(0x80, 0xA0))
PUBLIC_KEY = LEAF.public_key().public_numbers().x.to_bytes(48, "big")
CLAIMS: dict[str, Any] = {
    "module_id": MODULE,
    "digest": "SHA384",
    "timestamp": 1766678659346,
    "pcrs": REGISTERS,
    "certificate": LEAF_CERTIFICATE,
    "cabundle": [ROOT_CERTIFICATE, ZONE_CERTIFICATE],
    "public_key": PUBLIC_KEY,
    "user_data": USER_DATA,
    "nonce": NONCE,
}


def open_map(claims: dict[str, Any]) -> bytes:
    """A map of indefinite length, as the Nitro Security Module writes it."""
    return b"\xbf" + b"".join(cbor2.dumps(part) for pair in claims.items() for part in pair) + b"\xff"


def message(payload: bytes, *, tag: bytes = b"", header: dict[int, int] | None = None) -> bytes:
    """A COSE_Sign1 message (RFC 9052, section 4.2 and 4.4), without a tag unless there is one."""
    protected = cbor2.dumps(header or {1: ES384})
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    r, s = decode_dss_signature(LEAF.sign(signed, ec.ECDSA(hashes.SHA384(), deterministic_signing=True)))
    value = r.to_bytes(48, "big") + s.to_bytes(48, "big")
    return tag + cbor2.dumps([protected, {}, payload, value])


def document(**changes: Any) -> bytes:
    """A document with other claims; one that is `...` is left out."""
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not ...}
    return message(open_map(claims))


E = "/environments/enclave"
FACTS: dict[str, Any] = {
    f"{E}/identifiers/module_id/text": MODULE,
    f"{E}/values/timestamp/int": 1766678659346,
    "/certificates/certificate/subject": "CN=i-0-enc0.test",
    "/certificates/root-0/subject": "CN=test.nitro-enclaves",
    "/certificates/intermediate-1/subject": "CN=zone.test.nitro-enclaves",
    "/signatures/document/hash": "sha-384",
    "/signatures/document/encoding": "p1363",
}
BOUND: dict[str, Any] = {
    "/bindings/user_data/value": USER_DATA.hex(),
    "/bindings/user_data/role": "caller-data",
    "/bindings/nonce/value": NONCE.hex(),
    "/bindings/nonce/role": "challenge",
    f"{E}/values/public_key/bytes": PUBLIC_KEY.hex(),
}


def measured(registers: dict[int, bytes]) -> dict[str, Any]:
    return {
        f"{E}/measurements/pcr{number}/digests/0/digest": value.hex() for number, value in registers.items()
    }


ALL = {number: register(number + 1) for number in range(32)}
MADE: tuple[Made, ...] = (
    Made(
        "plain",
        document(),
        "A document with all claims",
        "The form that enclaves get: no tag, a map of indefinite length",
        {**FACTS, **BOUND, **measured(REGISTERS), f"{E}/debug": "disabled-since-boot"},
    ),
    Made(
        "debug",
        document(pcrs={**REGISTERS, **dict.fromkeys(range(4), ZEROS), 8: ZEROS}),
        "An enclave in debug mode",
        "The registers of its image are zeros; that of the parent instance is not",
        {**FACTS, f"{E}/debug": "enabled", **measured({0: ZEROS, 4: register(4)})},
    ),
    Made(
        "half-debug",
        document(pcrs={**REGISTERS, 1: ZEROS}),
        "Zeros in one of the three registers of the image",
        "Nothing defines what that is: it is not reported",
        {**FACTS, f"{E}/debug": "not-reported"},
    ),
    Made(
        "few-registers",
        document(pcrs={0: register(0), 2: register(2)}),
        "A document without PCR1",
        "A register that is not there is not zero",
        {**FACTS, f"{E}/debug": "not-reported", f"{E}/measurements/pcr1/digests/0/digest": None},
    ),
    Made(
        "all-registers",
        document(pcrs=ALL),
        "All 32 registers",
        "The enclave's own ones are there once they are locked",
        {**FACTS, **measured(ALL), f"{E}/measurements/pcr16/phase": "runtime"},
    ),
    Made(
        "null-claims",
        document(public_key=None, user_data=None, nonce=None),
        "Null for what the enclave left out",
        "Real documents have it; null is no value, and nothing shows that the document is fresh",
        {**FACTS, "/bindings": [], "/notes/0/code": "no-caller-data"},
    ),
    Made(
        "no-claims",
        document(public_key=..., user_data=..., nonce=b""),
        "No public key, no user data, and an empty nonce",
        "What is empty ties the document to nobody",
        {**FACTS, "/bindings": [], "/notes/0/code": "no-caller-data"},
    ),
    Made(
        "nonce-alone",
        document(user_data=None),
        "A nonce and no user data",
        "A challenge is enough for freshness",
        {**FACTS, "/bindings/nonce/value": NONCE.hex(), "/notes": []},
    ),
    Made(
        "definite",
        message(cbor2.dumps(CLAIMS)),
        "A payload of definite length",
        "The specification does not say which",
        {**FACTS, **BOUND},
    ),
    Made(
        "tagged",
        message(open_map(CLAIMS), tag=b"\xd2"),
        "With the tag of COSE_Sign1",
        "As the specification shows it; it says nothing more",
        {**FACTS, **BOUND},
    ),
    Made(
        "unknown-claims",
        document(color="blue", shade=[1, 2]),
        "Two claims that nobody has defined",
        "They are kept as they are, and noted",
        {**FACTS, f"{E}/unknown/color/raw": cbor2.dumps("blue").hex(), "/notes/0/code": "unknown-claim"},
    ),
    Made(
        "unknown-algorithm",
        message(open_map(CLAIMS), header={1: -999}),
        "An algorithm that nobody has defined",
        "Kept as its number: no key can check it",
        {f"{E}/identifiers/module_id/text": MODULE, "/signatures/document/alg": "cose:-999"},
    ),
)
"""The recipes in `fixtures/invalid` are made from some of them."""


def jwk(private: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The public half (RFC 7518, 6.2.1)."""
    numbers = private.public_key().public_numbers()
    x, y = (urlsafe_b64encode(part.to_bytes(48, "big")).decode() for part in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-384", "x": x, "y": y}


PASSED = {"signature:document": "passed", "chain:document": "passed"}
ANCHOR = {"anchors": [ROOT_CERTIFICATE.hex()]}
CHECKED: tuple[Checked, ...] = (
    Checked(
        "root",
        "plain",
        "The root is trusted",
        "The whole of it: root, bundle, leaf, signature",
        PASSED,
        ANCHOR,
    ),
    Checked(
        "nonce",
        "plain",
        "The nonce that the caller chose, beside user data",
        "It is in the document, and signed: both are the caller's to choose",
        {**PASSED, "binding:nonce-binding": "passed"},
        {**ANCHOR, "nonce": NONCE.hex()},
    ),
    Checked(
        "user-data",
        "plain",
        "The user data is what the caller chose",
        "Whoever puts a digest of several things there has no need of a nonce",
        {**PASSED, "binding:nonce-binding": "passed"},
        {**ANCHOR, "nonce": USER_DATA.hex()},
    ),
    Checked(
        "other-nonce",
        "plain",
        "The nonce of somebody else",
        "It may be a recording",
        {**PASSED, "binding:nonce-binding": "differs"},
        {**ANCHOR, "nonce": NONCE[::-1].hex()},
    ),
    Checked("tagged", "tagged", "The same with a tag", "The tag is not signed", PASSED, ANCHOR),
    Checked(
        "nobody-trusted",
        "plain",
        "The root came with the document, and nobody trusts it",
        "A certificate that helps is no anchor",
        {"signature:document": "no-key", "chain:document": "untrusted-root"},
        {},
    ),
    Checked(
        "key",
        "debug",
        "The key of the module, from the caller",
        "Who has the key needs no chain; what it signs may be in debug mode all the same",
        {"signature:document": "passed"},
        {"keys": {"nsm": jwk(LEAF)}},
    ),
    Checked(
        "other-key",
        "plain",
        "Another key",
        "Whoever can make such a key can make such a document",
        {"signature:document": "bad-signature"},
        {"keys": {"nsm": jwk(OTHER)}},
    ),
)


def write() -> None:
    """Writes them, and keeps the claims that were recorded for the same name."""
    for folder in ("valid", "verify"):
        (FIXTURES / folder).mkdir(parents=True, exist_ok=True)
    for one in MADE:
        (FIXTURES / "valid" / f"{one.name}.bin").write_bytes(one.data)
        path = FIXTURES / "valid" / f"{one.name}.json"
        _write(
            path,
            {
                "what": one.what,
                "why": one.why,
                "origin": "generator",
                "generator": "tests/generate.py",
                "facts": one.facts,
                "claims": json.loads(path.read_text()).get("claims", {}) if path.exists() else {},
            },
        )
    for case in CHECKED:
        _write(
            FIXTURES / "verify" / f"{case.name}.json",
            {
                "what": case.what,
                "why": case.why,
                "origin_of": case.origin_of,
                "at": "2026-11-01T00:00:00Z",
                **case.trust,
                "verified": {*case.checks.values()} == {"passed"},
                "checks": case.checks,
            },
        )


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write()
