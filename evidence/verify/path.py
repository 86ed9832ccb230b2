"""Certification paths: from a leaf to a key that the caller trusts. One bounded search, then the rules over the path.

Public hardware certificates have serial 0, no key identifiers and RSASSA-PSS: no path validation of a library takes
all of them (docs/verification.md has what was measured). An anchor is a key. Its own certificate is judged in place
of whatever copy came with the evidence. Certificates that help are never anchors.

Source: RFC 5280, section 6.1, without name constraints and policy trees: a certificate that has the former as
critical is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from evidence.errors import EvidenceError
from evidence.verify import keys, shipped, signature
from evidence.verify.signature import Form
from evidence.verify.words import Reason, Refused
from evidence.wire import der
from evidence.wire.hashes import OIDS
from evidence.wire.x509 import Certificate

if TYPE_CHECKING:
    from evidence.verify.crl import Crl

LONGEST: Final = 8
"""Certificates of a path; real ones have five at most."""
CHECKS: Final = 32
"""Signatures of issuers that one search may cost; whether a certificate signed itself costs as many at most."""

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


class Window(NamedTuple):
    """When all certificates of a path are valid: RFC 3339, both ends included."""

    not_before: str
    not_after: str


class Path(NamedTuple):
    """The path of a leaf: the leaf first, the anchor's own certificate last; `reason` is None where all holds.

    Where it does not hold, the certificates are those of the way that came farthest.
    """

    certificates: tuple[Certificate, ...]
    reason: Reason | None = None
    detail: str = ""
    crls: tuple[bytes, ...] = ()
    """The digests of the revocation lists that were used."""

    @property
    def anchor(self) -> bytes | None:
        """The digest of the key that the path ends in."""
        return None if self.reason else self.certificates[-1].key.spki_sha256

    @property
    def window(self) -> Window | None:
        """The time in which the whole path is valid."""
        if self.reason:
            return None
        return Window(
            max([certificate.not_before for certificate in self.certificates]),
            min([certificate.not_after for certificate in self.certificates]),
        )


def check(  # noqa: PLR0917 (what a path is made of, and judged by)
    leaf: Certificate,
    anchors: Sequence[Certificate],
    helpers: Sequence[Certificate],
    at: str,
    crls: Sequence[Crl] = (),
    understood: frozenset[str] = UNDERSTOOD,
) -> Path:
    """The best path of `leaf` to one of `anchors`, by way of `helpers`, at a time (RFC 3339, UTC, to the second).

    Every way up by names is tried, the anchors first, until one holds or `CHECKS` signatures were looked at.
    """
    best: Path | None = None
    left = CHECKS
    todo: list[tuple[tuple[Certificate, ...], Certificate]] = [((), leaf)]
    while todo:
        below, here = todo.pop()
        if left <= 0:
            return _farther(best, Path((*below, here), "too-many", f"more than {CHECKS} signatures"))
        left -= bool(below)
        refused = _refusal(below[-1], here) if below else None
        if refused is not None:
            best = _farther(best, Path(below, refused.reason, below[-1].subject))
            continue
        spki, path = here.key.spki, (*below, here)
        pinned = [anchor for anchor in anchors if anchor.key.spki == spki]
        for anchor in pinned:
            judged = _judged(Path((*below, anchor)), at, crls, understood)
            if judged.reason is None:
                return judged
            best = _farther(best, judged)
        if pinned:
            continue
        issuers = _above(path, anchors, helpers)
        if isinstance(issuers, Path):
            best = _farther(best, issuers)
        else:
            todo += [(path, issuer) for issuer in reversed(issuers)]
    return best or Path((leaf,), "incomplete")


def _above(
    path: tuple[Certificate, ...], anchors: Sequence[Certificate], helpers: Sequence[Certificate]
) -> list[Certificate] | Path:
    """The certificates that may have issued the last one of a path, or the path with the reason why it ends there."""
    here = path[-1]
    if here.subject_raw == here.issuer_raw and _refusal(here, here) is None:
        return Path(path, "untrusted-root", here.subject)
    if len(path) == LONGEST:
        return Path(path, "too-many", f"more than {LONGEST} certificates")
    issuers = [*_issuers(here, anchors, path), *_issuers(here, helpers, path)]
    return issuers or Path(path, "incomplete", f"no certificate of {here.issuer}")


ENDS: Final = ("incomplete", "unsupported-algorithm", "refused-algorithm", "refused-key", "bad-signature")
"""Why a way up ends, the least telling reason first."""


def _rank(path: Path) -> tuple[int, int, int]:
    """How far a path came: to a broken rule, to a root that nobody trusts, to where it ends; then how long it is."""
    reason = path.reason or ""
    if reason in ENDS:
        return 0, len(path.certificates), ENDS.index(reason)
    return 1 if reason in {"untrusted-root", "too-many"} else 2, len(path.certificates), 0


def _farther(one: Path | None, other: Path) -> Path:
    """Of two paths that do not hold that which came farther; the first of equals."""
    return other if one is None or _rank(other) > _rank(one) else one


def _refusal(certificate: Certificate, issuer: Certificate) -> Refused | None:
    """Why `issuer` did not sign `certificate`."""
    try:
        check_signed(certificate, issuer)
    except Refused as refused:
        return refused
    return None


def _issuers(
    certificate: Certificate, among: Sequence[Certificate], path: tuple[Certificate, ...]
) -> list[Certificate]:
    """The certificates that may have issued this one, each once, none that is in the path."""
    name = certificate.issuer_raw
    named = [other for other in among if other.subject_raw == name]
    if not named:
        return named
    taken = {one.sha256 for one in path}
    return [*{one.sha256: one for one in named if one.sha256 not in taken}.values()]


def check_signed(certificate: Certificate, issuer: Certificate) -> None:
    """Raise `Refused` unless `issuer` signed `certificate`. That one has an algorithm, the same twice, `x509` knows."""
    pair = certificate.sha256, issuer.sha256
    if pair in _PROVEN:
        return
    form = form_of(certificate.signature_raw)
    signature.check(keys.of_certificate(issuer.key), form, certificate.signature, certificate.tbs)
    if shipped.digests().issuperset(pair):
        _PROVEN.add(pair)


_PROVEN: Final[set[tuple[bytes, bytes]]] = set()
"""Which certificates that come with this library signed which others of them: checked once, and there are few."""
ALLOWED: Final = frozenset(
    {"ecdsa", "rsassa", "rsapss", "ed25519", "ed448", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87"}
)


@lru_cache(64)
def form_of(identifier: bytes) -> Form:
    """What an AlgorithmIdentifier says. PSS with another salt, another mask or another trailer is refused."""
    from evidence.wire.algorithms import SIGNATURES

    oid, *parameters = der.children(identifier, 0)
    name = der.oid(identifier[oid.content : oid.end])
    known = SIGNATURES.get(name)
    if known is None or known.name not in ALLOWED:
        raise Refused("unsupported-algorithm", name)
    if known.hash == "sha-1":
        raise Refused("refused-algorithm", "SHA-1")
    if known.name != "rsapss":
        return Form(known.name, known.hash, known.encoding)
    if not parameters:
        raise Refused("refused-algorithm", "RSASSA-PSS with SHA-1")
    return Form("rsapss", _pss_hash(identifier, parameters[0]), "rsa")


MGF1: Final = "1.2.840.113549.1.1.8"


def _pss_hash(data: bytes, parameters: der.Item) -> str:
    """The hash of RSASSA-PSS-params (RFC 4055, 3.1): of the message and of the mask, as long as the salt."""
    fields = {
        field.tag: next(iter(der.children(data, field.start)))
        for field in der.children(data, parameters.start)
    }
    if not {0xA0, 0xA1, 0xA2} <= fields.keys() <= {0xA0, 0xA1, 0xA2, 0xA3}:
        raise Refused("refused-algorithm", "RSASSA-PSS with SHA-1, or a salt of 20 bytes")
    (mask, inner) = der.children(data, fields[0xA1].start)
    hashes = [_oid(data, item) for item in (fields[0xA0], inner)]
    salt, trailer = (
        der.integer(data[field.content : field.end])
        for field in (fields[0xA2], fields.get(0xA3, fields[0xA2]))
    )
    name = OIDS.get(hashes[0], "")
    sizes = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
    fits = (
        hashes[0] == hashes[1] and der.oid(data[mask.content : mask.end]) == MGF1 and salt == sizes.get(name)
    )
    if not fits or (0xA3 in fields and trailer != 1):
        raise Refused("refused-algorithm", "RSASSA-PSS with other parameters")
    return name


def _oid(data: bytes, identifier: der.Item) -> str:
    first = next(iter(der.children(data, identifier.start)))
    return der.oid(data[first.content : first.end])


def _judged(path: Path, at: str, crls: Sequence[Crl], understood: frozenset[str]) -> Path:
    """The path after all rules but signatures: extensions, issuers, times, revocation."""
    try:
        for certificate in path.certificates:
            check_extensions(certificate, understood)
        _check_issuers(path.certificates)
        for certificate in path.certificates:
            check_time(certificate, at)
        if crls:
            from evidence.verify.crl import revocation

            return path._replace(crls=revocation(path.certificates, crls, at))
    except Refused as refused:
        return path._replace(reason=refused.reason, detail=refused.detail)
    return path


def check_extensions(certificate: Certificate, understood: frozenset[str] = UNDERSTOOD) -> None:
    """Raise `Refused` for a critical extension that is not understood."""
    for extension in certificate.extensions.values():
        if extension.critical and extension.oid not in understood:
            raise Refused("bad-certificate", f"{certificate.subject}: critical extension {extension.oid}")


def check_time(certificate: Certificate, at: str) -> None:
    """Raise `Refused` unless the certificate is valid at this time; times of one form compare as texts."""
    if at < certificate.not_before:
        raise Refused("not-yet-valid", f"{certificate.subject}: from {certificate.not_before}")
    if at > certificate.not_after:
        raise Refused("expired", f"{certificate.subject}: to {certificate.not_after}")


def _check_issuers(path: tuple[Certificate, ...]) -> None:
    """Raise `bad-issuer` unless every certificate above the leaf may issue the one below it."""
    below = 0  # certificates between this issuer and the leaf that are not self-issued
    for certificate in path[1:]:
        is_ca, longest = basic_constraints(certificate)
        if not is_ca:
            raise Refused("bad-issuer", f"{certificate.subject} is no CA")
        if longest is not None and below > longest:
            raise Refused("bad-issuer", f"{certificate.subject} allows {longest} below it")
        if not has_usage(certificate, CERT_SIGN):
            raise Refused("bad-issuer", f"{certificate.subject} signs no certificates")
        below += certificate.subject_raw != certificate.issuer_raw


def basic_constraints(certificate: Certificate) -> tuple[bool, int | None]:
    """Whether it is a CA, and how many CAs may stand below it; one without the extension is none."""
    extension = certificate.extensions.get(BASIC_CONSTRAINTS)
    if extension is None:
        return False, None
    read = _constraints(extension.value)
    if read is None:
        raise Refused("bad-certificate", f"{certificate.subject}: basicConstraints")
    return read


def has_usage(certificate: Certificate, bit: int) -> bool:
    """Whether keyUsage has this bit; a certificate without keyUsage has all."""
    extension = certificate.extensions.get(KEY_USAGE)
    if extension is None:
        return True
    value = extension.value
    if not _is_one(value, der.BIT_STRING):
        raise Refused("bad-certificate", f"{certificate.subject}: keyUsage")
    bits = value[3:]  # behind tag, length and the number of unused bits
    return bit // 8 < len(bits) and bool(bits[bit // 8] & 0x80 >> bit % 8)


@lru_cache(64)  # the same few stand in every authority
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


@lru_cache(64)
def _is_one(value: bytes, tag: int) -> bool:
    """Whether an extension holds one value with this tag, and nothing more."""
    try:
        return der.check(value, "extension") == len(value) and value[:1] == bytes((tag,))
    except EvidenceError:
        return False
