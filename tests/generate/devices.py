"""Devices of every version, algorithm and slot, each with keys of its own, and the objects that Linux has of them.

A device is its certificates, its negotiation, a signed pair and the report of an interface. What was signed is written down
beside it: a reader must come to the same.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from tests.generate import spdm as s
from tests.generate.common import ec_key
from tests.generate.pci_tdisp import TWO


class Algorithm(NamedTuple):
    """A signature scheme and its hash, with their bits in BaseAsymSel and BaseHashSel."""

    name: str
    asym: int
    hash_bit: int
    hash: str
    curve: ec.EllipticCurve | None = None


ALGORITHMS = (
    Algorithm("ecdsa-p256", 4, 0, "sha256", ec.SECP256R1()),
    Algorithm("ecdsa-p384", 7, 1, "sha384", ec.SECP384R1()),
    Algorithm("ecdsa-p521", 8, 2, "sha512", ec.SECP521R1()),
    Algorithm("rsassa-2048", 0, 0, "sha256"),
    Algorithm("rsapss-2048", 1, 1, "sha384"),
)
VERSIONS = (0x10, 0x11, 0x12, 0x13, 0x14)
HASHES: dict[str, Any] = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


class Device(NamedTuple):
    """A device: its objects by name, its root, the message that it signed, its signature."""

    algorithm: Algorithm
    objects: dict[str, bytes]
    root: bytes
    message: bytes
    signature: bytes
    request: bytes
    response: bytes


@cache
def key(algorithm: Algorithm, number: int) -> Any:
    """A test key; those of curves are the same every time."""
    if algorithm.curve is not None:
        return ec_key(algorithm.curve, 0x1000 + number)
    return rsa.generate_private_key(65537, 2048)


def sign(algorithm: Algorithm, private: Any, message: bytes) -> bytes:
    hash_ = HASHES[algorithm.hash]
    if algorithm.curve is not None:
        r, number = decode_dss_signature(private.sign(message, ec.ECDSA(hash_)))
        size = (algorithm.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + number.to_bytes(size, "big")
    if "pss" in algorithm.name:
        signed: bytes = private.sign(message, padding.PSS(padding.MGF1(hash_), hash_.digest_size), hash_)
        return signed
    plain: bytes = private.sign(message, padding.PKCS1v15(), hash_)
    return plain


def certificate(algorithm: Algorithm, subject: str, number: int, issuer: str, issuer_number: int) -> bytes:
    """A certificate of a key by another one; number 0 is an authority."""

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    usage = [False] * 9
    usage[5 if number == 0 else 0] = True  # keyCertSign, digitalSignature
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key(algorithm, number).public_key())
        .serial_number(100 + number)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2056, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=number == 0, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(*usage), critical=True)
    )
    signed = builder.sign(key(algorithm, issuer_number), HASHES[algorithm.hash])
    return signed.public_bytes(Encoding.DER)


@cache
def chain(algorithm: Algorithm, slot: int) -> tuple[bytes, bytes]:
    """The root, and the leaf of a slot."""
    root = certificate(algorithm, "Root of devices", 0, "Root of devices", 0)
    return root, certificate(algorithm, f"Slot {slot}", 1 + slot, "Root of devices", 0)


def structure(algorithm: Algorithm, slot: int) -> bytes:
    """The chain as SPDM has it: length, hash of the root, certificates."""
    root, leaf = chain(algorithm, slot)
    content = hashlib.new(algorithm.hash, root).digest() + root + leaf
    return s.le(4 + len(content), 4) + content


def device(version: int, algorithm: Algorithm, slot: int = 0, others: tuple[int, ...] = ()) -> Device:
    """A device whose slot signs, with the chains of other slots beside it."""
    digest = hashlib.new(algorithm.hash, b"firmware of a device").digest()
    vca = s.vca(
        version,
        asym=1 << algorithm.asym,
        base_hash=1 << algorithm.hash_bit,
        measurement_hash=2 << algorithm.hash_bit,
    )
    request = s.get_measurements(version, slot=slot)
    blocks = [s.block(1, 0x00, digest), s.block(2, 0x01, digest[::-1])]
    response = s.measurements(version, blocks, param2=slot if version > 0x10 else 0)
    message = request + response
    if version >= 0x12:
        prefix = b"dmtf-spdm-v1.%d.*" % (version & 15) * 4 + bytes(6) + b"responder-measurements signing"
        message = prefix + hashlib.new(algorithm.hash, vca + request + response).digest()
    signature = sign(algorithm, key(algorithm, 1 + slot), message)
    objects = {f"cert{number}": structure(algorithm, number) for number in sorted({slot, *others})}
    objects |= {"vca": vca, "measurements": request + response + signature, "report": TWO}
    return Device(
        algorithm, objects, chain(algorithm, slot)[0], message, signature, request, response + signature
    )
