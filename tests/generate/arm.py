"""What the generators of CCA and PSA tokens share: COSE messages by hand, with keys of our own."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.generate.common import ec_key, ecdsa

CURVES: dict[int, tuple[ec.EllipticCurve, hashes.HashAlgorithm, int]] = {
    -7: (ec.SECP256R1(), hashes.SHA256(), 32),
    -35: (ec.SECP384R1(), hashes.SHA384(), 48),
    -36: (ec.SECP521R1(), hashes.SHA512(), 66),
}


def filled(first: int, size: int) -> bytes:
    """Bytes that differ, so that a shifted or reversed field cannot look right."""
    return bytes((first + index) % 256 for index in range(size))


def key(alg: int, number: int) -> ec.EllipticCurvePrivateKey:
    """A test key for an algorithm of COSE."""
    return ec_key(CURVES[alg][0], number)


def point(private: ec.EllipticCurvePrivateKey) -> tuple[bytes, bytes]:
    """The coordinates of its public point."""
    numbers = private.public_key().public_numbers()
    size = (private.curve.key_size + 7) // 8
    return numbers.x.to_bytes(size, "big"), numbers.y.to_bytes(size, "big")


def sign1(
    payload: bytes,
    private: ec.EllipticCurvePrivateKey,
    alg: int = -35,
    protected: bytes | None = None,
    unprotected: dict[int, Any] | None = None,
) -> bytes:
    """A tagged COSE_Sign1 message (RFC 9052, sections 4.2 and 4.4)."""
    header = cbor2.dumps({1: alg}) if protected is None else protected
    _, hash_, size = CURVES[alg]
    r, s = ecdsa(private, hash_, cbor2.dumps(["Signature1", header, b"", payload]))
    signature = r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return cbor2.dumps(cbor2.CBORTag(18, [header, unprotected or {}, payload, signature]))


def mac0(payload: bytes, secret: bytes, alg: int = 5) -> bytes:
    """A tagged COSE_Mac0 message with HMAC 256/256 (RFC 9052, sections 6.2 and 6.3)."""
    header = cbor2.dumps({1: alg})
    code = hmac.digest(secret, cbor2.dumps(["MAC0", header, b"", payload]), "sha256")
    return cbor2.dumps(cbor2.CBORTag(17, [header, {}, payload, code]))


def certificate(subject: str, number: int) -> bytes:
    """A self-signed certificate of our own, the same every time, in DER."""
    private = key(-35, number)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(number)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
    )
    made = builder.sign(private, hashes.SHA384(), ecdsa_deterministic=True)
    return made.public_bytes(Encoding.DER)
