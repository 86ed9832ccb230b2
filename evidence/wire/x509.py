"""Certificates as attestation evidence carries them: read completely, and judged by nobody.

Public hardware certificates have serial number 0, or a negative one, lack what RFC 5280 asks of a
certification authority, and come as DER, as PEM in any order with text between, or one after the other
without a separator. All of that is read. A name is RFC 4514 text, a time is RFC 3339, a serial number is
the content octets of its INTEGER.

Sources: RFC 5280 (the structures), RFC 7468 (PEM).
"""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from evidence import limits
from evidence.errors import (
    BadEncoding,
    EvidenceError,
    LimitExceeded,
    MalformedEvidence,
    TrailingBytes,
    Truncated,
)
from evidence.wire import der, distinguished
from evidence.wire.algorithms import CURVES, KEYS, SIGNATURES, Algorithm
from evidence.wire.der import Item
from evidence.wire.memo import Memo

SPEC: Final = "RFC 5280, section 4.1"
VERSION: Final = 0xA0
UNIQUE_IDS: Final = (0x81, 0x82)
EXTENSIONS: Final = 0xA3
EXTENSION: Final = frozenset(
    {(der.OBJECT_IDENTIFIER, der.OCTET_STRING), (der.OBJECT_IDENTIFIER, der.BOOLEAN, der.OCTET_STRING)}
)
"""The tags of one extension."""


class Extension(NamedTuple):
    """One extension. `value` is the content of extnValue; `start` and `end` say where that lies in the DER."""

    oid: str
    critical: bool
    value: bytes
    start: int
    end: int


class CertificateKey(NamedTuple):
    """A public key. `algorithm` and `curve` are names, or dotted OIDs where there is no name here.

    `raw` is the content of subjectPublicKey: the point of an EC key (SEC 1), the DER of an RSA key.
    """

    algorithm: str
    curve: str | None
    raw: bytes
    spki: bytes
    spki_sha256: bytes


class X509Certificate(Struct, frozen=True, kw_only=True):
    """One certificate. `start` and `end` say where it lies in what held it, for PEM with its armour.

    `subject_raw` and `issuer_raw` are the names' DER, to compare. `tbs` is what the issuer signed,
    `signature` its signature, `signature_raw` the AlgorithmIdentifier with its parameters.
    """

    der: bytes
    start: int
    end: int
    encoding: Literal["der", "pem"]
    subject: str
    issuer: str
    subject_raw: bytes
    issuer_raw: bytes
    serial: bytes
    not_before: str
    not_after: str
    key: CertificateKey
    extensions: Mapping[str, Extension]
    signature_algorithm: Algorithm
    signature_raw: bytes
    tbs: bytes
    signature: bytes
    sha256: bytes


def read(data: bytes, what: str, start: int = 0, end: int | None = None) -> X509Certificate:
    """The DER certificate that begins at `start` (bytes); more may follow its `end`.

    Raises `Truncated`, `BadEncoding` or `LimitExceeded` with offsets into `data`.
    """
    outer = der.expect(data, start, der.SEQUENCE, what, end)
    limits.check("certificate bytes", limits.CERTIFICATE_BYTES, outer.end - start, offset=start)
    whole = data[outer.start : outer.end]
    certificate = _KNOWN.get(whole)
    if certificate is None:
        certificate = _CertificateReader(data, what, start).certificate(der.tree(data, what, start, end))
        if len(whole) <= REMEMBERED_BYTES:
            _KNOWN.keep(whole, certificate)
    return certificate if certificate.start == start else replace(certificate, start=start, end=outer.end)


REMEMBERED: Final = 64
REMEMBERED_BYTES: Final = 4 << 10
"""Real certificates are smaller; so what is kept has a bound that is small."""
_KNOWN: Final[Memo[bytes, X509Certificate]] = Memo(REMEMBERED)
"""Certificates that were read without a fault, by their bytes: every chain of a vendor ends in the same few."""


