"""Certificates in claims: the same few facts for every type that carries them."""

from __future__ import annotations

from evidence.claims import Bytes
from evidence.claims import Certificate as Claim
from evidence.wire.x509 import Certificate


def entry(certificate: Certificate, source: str, environment: str | None = None) -> Claim:
    """The claim about one certificate. `source` says where it came from, by the words of its type."""
    return Claim(
        source=source,
        sha256=Bytes(certificate.sha256),
        spki_sha256=Bytes(certificate.key.spki_sha256),
        subject=certificate.subject,
        issuer=certificate.issuer,
        serial=Bytes(certificate.serial),
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        encoding=certificate.encoding,
        environment=environment,
    )
