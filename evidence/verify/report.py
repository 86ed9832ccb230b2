"""What a verification found: a report with every check, and `Verified`, which only a report can give."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Never, NoReturn, final

from evidence.claims import Bytes, Claims
from evidence.convert import Evidence
from evidence.errors import NotVerified, unknown_name
from evidence.verify.checks import Check
from evidence.verify.document import SCHEMA, Subject, Verification
from evidence.verify.path import Path
from evidence.verify.question import Outcome
from evidence.verify.uncovered import uncovered


@final
class VerificationReport:
    """All checks of one piece of evidence. It is neither true nor false: `require` says what must hold.

    `verify` alone makes one. It cannot be changed, copied or pickled: verify again, or keep the document.
    """

    __slots__ = ("__dict__", "_paths", "at", "checks", "evidence", "not_checked")
    evidence: Evidence
    """The piece that was verified."""
    at: str
    """The time by which it was judged (RFC 3339)."""
    checks: tuple[Check, ...]
    """Every check, in the order in which they were made."""
    not_checked: tuple[str, ...]
    """What nobody looked at: revocation, freshness, and so on."""
    _paths: tuple[Path, ...]

    def __init__(self, only: Never) -> None:
        raise TypeError("only verify() gives a Report")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("a Report has no subclasses: their objects would pass for it")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a Report cannot be changed: {name}")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Report cannot be copied or pickled: keep its document")

    def __bool__(self) -> NoReturn:
        raise TypeError("a report is neither true nor false: use require()")

    def check(self, id: str) -> Check:
        """The check of this id (`chain:vek`); `LookupError` if there is none."""
        for check in self.checks:
            if check.id == id:
                return check
        raise LookupError(f"no check {id!r}")

    @cached_property
    def uncovered(self) -> tuple[str, ...]:
        """The paths of all claims that no check speaks for which passed with everything that it depends on."""
        return uncovered(self.evidence, self.checks, self._paths)

    def require(self, without: Iterable[str] = ()) -> Verified:
        """What is verified, if every check passed but those in `without` (by id), and at least one signature did.

        Raises `NotVerified` with the first check that did not, `UsageError` for an id that the report does not have.
        """
        waived = frozenset((without,) if isinstance(without, str) else without)
        unknown = waived - {check.id for check in self.checks}
        if unknown:
            raise unknown_name("check", min(unknown), (check.id for check in self.checks))
        wrong = [check for check in self.checks if not check.passed]
        for check in wrong:
            if check.id not in waived:
                raise _not_verified(check, self)
        if not any(check.passed for check in self.checks if check.kind == "signature"):
            raise _not_verified(wrong[0], self)
        return _verified(self, tuple(check.id for check in wrong))

    def document(self, without: Iterable[str] = ()) -> Verification:
        """The document `evidence-verification/1`, with the verdict that `require` has."""
        accepted: tuple[str, ...] = ()
        try:
            accepted = self.require(without).accepted_without
            verified = True
        except NotVerified:
            verified = False
        anchors = dict.fromkeys(check.anchor for check in self.checks if check.passed and check.anchor)
        claims = self.evidence.claims
        return Verification(
            schema=SCHEMA,
            evidence=Subject(type=claims.evidence.type, sha256=claims.evidence.sha256),
            at=self.at,
            verdict="verified" if verified else "not-verified",
            checks=self.checks,
            not_checked=self.not_checked,
            uncovered=self.uncovered,
            accepted_without=accepted,
            anchors=tuple(Bytes(anchor) for anchor in anchors),
        )


@final
class Verified:
    """Evidence that a report has let pass. Nothing else makes one, and it is no `Evidence`, nor copied or pickled.

    `accepted_without` are the checks (by id) that did not pass, and that the caller did without. Not every claim need
    be covered: `report.uncovered` has those that are not.
    """

    __slots__ = ("accepted_without", "report")
    report: VerificationReport
    accepted_without: tuple[str, ...]

    def __init__(self, only: Never) -> None:
        raise TypeError("only Report.require() gives a Verified")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("a Verified has no subclasses: their objects would pass for it")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a Verified cannot be changed: {name}")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Verified cannot be copied or pickled: keep its document")

    @property
    def claims(self) -> Claims:
        """The claims of the evidence."""
        return self.report.evidence.claims

    def document(self) -> Verification:
        """The document of the verification."""
        return self.report.document(self.accepted_without)


def _not_verified(check: Check, report: VerificationReport) -> NotVerified:
    error = NotVerified(failed=check.id, by=check.by, reason=check.reason or "", detail=check.detail or "")
    return error.of(report)


def report_of(piece: Evidence, at: str, outcome: Outcome, not_checked: tuple[str, ...]) -> VerificationReport:
    """The report of what the steps of a type gave."""
    report = object.__new__(VerificationReport)
    _fill(report, evidence=piece, at=at, checks=outcome.checks, not_checked=not_checked, _paths=outcome.paths)
    return report


def _verified(report: VerificationReport, accepted_without: tuple[str, ...]) -> Verified:
    verified = object.__new__(Verified)
    _fill(verified, report=report, accepted_without=accepted_without)
    return verified


def _fill(closed: VerificationReport | Verified, **fields: object) -> None:
    """Set the fields, past the door that is closed to everybody else."""
    for name, value in fields.items():
        object.__setattr__(closed, name, value)