class _CertificateReader:
    """The parts of a certificate in their order, out of values that `der.tree` has read."""

    def __init__(self, data: bytes, what: str, start: int) -> None:
        self.data, self.what, self.start = data, what, start

    def certificate(self, outer: Item) -> X509Certificate:
        tbs, algorithm, signature = self.parts(outer, der.SEQUENCE, der.SEQUENCE, der.BIT_STRING)
        fields = [*tbs.inside]
        if fields and fields[0].tag == VERSION:
            self.parts(fields.pop(0), der.INTEGER)
        if tuple(field.tag for field in fields[:6]) != (der.INTEGER, *[der.SEQUENCE] * 5):
            raise self.bad(tbs, "not the fields of a TBSCertificate")
        serial, inner, issuer, validity, subject, spki = fields[:6]
        if self.raw(inner) != self.raw(algorithm):
            raise self.bad(algorithm, "not the signature algorithm of the TBSCertificate")
        not_before, not_after = (self.time(item) for item in self.parts(validity, None, None))
        if not_before > not_after:
            raise self.bad(validity, "it ends before it begins")
        whole = self.raw(outer)
        signed, _ = self.algorithm(algorithm)
        return X509Certificate(
            der=whole,
            start=outer.start,
            end=outer.end,
            encoding="der",
            subject=distinguished.text(self.data, subject, self.what),
            issuer=distinguished.text(self.data, issuer, self.what),
            subject_raw=self.raw(subject),
            issuer_raw=self.raw(issuer),
            serial=self.content(serial),
            not_before=not_before,
            not_after=not_after,
            key=self.key(spki),
            extensions=MappingProxyType(self.extensions(fields[6:])),
            signature_algorithm=SIGNATURES.get(signed, Algorithm(signed, None, None)),
            signature_raw=self.raw(algorithm),
            tbs=self.raw(tbs),
            signature=self.bits(signature),
            sha256=sha256(whole).digest(),
        )

    def raw(self, item: Item) -> bytes:
        return self.data[item.start : item.end]

    def content(self, item: Item) -> bytes:
        return self.data[item.content : item.end]

    def bad(self, item: Item, reason: str) -> BadEncoding:
        return BadEncoding(what=self.what, offset=item.start, reason=reason, spec=SPEC)

    def parts(self, outer: Item, *tags: int | None) -> Sequence[Item]:
        """The values inside of `outer`: as many as `tags`, each with its tag (None: any)."""
        inside = outer.inside
        if len(inside) != len(tags) or any(
            tag is not None and item.tag != tag for item, tag in zip(inside, tags, strict=True)
        ):
            raise self.bad(outer, "not the parts of a certificate")
        return inside

    def bits(self, item: Item) -> bytes:
        """The content of a BIT STRING of whole bytes."""
        if self.data[item.content]:
            raise self.bad(item, "a BIT STRING that is not of whole bytes")
        return self.data[item.content + 1 : item.end]

    def algorithm(self, item: Item) -> tuple[str, Item | None]:
        """The object identifier of an AlgorithmIdentifier, and its parameters if there are any."""
        inside = item.inside
        if not 1 <= len(inside) <= 2 or inside[0].tag != der.OBJECT_IDENTIFIER:
            raise self.bad(item, "not an AlgorithmIdentifier")
        return der.oid(self.content(inside[0])), inside[1] if len(inside) == 2 else None

    def key(self, item: Item) -> CertificateKey:
        algorithm, bits = self.parts(item, der.SEQUENCE, der.BIT_STRING)
        kind, parameters = self.algorithm(algorithm)
        curve = None
        if parameters is not None and parameters.tag == der.OBJECT_IDENTIFIER:
            oid = der.oid(self.content(parameters))
            curve = CURVES.get(oid, oid)
        spki = self.raw(item)
        return CertificateKey(KEYS.get(kind, kind), curve, self.bits(bits), spki, sha256(spki).digest())

    def time(self, item: Item) -> str:
        """A UTCTime or GeneralizedTime in the one form that RFC 5280 allows, as RFC 3339."""
        text = self.content(item)
        size = {der.UTC_TIME: 13, der.GENERALIZED_TIME: 15}.get(item.tag)
        if len(text) != size or not text[:-1].isdigit() or text[-1:] != b"Z":
            raise self.bad(item, "not a time in UTC, to the second")
        if size == 13:
            text = (b"20" if text < b"5" else b"19") + text
        month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(4, 14, 2))
        try:
            moment = datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=UTC)
            return moment.isoformat().replace("+00:00", "Z")
        except ValueError:
            raise self.bad(item, "not a day or time that exists") from None

    def extensions(self, rest: list[Item]) -> dict[str, Extension]:
        """What follows the key: unique identifiers, which nobody uses, and the extensions."""
        while rest and rest[0].tag in UNIQUE_IDS:
            rest = rest[1:]
        extensions: dict[str, Extension] = {}
        if not rest:
            return extensions
        if len(rest) > 1 or rest[0].tag != EXTENSIONS:
            raise self.bad(rest[0], "not a field of a TBSCertificate")
        (listed,) = self.parts(rest[0], der.SEQUENCE)
        for item in listed.inside:
            extension = self.extension(item)
            if extension.oid in extensions:
                raise self.bad(item, f"extension {extension.oid} a second time")
            extensions[extension.oid] = extension
            limits.check("certificate extensions", limits.EXTENSIONS, len(extensions), offset=item.start)
        return extensions

    def extension(self, item: Item) -> Extension:
        inside = item.inside if item.tag == der.SEQUENCE else ()
        if tuple([part.tag for part in inside]) not in EXTENSION:
            raise self.bad(item, "not an Extension")
        value = inside[-1]
        return Extension(
            oid=der.oid(self.content(inside[0])),
            critical=len(inside) == 3 and self.content(inside[1]) == b"\xff",
            value=self.content(value),
            start=value.content - self.start,
            end=value.end - self.start,
        )


