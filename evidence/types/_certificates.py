"""Certificates in claims: the same few facts, and places, for every type that carries them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence.claims import Bytes
from evidence.claims import Certificate as Claim
from evidence.input import NOTHING
from evidence.paths import join
from evidence.registry import Source
from evidence.wire.x509 import X509Certificate


def entry(certificate: X509Certificate, source: str, environment: str | None = None) -> Claim:
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


def sources(
    certificate: X509Certificate,
    source: str,
    extensions: Mapping[str, tuple[str, ...]] = NOTHING,
    layer: str = "evidence",
) -> Iterator[Source]:
    """Where a certificate lies in `layer`, and those of its extensions (by OID) that became claims.

    What is inside of PEM lies in a layer of its own, `pem:SOURCE`.
    """
    yield Source(source, certificate.start, certificate.end, (join("certificates", source),), layer)
    for oid, claims in extensions.items():
        extension = certificate.extensions.get(oid)
        if extension is None:
            continue
        field, start, end = f"{source}.{oid}", extension.start, extension.end
        if certificate.encoding == "der":
            yield Source(field, certificate.start + start, certificate.start + end, claims, layer)
        else:
            outer = (certificate.start, certificate.end) if layer == "evidence" else None
            yield Source(field, start, end, claims, f"pem:{source}", outer, extension.value)
