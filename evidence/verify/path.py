"""Certification paths: from a leaf to a key that the caller trusts. One bounded search, then the rules over the path.

Public hardware certificates have serial 0, no key identifiers and RSASSA-PSS: no path validation of a library takes
all of them (docs/verification.md has what was measured). An anchor is a key. Its own certificate is judged in place
of whatever copy came with the evidence. Certificates that help are never anchors.

Source: RFC 5280, section 6.1, without name constraints and policy trees: a certificate that has the former as
critical is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from evidence.verify import keys, rules, shipped, signature
from evidence.verify.algorithm import form_of
from evidence.verify.words import Reason, StepRefused
from evidence.wire.x509 import X509Certificate

if TYPE_CHECKING:
    from evidence.verify.crl import Crl

LONGEST: Final = 8
"""Certificates of a path; real ones have five at most."""
CHECKS: Final = 32
"""Signatures of issuers that one search may cost; whether a certificate signed itself costs as many at most."""


class PathWindow(NamedTuple):
    """When all certificates of a path are valid: RFC 3339, both ends included."""

    not_before: str
    not_after: str


class Path(NamedTuple):
    """The path of a leaf: the leaf first, the anchor's own certificate last; `reason` is None where all holds.

    Where it does not hold, the certificates are those of the way that came farthest.
    """

    certificates: tuple[X509Certificate, ...]
    reason: Reason | None = None
    detail: str = ""
    crls: tuple[bytes, ...] = ()
    """The digests of the revocation lists that were used."""
    listed: bool = False
    """Whether some list speaks about every certificate but the anchor's."""

    @property
    def anchor(self) -> bytes | None:
        """The digest of the key that the path ends in."""
        return None if self.reason else self.certificates[-1].key.spki_sha256

    @property
    def window(self) -> PathWindow | None:
        """The time in which the whole path is valid."""
        if self.reason:
            return None
        return PathWindow(
            max([certificate.not_before for certificate in self.certificates]),
            min([certificate.not_after for certificate in self.certificates]),
        )


def check(  # noqa: PLR0917 (what a path is made of, and judged by)
    leaf: X509Certificate,
    anchors: Sequence[X509Certificate],
    helpers: Sequence[X509Certificate],
    at: str,
    crls: Sequence[Crl] = (),
    understood: frozenset[str] = rules.UNDERSTOOD,
) -> Path:
    """The best path of `leaf` to one of `anchors`, by way of `helpers`, at a time (RFC 3339, UTC, to the second).

    Every way up by names is tried, the anchors first, until one holds or `CHECKS` signatures were looked at.
    """
    best: Path | None = None
    left = CHECKS
    todo: list[tuple[tuple[X509Certificate, ...], X509Certificate]] = [((), leaf)]
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
    path: tuple[X509Certificate, ...], anchors: Sequence[X509Certificate], helpers: Sequence[X509Certificate]
) -> list[X509Certificate] | Path:
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


def _refusal(certificate: X509Certificate, issuer: X509Certificate) -> StepRefused | None:
    """Why `issuer` did not sign `certificate`."""
    try:
        check_signed(certificate, issuer)
    except StepRefused as refused:
        return refused
    return None


def _issuers(
    certificate: X509Certificate, among: Sequence[X509Certificate], path: tuple[X509Certificate, ...]
) -> list[X509Certificate]:
    """The certificates that may have issued this one, each once, none that is in the path."""
    name = certificate.issuer_raw
    named = [other for other in among if other.subject_raw == name]
    if not named:
        return named
    taken = {one.sha256 for one in path}
    return [*{one.sha256: one for one in named if one.sha256 not in taken}.values()]


def check_signed(certificate: X509Certificate, issuer: X509Certificate) -> None:
    """Raise `StepRefused` unless `issuer` signed `certificate`. That one has an algorithm, the same twice, `x509` knows."""
    pair = certificate.sha256, issuer.sha256
    if pair in _PROVEN:
        return
    form = form_of(certificate.signature_raw)
    signature.check(keys.of_certificate(issuer.key), form, certificate.signature, certificate.tbs)
    if shipped.digests().issuperset(pair):
        _PROVEN.add(pair)


_PROVEN: Final[set[tuple[bytes, bytes]]] = set()
"""Which certificates that come with this library signed which others of them: checked once, and there are few."""


def _judged(path: Path, at: str, crls: Sequence[Crl], understood: frozenset[str]) -> Path:
    """The path after all rules but signatures: extensions, issuers, times, revocation."""
    try:
        for certificate in path.certificates:
            rules.check_extensions(certificate, understood)
        rules.check_issuers(path.certificates)
        for certificate in path.certificates:
            rules.check_time(certificate, at)
        if crls:
            from evidence.verify.crl import revocation

            used = revocation(path.certificates, crls, at)
            return path._replace(
                crls=tuple(dict.fromkeys(crl for lists in used for crl in lists)), listed=all(used)
            )
    except StepRefused as refused:
        return path._replace(reason=refused.reason, detail=refused.detail)
    return path