def read_key(data: bytes, what: str) -> CertificateKey:
    """The SubjectPublicKeyInfo that `data` is. Raises `Truncated`, `BadEncoding`, `TrailingBytes`, `LimitExceeded`."""
    limits.check("key bytes", limits.CERTIFICATE_BYTES, len(data))
    outer = der.expect(data, 0, der.SEQUENCE, what)
    if outer.end != len(data):
        raise TrailingBytes(what=what, offset=outer.end, extra=len(data) - outer.end, spec=SPEC)
    return _CertificateReader(data, what, 0).key(der.tree(data, what))


def names(certificate: X509Certificate) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where the issuer's and the subject's name lie (bytes) in what held a certificate in DER."""
    (tbs, *_) = der.children(certificate.der, 0)
    fields = [*der.children(certificate.der, tbs.start)]
    issuer, _, subject = fields[3:6] if fields[0].tag == VERSION else fields[2:5]
    start = certificate.start
    return (start + issuer.start, start + issuer.end), (start + subject.start, start + subject.end)


PEM: Final = "RFC 7468"
BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
END: Final = b"-----END CERTIFICATE-----"
BLANKS: Final = b"\r\n\t "


def read_all(data: bytes, what: str, start: int = 0, end: int | None = None) -> tuple[X509Certificate, ...]:
    """The certificates in `data[start:end]`, in the order of the bytes: PEM, or DER one after the other.

    PEM may have anything before, between and behind its certificates; only zeros may follow DER.
    Nothing, or nothing but zeros, is no certificate. Raises as `read` does.
    """
    stop = len(data) if end is None else end
    certificates = []
    reader = _pem if data.find(BEGIN, start, stop) >= 0 and not _is_der(data, start, stop) else _der
    for certificate in reader(data, what, start, stop):
        certificates.append(certificate)
        limits.check("certificates", limits.CERTIFICATES, len(certificates), offset=certificate.start)
    return tuple(certificates)


def _is_der(data: bytes, start: int, stop: int) -> bool:
    """A certificate's first two bytes in DER; PEM is ASCII."""
    return start + 1 < stop and data[start] == der.SEQUENCE and data[start + 1] >= 0x80


