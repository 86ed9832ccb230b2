"""The one function for all types: what a caller says about a piece of evidence, and the report of all checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from evidence.claims import Binding
from evidence.convert import Evidence
from evidence.coverage import Covers
from evidence.errors import EvidenceError, UsageError
from evidence.paths import join, parents
from evidence.verify import checks
from evidence.verify import crl as lists
from evidence.verify.checks import Check
from evidence.verify.crl import Crl
from evidence.verify.question import Helper, Outcome, Question
from evidence.verify.report import VerificationReport, report_of
from evidence.verify.trust import Trust
from evidence.verify.types import steps
from evidence.verify.uncovered import authentic
from evidence.verify.words import Kind, StepRefused
from evidence.wire import x509


def verify(
    piece: Evidence,
    *,
    trust: Trust,
    at: datetime,
    certificates: Iterable[bytes] = (),
    crls: Iterable[bytes] = (),
    nonce: bytes | None = None,
) -> VerificationReport:
    """The report of every check that the evidence has. Bad evidence is told by its checks, never raised.

    `at` has a time zone. `certificates` help and are trusted by nobody (DER, PEM, an SPDM chain). `nonce` must be the
    caller data, or the challenge, byte for byte. Raises `UsageError` for a time without a zone, for an empty nonce
    and for lists that cannot be read: what was given to revoke must not be lost without a word.
    """
    if nonce is not None and not nonce:
        raise UsageError("an empty nonce, which asks for nothing; None is for no nonce")
    helpers = [read_helper(content) for content in certificates]
    question = Question(
        piece=piece,
        trust=trust,
        at=moment(at),
        helpers=tuple(helpers),
        unread=not all(helper.certificates for helper in helpers),
        crls=tuple(read_list(content) for content in crls),
    )
    outcome = steps(question)
    outcome = outcome._replace(checks=(*outcome.checks, *_unfounded(outcome.checks)))
    if nonce is not None:
        outcome = outcome._replace(checks=(*outcome.checks, _nonce(piece, nonce, outcome)))
    if not any(check.kind == "signature" for check in outcome.checks):
        unsigned = checks.failed("signature", "evidence", "nobody", StepRefused("unsigned"))
        outcome = outcome._replace(checks=(unsigned, *outcome.checks))
    return report_of(
        piece, question.at, outcome, tuple(_not_checked(question, outcome, fresh=nonce is not None))
    )


def _unfounded(done: tuple[Check, ...]) -> Iterator[Check]:
    """What a check depends on and the evidence does not have: a realm that its platform does not speak about, for one."""
    known = {check.id for check in done}
    for id in dict.fromkeys(id for check in done for id in check.depends_on if id not in known):
        kind, _, name = id.partition(":")
        refused = StepRefused(
            "unsigned" if kind == "signature" else "not-computable", "the evidence has none"
        )
        yield checks.failed(KINDS[kind], name, "nobody", refused)


KINDS: Final[dict[str, Kind]] = {"signature": "signature", "binding": "binding", "chain": "chain"}


def moment(at: datetime) -> str:
    """The time in RFC 3339 as certificates have it: UTC, to the second. `UsageError` for one without a zone."""
    if at.utcoffset() is None:
        raise UsageError("a time without a zone: give one in UTC")
    try:
        return at.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"
    except OverflowError:
        raise UsageError("a time that is none in UTC: its year is not from 1 to 9999") from None


def read_helper(content: bytes) -> Helper:
    """What can be read of what was given: all of it, or nothing."""
    try:
        if content[:1] == b"\x30" or x509.BEGIN in content:
            return Helper(content, x509.read_all(content, "certificates"))
        return Helper(content, x509.read_all(content, "certificate chain", _first(content)))
    except EvidenceError:
        return Helper(content, ())


def _first(content: bytes) -> int:
    """Where the first certificate of an SPDM chain begins: behind its length, and a root hash of some size."""
    sizes = (32, 48, 64)
    return next((4 + size for size in sizes if content[4 + size : 5 + size] == b"\x30"), len(content))


def read_list(content: bytes) -> Crl:
    """The revocation list that a caller has; `UsageError` for what is none."""
    try:
        return lists.read(content)
    except EvidenceError as error:
        raise UsageError(f"not a revocation list: {error}") from None


def _nonce(piece: Evidence, nonce: bytes, outcome: Outcome) -> Check:
    """Whether the caller's nonce is in the evidence: all of it and nothing more, where a signature covers it.

    It may be one of several challenges (RFC 9711, 4.1). What was signed apart, with another nonce, is a recording: then
    the nonce is not that of the evidence.
    """
    name, candidates = "nonce-binding", _chosen(piece.claims.bindings)
    if not candidates:
        return checks.failed(
            "binding", name, "nobody", StepRefused("not-computable", "no caller data, no challenge")
        )
    same = [join("bindings", one.name) for one in candidates if bytes(one.value) == nonce]
    if not same:
        return checks.failed("binding", name, join("bindings", candidates[0].name), StepRefused("differs"))
    if outcome.apart:
        return checks.failed("binding", name, same[0], StepRefused("differs", outcome.apart))
    standing = authentic(outcome.checks)
    fields = {claim: source for source in piece.sources() for claim in source.claims}
    backed = _backed(piece, outcome)
    places = [
        (path, next((fields[part] for part in parents(backed.get(path, path)) if part in fields), None))
        for path in same
    ]
    passed = [check for check in outcome.checks if check.kind == "signature" and check.passed]
    for check in sorted(
        passed, key=lambda check: check.id not in standing
    ):  # first whom somebody vouches for
        covers = Covers(check.covers)
        for path, field in places:
            if field is not None and covers.hold(field):
                return Check(kind="binding", name=name, by=path, status="passed", depends_on=(check.id,))
    refused = StepRefused("not-computable", "no signature that passed covers it")
    return checks.failed("binding", name, same[0], refused)


def _chosen(bindings: tuple[Binding, ...]) -> list[Binding]:
    """What whoever asked may have chosen: caller data, with the challenges of the same environment; else every challenge.

    Some formats have both (AWS Nitro). Challenges of other environments, as of devices, say nothing of one that has caller data.
    """
    callers = [one for one in bindings if one.role == "caller-data"]
    environments = {one.environment for one in callers}
    challenges = [one for one in bindings if one.role == "challenge"]
    return callers + [one for one in challenges if not callers or one.environment in environments]


def _backed(piece: Evidence, outcome: Outcome) -> dict[str, str]:
    """The bindings that a checked fact backs, and those of the evidence that are digests of what they stand in."""
    passed = {check.name for check in outcome.checks if check.kind == "binding" and check.passed}
    facts = {fact.name: fact.compared_to for fact in piece.claims.consistency if fact.name in passed}
    return {
        join("bindings", one.name): facts[one.backed_by]
        for one in piece.claims.bindings
        if one.backed_by in facts
    }


def _not_checked(question: Question, outcome: Outcome, *, fresh: bool) -> Iterable[str]:
    """What nobody looked at: freshness without a nonce, what the type leaves to others, lists and their absence."""
    if not fresh:
        yield "freshness"
    yield from outcome.not_checked
    used = {digest for path in outcome.paths for digest in path.crls} if question.crls else ()
    for crl in question.crls:
        if crl.sha256 not in used:
            yield f"crl:{crl.sha256.hex()[:16]}"
