"""Every signature scheme and hash of every version of SPDM, signed here with real keys and verified over what we say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

import evidence
from evidence.convert import Evidence
from evidence.registry import Signed
from tests.generate import spdm as s

VERSIONS: Final = (0x10, 0x11, 0x12, 0x13, 0x14)
PURPOSE: Final = b"responder-measurements signing"
# name to bit of BaseHashSel; that of MeasurementHashAlgo is one more
HASHES: Final = {
    "sha-256": (0, hashes.SHA256()),
    "sha-384": (1, hashes.SHA384()),
    "sha-512": (2, hashes.SHA512()),
    "sha3-256": (3, hashes.SHA3_256()),
    "sha3-384": (4, hashes.SHA3_384()),
    "sha3-512": (5, hashes.SHA3_512()),
    "sm3": (6, hashes.SM3()),
}

Sign = Callable[[bytes, hashes.HashAlgorithm], bytes]
Verify = Callable[[bytes, bytes, hashes.HashAlgorithm], None]


class Key(NamedTuple):
    """How a scheme signs, and how another library verifies: signature, message, hash."""

    sign: Sign
    verify: Verify


@cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def rsassa(bits: int) -> Key:
    key = rsa_key(bits)
    return Key(
        lambda data, hash_: key.sign(data, padding.PKCS1v15(), hash_),
        lambda value, data, hash_: key.public_key().verify(value, data, padding.PKCS1v15(), hash_),
    )


def pss(hash_: hashes.HashAlgorithm) -> padding.PSS:
    return padding.PSS(padding.MGF1(hash_), hash_.digest_size)


def rsapss(bits: int) -> Key:
    key = rsa_key(bits)
    return Key(
        lambda data, hash_: key.sign(data, pss(hash_), hash_),
        lambda value, data, hash_: key.public_key().verify(value, data, pss(hash_), hash_),
    )


def ecdsa(curve: ec.EllipticCurve) -> Key:
    """Two numbers, each as long as the curve's order, big-endian."""
    key, size = ec.derive_private_key(0x5D5D, curve), (curve.key_size + 7) // 8

    def sign(data: bytes, hash_: hashes.HashAlgorithm) -> bytes:
        r, ss = decode_dss_signature(key.sign(data, ec.ECDSA(hash_)))
        return r.to_bytes(size, "big") + ss.to_bytes(size, "big")

    def verify(value: bytes, data: bytes, hash_: hashes.HashAlgorithm) -> None:
        r, ss = (int.from_bytes(part, "big") for part in (value[:size], value[size:]))
        key.public_key().verify(encode_dss_signature(r, ss), data, ec.ECDSA(hash_))

    return Key(sign, verify)


def eddsa(key: ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) -> Key:
    """The message itself is signed, whatever the base hash."""
    return Key(lambda data, _: key.sign(data), lambda value, data, _: key.public_key().verify(value, data))


def ml_dsa(key: mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey) -> Key:
    """The message itself is signed, with the purpose as context."""
    return Key(
        lambda data, _: key.sign(data, PURPOSE),
        lambda value, data, _: key.public_key().verify(value, data, PURPOSE),
    )


# name, bit of BaseAsymSel, key
SCHEMES: Final[dict[str, tuple[int, Callable[[], Key]]]] = {
    "rsassa-2048": (0, lambda: rsassa(2048)),
    "rsapss-2048": (1, lambda: rsapss(2048)),
    "rsassa-3072": (2, lambda: rsassa(3072)),
    "rsapss-3072": (3, lambda: rsapss(3072)),
    "ecdsa-p256": (4, lambda: ecdsa(ec.SECP256R1())),
    "rsassa-4096": (5, lambda: rsassa(4096)),
    "rsapss-4096": (6, lambda: rsapss(4096)),
    "ecdsa-p384": (7, lambda: ecdsa(ec.SECP384R1())),
    "ecdsa-p521": (8, lambda: ecdsa(ec.SECP521R1())),
    "ed25519": (10, lambda: eddsa(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))),
    "ed448": (11, lambda: eddsa(ed448.Ed448PrivateKey.from_private_bytes(bytes(range(57))))),
}
# name, bit of PqcAsymSel, key
PQC: Final[dict[str, tuple[int, Callable[[], Key]]]] = {
    "ml-dsa-44": (0, lambda: ml_dsa(mldsa.MLDSA44PrivateKey.from_seed_bytes(bytes(range(32))))),
    "ml-dsa-65": (1, lambda: ml_dsa(mldsa.MLDSA65PrivateKey.from_seed_bytes(bytes(range(32))))),
    "ml-dsa-87": (2, lambda: ml_dsa(mldsa.MLDSA87PrivateKey.from_seed_bytes(bytes(range(32))))),
}
ENCODINGS: Final = {"rsa": "rsa", "ecd": "p1363"}