def _der(data: bytes, what: str, here: int, stop: int) -> Iterator[X509Certificate]:
    while data.count(0, here, stop) < stop - here:
        certificate = read(data, what, here, stop)
        yield certificate
        here = certificate.end


def _pem(data: bytes, what: str, here: int, stop: int) -> Iterator[X509Certificate]:
    while (start := data.find(BEGIN, here, stop)) >= 0:
        body = start + len(BEGIN)
        here = data.find(END, body, stop)
        if here < 0:
            raise Truncated(
                what=what, offset=start, need=stop - start + len(END), have=stop - start, spec=PEM
            )
        limits.check("certificate bytes", 2 * limits.CERTIFICATE_BYTES, here - body, offset=start)
        text = data[body:here].translate(None, BLANKS)
        here += len(END)
        yield replace(_armoured(text, what, start), start=start, end=here, encoding="pem")


def _armoured(text: bytes, what: str, start: int) -> X509Certificate:
    """The certificate of one PEM block. Its bytes have no offset of their own: errors name the block's."""
    try:
        whole = a2b_base64(text, strict_mode=True)
    except Error as error:
        raise BadEncoding(what=what, offset=start, reason=f"base64: {error}", spec=PEM) from None
    if b2a_base64(whole, newline=False) != text:
        raise BadEncoding(what=what, offset=start, reason="base64 with bits that mean nothing", spec=PEM)
    try:
        certificate = read(whole, what)
        if certificate.end != len(whole):
            raise TrailingBytes(
                what=what, offset=certificate.end, extra=len(whole) - certificate.end, spec=SPEC
            )
    except (MalformedEvidence, LimitExceeded) as error:
        error.path = f"byte {error.offset} of what the PEM block holds"
        error.offset = start
        raise
    return certificate


class Chain(NamedTuple):
    """Certificates by what their names say: each is issued by the next. `others` stand beside the chain."""

    leaf: X509Certificate | None
    intermediates: tuple[X509Certificate, ...]
    root: X509Certificate | None
    others: tuple[X509Certificate, ...]


BASIC_CONSTRAINTS: Final = "2.5.29.19"


def is_authority(certificate: X509Certificate) -> bool:
    """Whether a certificate is one of an authority (BasicConstraints cA), or its constraints cannot be read."""
    extension = certificate.extensions.get(BASIC_CONSTRAINTS)
    if extension is None:
        return False
    value = extension.value
    try:
        der.expect(value, 0, der.SEQUENCE, "BasicConstraints")
        if der.check(value, "BasicConstraints") != len(value):
            return True
        fields = der.children(value, 0, "BasicConstraints")
        return any(item.tag == der.BOOLEAN and any(value[item.content : item.end]) for item in fields)
    except EvidenceError:
        return True


def order(certificates: Iterable[X509Certificate], leaf: X509Certificate | None = None) -> Chain:
    """A set of certificates from its leaf to its root, by subject and issuer alone: no signature is checked.

    The leaf is the one that issued no other; `leaf` says which, where there are several. A root is its
    own issuer. Where no leaf can be told, all but a lone root are `others`.
    """
    unique = [*{one.sha256: one for one in certificates}.values()]
    issuers = {one.issuer_raw for one in unique if one.subject_raw != one.issuer_raw}
    leaves = [one for one in unique if one.subject_raw not in issuers and one.subject_raw != one.issuer_raw]
    first = leaf or (leaves[0] if len(leaves) == 1 else None)
    by_subject = {one.subject_raw: one for one in reversed(unique)}
    path: list[X509Certificate] = []
    here = first
    while here is not None and here not in path:
        path.append(here)
        here = by_subject.get(here.issuer_raw)
    roots = [one for one in path or unique if one.subject_raw == one.issuer_raw]
    root = roots[0] if len(roots) == 1 else None
    between = tuple(one for one in path if one is not first and one is not root)
    used = (first, root, *between)
    return Chain(first, between, root, tuple(one for one in unique if one not in used))
