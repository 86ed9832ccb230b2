"""What a certificate must be: its critical extensions, its time, and what an issuer may do.

Source: RFC 5280, sections 4.2 and 6.1.4.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from evidence.errors import EvidenceError
from evidence.verify.words import StepRefused
from evidence.wire import der
from evidence.wire.x509 import X509Certificate

BASIC_CONSTRAINTS, KEY_USAGE = "2.5.29.19", "2.5.29.15"
UNDERSTOOD: Final = frozenset(
    {
        BASIC_CONSTRAINTS,
        KEY_USAGE,
        "2.5.29.17",  # subjectAltName
        "2.5.29.32",  # certificatePolicies
        "2.5.29.37",  # extKeyUsage: said, and not required
    }
)
"""Extensions that may be critical."""
DIGITAL_SIGNATURE, CERT_SIGN, CRL_SIGN = 0, 5, 6
"""Bits of keyUsage."""


def check_extensions(certificate: X509Certificate, understood: frozenset[str] = UNDERSTOOD) -> None:
    """Raise `StepRefused` for a critical extension that is not understood."""
    for extension in certificate.extensions.values():
        if extension.critical and extension.oid not in understood:
            raise StepRefused("bad-certificate", f"{certificate.subject}: critical extension {extension.oid}")


def check_time(certificate: X509Certificate, at: str) -> None:
    """Raise `StepRefused` unless the certificate is valid at this time; times of one form compare as texts."""
    if at < certificate.not_before:
        raise StepRefused("not-yet-valid", f"{certificate.subject}: from {certificate.not_before}")
    if at > certificate.not_after:
        raise StepRefused("expired", f"{certificate.subject}: to {certificate.not_after}")


def check_issuers(path: tuple[X509Certificate, ...]) -> None:
    """Raise `bad-issuer` unless every certificate above the leaf may issue the one below it."""
    below = 0  # certificates between this issuer and the leaf that are not self-issued
    for certificate in path[1:]:
        is_ca, longest = basic_constraints(certificate)
        if not is_ca:
            raise StepRefused("bad-issuer", f"{certificate.subject} is no CA")
        if longest is not None and below > longest:
            raise StepRefused("bad-issuer", f"{certificate.subject} allows {longest} below it")
        if not has_usage(certificate, CERT_SIGN):
            raise StepRefused("bad-issuer", f"{certificate.subject} signs no certificates")
        below += certificate.subject_raw != certificate.issuer_raw


def basic_constraints(certificate: X509Certificate) -> tuple[bool, int | None]:
    """Whether it is a CA, and how many CAs may stand below it; one without the extension is none."""
    extension = certificate.extensions.get(BASIC_CONSTRAINTS)
    if extension is None:
        return False, None
    read = _constraints(extension.value)
    if read is None:
        raise StepRefused("bad-certificate", f"{certificate.subject}: basicConstraints")
    return read


def has_usage(certificate: X509Certificate, bit: int) -> bool:
    """Whether keyUsage has this bit; a certificate without keyUsage has all."""
    extension = certificate.extensions.get(KEY_USAGE)
    if extension is None:
        return True
    bits = _bits(extension.value)
    if bits is None:
        raise StepRefused("bad-certificate", f"{certificate.subject}: keyUsage")
    return bit // 8 < len(bits) and bool(bits[bit // 8] & 0x80 >> bit % 8)


def may_sign(leaf: X509Certificate) -> None:
    """Raise `StepRefused` for a leaf that is an authority, or may not sign."""
    if basic_constraints(leaf)[0] or not has_usage(leaf, DIGITAL_SIGNATURE):
        raise StepRefused("bad-certificate", f"{leaf.subject} is a CA, or may not sign")


@lru_cache(64)  # the same few stand in every authority
def _bits(value: bytes) -> bytes | None:
    """The bits of a keyUsage, the first one highest; None for what is none."""
    if not _is_one(value, der.BIT_STRING):
        return None
    return value[der.item(value, 0).content + 1 :]  # behind the number of unused bits


@lru_cache(64)
def _constraints(value: bytes) -> tuple[bool, int | None] | None:
    """The fields cA and pathLenConstraint; None for what is no BasicConstraints. A FALSE that is written out is one."""
    if not _is_one(value, der.SEQUENCE):
        return None
    fields = [*der.children(value, 0)]
    is_ca = bool(fields) and fields[0].tag == der.BOOLEAN and value[fields[0].content] != 0
    rest = fields[1:] if fields and fields[0].tag == der.BOOLEAN else fields
    if [field.tag for field in rest] not in ([], [der.INTEGER]):
        return None
    longest = der.integer(value[rest[0].content : rest[0].end]) if rest else None
    return None if longest is not None and longest < 0 else (is_ca, longest)


def _is_one(value: bytes, tag: int) -> bool:
    """Whether an extension holds one value with this tag, and nothing more."""
    try:
        return der.check(value, "extension") == len(value) and value[:1] == bytes((tag,))
    except EvidenceError:
        return False
