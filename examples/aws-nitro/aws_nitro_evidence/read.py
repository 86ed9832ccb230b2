"""Bytes to an attestation document: a message around one map, and the certificates in it."""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec import Struct

from aws_nitro_evidence.layout import DOCUMENT
from evidence import limits
from evidence.errors import ConstraintViolation, MissingField, TrailingBytes
from evidence.input import Input
from evidence.wire import cbor, cose, x509
from evidence.wire.claimset import ClaimSet
from evidence.wire.x509 import X509Certificate

WHAT: Final = "attestation document"


class Authority(NamedTuple):
    """A certificate of the document, and the name of its part."""

    source: str
    certificate: X509Certificate


class Document(Struct, frozen=True, kw_only=True):
    """A document: its message, its claims, the leaf and then the bundle, whose first one is the root."""

    message: cose.CoseMessage
    claims: ClaimSet
    registers: ClaimSet
    authorities: tuple[Authority, ...]


def read(source: Input) -> Document:
    """The document that the input is, with nothing behind it.

    Raises `Truncated`, `TrailingBytes`, `BadEncoding`, `ConstraintViolation`, `MissingField` or `LimitExceeded`.
    """
    data = source.data
    message = cose.read(data, WHAT)
    if message.is_mac:
        raise _violation("message", 0, data[:1], "COSE_Sign1")
    if message.span.end != len(data):
        extra = len(data) - message.span.end
        raise TrailingBytes(what=WHAT, offset=message.span.end, extra=extra, spec=cose.SPEC)
    cose.check(message, WHAT)
    if message.unprotected:
        raise _violation(
            "unprotected header", message.unprotected_span.start, [*message.unprotected], "an empty map"
        )
    if message.header.keys() != {cose.ALG}:
        raise _violation(
            "protected header", message.protected_span.start, [*message.header], "an algorithm alone"
        )
    start, end = message.payload_span
    value = cbor.loads_open(data, WHAT, start, end)
    try:
        claims = DOCUMENT.read(value, "")
    except MissingField as error:
        error.offset = start
        raise
    limits.check("claims", limits.CLAIMS, len(claims.unknown), offset=start)
    limits.check("certificates", limits.CERTIFICATES, 1 + len(claims.values["cabundle"]), offset=start)
    return Document(
        message=message,
        claims=claims,
        registers=claims.values["pcrs"],
        authorities=_authorities(data, start),
    )


def _authorities(data: bytes, start: int) -> tuple[Authority, ...]:
    """The leaf, and the bundle in its order."""
    places = {entry.key: entry for entry in cbor.entries(data, start)}
    leaf = Authority(
        "certificate", _certificate(data, places["certificate"].value, places["certificate"].end)
    )
    authorities = [leaf]
    for entry in cbor.entries(data, places["cabundle"].value):
        certificate = _certificate(data, entry.value, entry.end)
        part = "root" if certificate.subject == certificate.issuer else "intermediate"
        authorities.append(Authority(f"{part}-{entry.key}", certificate))
    return tuple(authorities)


def _certificate(data: bytes, start: int, end: int) -> X509Certificate:
    """The one certificate in the byte string from `start` to `end`."""
    certificate = x509.read(data, "certificate", cbor.content(data, start, end), end)
    if certificate.end != end:
        raise TrailingBytes(what="certificate", offset=certificate.end, extra=end - certificate.end)
    return certificate


def _violation(what: str, offset: int, got: object, allowed: str) -> ConstraintViolation:
    return ConstraintViolation(what=f"{WHAT} {what}", offset=offset, got=got, allowed=allowed, spec=cose.SPEC)