def signed_message(version: int, transcript: bytes, hash_: str) -> bytes:
    """What is signed: the transcript up to 1.1, from 1.2 on a prefix of 100 bytes and the transcript's hash."""
    if version < 0x12:
        return transcript
    prefix = b"dmtf-spdm-v1.%d.*" % (version & 15) * 4 + bytes(6) + PURPOSE
    assert len(prefix) == 100
    return prefix + hashlib.new(hash_.replace("sha-", "sha").replace("sha3-", "sha3_"), transcript).digest()


def transcript(version: int, hash_: str, *, asym: int = 0, pqc: int = 0) -> bytes:
    """Negotiation, a request, and its response up to the signature."""
    bit, algorithm = HASHES[hash_]
    measured = [s.block(1, 0x01, bytes(range(algorithm.digest_size)))]
    before = s.vca(version, asym=asym, pqc=pqc, base_hash=1 << bit, measurement_hash=2 << bit)
    return before + s.get_measurements(version, slot=2) + s.measurements(version, measured, param2=2)


def check(piece: Evidence, name: str, hash_: str) -> Signed:
    """What the claims say, and where the signature lies."""
    (claimed,) = piece.claims.signatures
    (signature,) = piece.signed()
    assert (claimed.alg, claimed.hash) == (name, hash_)
    assert claimed.encoding == ENCODINGS.get(name[:3])
    assert piece.claims.evidence.protection == "signed"
    assert piece.data.endswith(signature.value)
    (measured,) = piece.claims.environment("device").measurements
    assert measured.digests[0].alg == hash_
    assert not [note for note in piece.claims.notes if note.code == "digest-length"]
    return signature


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", SCHEMES)
def test_every_scheme_of_every_version(version: int, name: str) -> None:
    bit, make = SCHEMES[name]
    key = make()
    hash_ = ("sha-256", "sha-384", "sha-512")[(bit + version) % 3]
    data = transcript(version, hash_, asym=1 << bit)
    before = len(s.vca(version)) if version < 0x12 else 0
    message = signed_message(version, data[before:], hash_)
    piece = evidence.parse(data + key.sign(message, HASHES[hash_][1]))
    signature = check(piece, name, hash_)
    assert piece.message(signature) == message
    key.verify(signature.value, piece.message(signature), HASHES[hash_][1])
    assert signature.covers == ((before, len(data)),)
    assert signature.by == ("responder" if version == 0x10 else "slot-2")


@pytest.mark.parametrize("name", PQC)
@pytest.mark.parametrize("hash_", ["sha-384", "sha3-512"])
def test_lattices_sign_with_a_context(name: str, hash_: str) -> None:
    bit, make = PQC[name]
    key, data = make(), transcript(0x14, hash_, pqc=1 << bit)
    message = signed_message(0x14, data, hash_)
    piece = evidence.parse(data + key.sign(message, HASHES[hash_][1]))
    signature = check(piece, name, hash_)
    assert piece.message(signature) == message
    key.verify(signature.value, message, HASHES[hash_][1])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("hash_", HASHES)
def test_every_hash_of_every_version(version: int, hash_: str) -> None:
    data = transcript(version, hash_, asym=1 << 4)
    before = len(s.vca(version)) if version < 0x12 else 0
    piece = evidence.parse(data + bytes(range(1, 65)))
    signature = check(piece, "ecdsa-p256", hash_)
    assert piece.message(signature) == signed_message(version, data[before:], hash_)


@pytest.mark.parametrize("bit", range(15))
def test_every_post_quantum_scheme_has_its_size(bit: int) -> None:
    """Sizes of FIPS 204 and FIPS 205, and of SM2 beside them."""
    sizes = (
        2420,
        3309,
        4627,
        7856,
        7856,
        17088,
        17088,
        16224,
        16224,
        35664,
        35664,
        29792,
        29792,
        49856,
        49856,
    )
    data = transcript(0x14, "sha-384", pqc=1 << bit)
    piece = evidence.parse(data + b"\1" * sizes[bit])
    assert len(piece.signed()[0].value) == sizes[bit]
    (failed,) = evidence.parse_all(data + b"\1" * (sizes[bit] - 1))
    assert not isinstance(failed, Evidence)
    before = evidence.parse(transcript(0x13, "sha-384", asym=1 << 9, pqc=1 << bit) + b"\1" * 64)
    assert before.claims.signatures[0].alg == "sm2"  # the field is reserved before 1.4
