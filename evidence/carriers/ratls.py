"""Quotes in the certificates of RA-TLS: an extension holds the quote, whose REPORTDATA is made of the certificate's key.

How it is made differs; it is computed where the project's source says how. Nothing else in the certificate
is evidence of the platform, and nobody has checked who signed it.

Sources: Gramine, `ra_tls_common.h`, and others that use Intel's OID; CCC, interoperable RA-TLS (the DICE
extension); dstack, `ra-tls/src/cert.rs`, `attestation.rs`, `oids.rs`.
"""

from __future__ import annotations

from hashlib import sha512
from typing import Final

from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.errors import CarrierError, EvidenceError, MalformedEvidence
from evidence.input import Carrier, Expect, Input
from evidence.wire import cbor, der, x509
from evidence.wire.x509 import X509Certificate

NAME: Final = "ra-tls"
PLAIN: Final = ("1.2.840.113741.1337.6", "0.6.9.42.840.113741.1337.6")
"""Intel's: the quote as it is. Gramine put the identifier's own tag and length into it: the second form."""
DICE: Final = "2.23.133.5.4.9"
"""A tagged array of the quote and of claims."""
DSTACK, DSTACK_LOG = "1.3.6.1.4.1.62397.1.1", "1.3.6.1.4.1.62397.1.2"
"""The quote, and the event log, each in an OCTET STRING."""
DSTACK_KEY: Final = b"ratls-cert:"
INTEL_TEE_QUOTE: Final = 60000
PEM: Final = b"-----BEGIN CERTIFICATE-----"


def unwrap(source: Input) -> tuple[Input] | None:
    """The quote in the first certificate that has one."""
    if source.data[:1] != b"0" and not source.data.startswith(PEM):
        return None
    try:
        certificates = x509.read_all(source.data, NAME)
    except EvidenceError:
        return None
    pieces = (_piece(source, certificate) for certificate in certificates)
    piece = next((piece for piece in pieces if piece is not None), None)
    return None if piece is None else (piece,)


def _piece(source: Input, certificate: X509Certificate) -> Input | None:
    extensions = certificate.extensions
    for oid in PLAIN:
        if oid in extensions:
            return source.inside(_carrier(oid), extensions[oid].value)
    if DSTACK in extensions:
        digest = sha512(DSTACK_KEY + certificate.key.spki).digest()
        return source.inside(
            _carrier(DSTACK),
            _octets(certificate, DSTACK),
            attachments={"event-log": _octets(certificate, DSTACK_LOG)} if DSTACK_LOG in extensions else {},
            expects=(Expect("report_data", digest, "certificate-key", "sha-512"),),
        )
    if DICE in extensions:
        quote = _tagged(extensions[DICE].value)
        return None if quote is None else source.inside(_carrier(DICE), quote)
    return None


def _carrier(oid: str) -> Carrier:
    return Carrier(NAME, facts={"extension": oid})


def _octets(certificate: X509Certificate, oid: str) -> bytes:
    value = certificate.extensions[oid].value
    try:
        item = der.expect(value, 0, der.OCTET_STRING, NAME)
    except MalformedEvidence as error:
        raise error.of_carrier(NAME) from None
    if item.end != len(value):
        raise CarrierError(carrier=NAME, path=oid, reason="bytes behind the OCTET STRING")
    return value[item.content : item.end]


def _tagged(value: bytes) -> bytes | None:
    """The quote of a tagged array; None for other messages that DICE wraps here."""
    try:
        tagged = cbor.loads(value, NAME)
    except EvidenceError:
        return None
    if not isinstance(tagged, cbor.Tag) or tagged.number != INTEL_TEE_QUOTE:
        return None
    inside = tagged.value
    quote = inside[0] if isinstance(inside, tuple) and inside else None
    return quote if isinstance(quote, bytes) else None


CARRIERS: Final = (
    CarrierDescriptor(
        name="ra-tls",
        section="intel",
        told_by=(
            "a certificate, or several in PEM, with an extension of RA-TLS: 1.2.840.113741.1337.6 "
            "(also as Gramine writes it, 0.6.9.42.840.113741.1337.6), 2.23.133.5.4.9 with CBOR tag "
            "60000, or 1.3.6.1.4.1.62397.1.1"
        ),
        taken="the quote in the first certificate that has one",
        rest=(
            "dstack's: 1.3.6.1.4.1.62397.1.2 becomes `event-log`, and REPORTDATA must be SHA-512 of "
            "`ratls-cert:` and the certificate's key. How others bind the key is their matter. The "
            "certificate itself is not kept"
        ),
        source="Gramine; CCC, interoperable RA-TLS; dstack, `ra-tls`",
        forms=(InBytes(unwrap),),
    ),
)
