"""Which claims no check speaks for that passed together with everything that it depends on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evidence import coverage
from evidence.claims import Claims
from evidence.convert import Evidence
from evidence.coverage import Covers
from evidence.paths import join
from evidence.registry import Source
from evidence.verify.checks import Check
from evidence.verify.path import Path


def authentic(checks: Sequence[Check]) -> frozenset[str]:
    """The ids of the checks that passed, and so did all that they depend on, and what those depend on.

    Of several checks with one id all must have passed.
    """
    fallen = {check.id for check in checks if not check.passed}
    standing = {check.id: check for check in checks if check.id not in fallen}
    while True:
        lost = [id for id, check in standing.items() if not standing.keys() >= set(check.depends_on)]
        if not lost:
            return frozenset(standing)
        for id in lost:
            del standing[id]


def uncovered(piece: Evidence, checks: Sequence[Check], paths: Iterable[Path]) -> tuple[str, ...]:
    """The paths of the claims, in the order of their fields.

    What a certificate says is covered by its own path; what a signature or a binding covers, by that.
    """
    standing = authentic(checks)
    covers = Covers(part for check in checks if check.id in standing for part in check.covers)
    trusted = {one.sha256 for path in paths if path.reason is None for one in path.certificates}
    entries = [entry for entry in piece.claims.certificates if bytes(entry.sha256) in trusted]
    certificates = {join("certificates", entry.source) for entry in entries}
    armoured = {f"pem:{entry.source}" for entry in entries if entry.encoding == "pem"}
    sources = piece.sources()
    places = [source for source in sources if not certificates.isdisjoint(source.claims)]

    def hold(source: Source) -> bool:
        return (
            covers.hold(source)
            or source.layer in armoured
            or any(
                source.layer == place.layer and place.start <= source.start and source.end <= place.end
                for place in places
            )
        )

    return coverage.uncovered(piece.claims, sources, hold, _from_outside(piece.claims, certificates))


def _from_outside(claims: Claims, certificates: set[str]) -> frozenset[str]:
    """Whose word about a TCB's layout is nobody's: not a certificate's that has a path, if no other is spoken about."""
    subjects = {environment.id for environment in claims.by_role("certificate-subject")}
    leaves = [join("certificates", one.source) for one in claims.certificates if one.environment in subjects]
    trusted = bool(leaves) and certificates.issuperset(leaves)
    return coverage.FROM_OUTSIDE - {"certificate"} if trusted else coverage.FROM_OUTSIDE
