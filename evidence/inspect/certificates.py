"""The parts of a certificate, for those who look at its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.errors import EvidenceError, safe
from evidence.inspect.model import FieldSpan
from evidence.wire import der, x509

VERSION: Final = 0xA0
NAMES: Final = ("serialNumber", "signature", "issuer", "validity", "subject", "subjectPublicKeyInfo")
"""The fields of a TBSCertificate behind its version, all required (RFC 5280, section 4.1)."""


def certificate(data: bytes) -> x509.X509Certificate | None:
    """The one certificate that `data` is, in DER or PEM; None where it is not one."""
    try:
        certificates = x509.read_all(data, "certificate")
    except EvidenceError:
        return None
    return certificates[0] if len(certificates) == 1 else None


def spans(certificate: x509.X509Certificate) -> Iterator[FieldSpan]:
    """Every part under the name that RFC 5280 has for it, the extensions by their object identifiers."""
    tbs, algorithm, signature = der.children(certificate.der)
    fields = list(der.children(certificate.der, tbs.start))
    names = ("version", *NAMES) if fields and fields[0].tag == VERSION else NAMES
    values = _values(certificate)
    for name, item in zip(names, fields, strict=False):
        yield _span(name, item.start, item.end, values.get(name))
    for extension in certificate.extensions.values():
        critical = "critical" if extension.critical else None
        yield _span(f"extension {extension.oid}", extension.start, extension.end, critical)
    yield _span("signatureAlgorithm", algorithm.start, algorithm.end, certificate.signature_algorithm.name)
    yield _span("signatureValue", signature.start, signature.end, None)


def _values(certificate: x509.X509Certificate) -> dict[str, str]:
    key = certificate.key
    return {
        "serialNumber": certificate.serial.hex(),
        "issuer": certificate.issuer,
        "validity": f"{certificate.not_before} to {certificate.not_after}",
        "subject": certificate.subject,
        "subjectPublicKeyInfo": " ".join(filter(None, (key.algorithm, key.curve))),
    }


def _span(name: str, start: int, end: int, value: str | None) -> FieldSpan:
    return FieldSpan(
        field=name, start=start, end=end, kind="structure", value=None if value is None else safe(value)
    )
