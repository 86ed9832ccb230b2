"""Certificates and revocation lists of every shape, made for one test with keys of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from evidence.wire import x509 as ours
from evidence.wire.x509 import X509Certificate

AT: Final = "2026-11-01T00:00:00Z"
START, END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)


@cache
def key(number: int, curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    """A key that is the same every time; it protects nothing."""
    return ec.derive_private_key(0x1000 + number, curve())


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def usage(*, sign: bool = False, certificates: bool = False, crls: bool = False) -> x509.KeyUsage:
    rest = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(digital_signature=sign, key_cert_sign=certificates, crl_sign=crls, **rest)


def make(
    subject: str,
    number: int,
    issuer: str,
    by: int,
    *,
    ca: bool | None = False,
    length: int | None = None,
    key_usage: x509.KeyUsage | None = None,
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
    window: tuple[datetime, datetime] = (START, END),
    hash_: hashes.SHA256 | hashes.SHA512 | None = None,
    public: Any = None,
    signer: Any = None,
) -> X509Certificate:
    """A certificate of `subject`, whose key is `number`, by `issuer`, whose key is `by`; None for no basicConstraints."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(public or key(number).public_key())
        .serial_number(1 + number)
        .not_valid_before(window[0])
        .not_valid_after(window[1])
    )
    if ca is not None:
        builder = builder.add_extension(
            x509.BasicConstraints(ca=ca, path_length=length if ca else None), critical=True
        )
    if key_usage is not None:
        builder = builder.add_extension(key_usage, critical=True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    made = builder.sign(
        signer or key(by), hash_ or hashes.SHA256(), ecdsa_deterministic=True if signer is None else None
    )
    return ours.read(made.public_bytes(Encoding.DER), subject)


def revocation_list(
    issuer: str,
    by: int,
    serials: Iterable[int] = (),
    *,
    window: tuple[datetime, datetime] = (
        datetime(2026, 10, 1, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
    ),
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
    of_entries: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    """A list in DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(name(issuer))
        .last_update(window[0])
        .next_update(window[1])
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(window[0])
        for extension, critical in of_entries:
            entry = entry.add_extension(extension, critical=critical)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key(by), hashes.SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.DER)
