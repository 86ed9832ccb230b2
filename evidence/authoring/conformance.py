"""`evidence conformance`: the gate over registered types, and their real samples where those are at hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from evidence.authoring import fixtures
from evidence.authoring.cases import Origin
from evidence.authoring.corpus import Corpus, read_real
from evidence.authoring.fixtures import FixtureError, Real
from evidence.authoring.gate import ADMIT, Depth, alike, claims_digest, fact, shortcomings
from evidence.authoring.gate.flips import flips
from evidence.authoring.gate.less import less
from evidence.authoring.gate.loud import silent
from evidence.authoring.gate.proof import SEED, Proof, guarded
from evidence.authoring.reports import Outcome, Result, Tell
from evidence.convert import Evidence
from evidence.errors import EvidenceError
from evidence.registry import EvidenceType, Registry

if TYPE_CHECKING:
    from evidence.verify import Check

CASES: Final = 16
"""Bits of a real sample that are flipped, and parts of it that are left out."""


class ConformanceReport(Struct, frozen=True, kw_only=True):
    """What one type is: counts of its fixtures and of its real samples, every defect, and what became of each case.

    A defect of no fixture is one of the case `NAME/gate`.
    """

    name: str
    valid: int
    invalid: int
    declared: int
    proven: int
    missing: tuple[str, ...]
    defects: tuple[str, ...]
    results: tuple[Result, ...] = ()


class VerifiedType(Struct, frozen=True, kw_only=True):
    """What verification makes of one type: the facts that its fixtures state, and how many of them hold; of the real
    samples, by kind, how many checks there are, and how many pass with the anchors that ship.
    """

    stated: int
    holding: int
    real: Mapping[str, tuple[int, int]]


def conformance(
    kind: EvidenceType,
    registry: Registry,
    corpus: Corpus | None = None,
    depth: Depth = ADMIT,
    *,
    choose: Callable[[str], bool] = lambda _: True,
    tell: Tell = lambda _: None,
) -> ConformanceReport:
    """The gate's reasons and the outcome of every real entry of one type.

    The gate looks at a type as a whole; `choose` says of which cases there are results, and which real entries are read.
    `tell` is told of each result when it is there.
    """
    folder = kind.fixtures
    results: list[Result] = []

    def add(name: str, origin: Origin, what: str, reasons: Iterable[str], missing: str = "") -> None:
        details = (missing,) if missing else tuple(reasons)
        outcome: Outcome = "not-found" if missing else "wrong" if details else "right"
        result = Result(
            id=f"{kind.name}/{name}",
            type=kind.name,
            origin=origin,
            what=what,
            outcome=outcome,
            details=details,
        )
        results.append(result)
        tell(result)

    defects = list(shortcomings(kind, registry, depth))
    try:
        known = (
            [(f"valid/{loaded.name}", loaded.fixture.what) for loaded in fixtures.valid(folder)]
            if folder
            else []
        )
        valid = len(known)
        known += (
            [(f"invalid/{name}", recipe.what) for name, recipe in fixtures.invalid(folder)] if folder else []
        )
        declared = tuple(fixtures.real(folder)) if folder else ()
    except FixtureError:  # one of the defects
        known, valid, declared = [], 0, ()
    invalid = len(known) - valid
    left = list(defects)
    for name, what in known:
        own = [reason for reason in defects if reason.startswith(f"{name}: ")]
        left = [reason for reason in left if reason not in own]
        if choose(f"{kind.name}/{name}"):
            add(name, "generated", what, (reason.removeprefix(f"{name}: ") for reason in own))
    add("gate", "generated", "The type as a whole", left)
    missing, proven = [], 0
    for name, entry in declared:
        if not choose(f"{kind.name}/real/{name}"):
            continue
        parts = corpus.parts(entry) if corpus else None
        if parts is None:
            missing.append(name)
            add(f"real/{name}", entry.origin, entry.what, (), "its bytes are not at hand")
            continue
        wrong = [*guarded("real samples", f"real/{name}", _real(kind, registry, entry, parts))]
        defects += wrong
        proven += not wrong
        add(f"real/{name}", entry.origin, entry.what, wrong)
    return ConformanceReport(
        name=kind.name,
        valid=valid,
        invalid=invalid,
        declared=len(declared),
        proven=proven,
        missing=tuple(missing),
        defects=tuple(defects),
        results=tuple(results),
    )


def _real(kind: EvidenceType, registry: Registry, entry: Real, parts: Mapping[str, bytes]) -> Iterator[str]:
    try:
        piece = read_real(kind, registry, entry, parts)
    except FixtureError as error:
        yield str(error)
        return
    if isinstance(piece, EvidenceError):
        if piece.code != entry.code:
            yield f"{piece.code}: {piece}" + (f" (expected {entry.code})" if entry.code else "")
        return
    if entry.code is not None:
        yield f"is accepted, expected {entry.code}"
        return
    if piece.type.name != kind.name:
        yield f"is read as {piece.type.name}"
    for path, value in entry.facts.items():
        if not alike(present := fact(piece.claims, path), value):
            yield f"{path} is {present!r:.120}, {', '.join(entry.facts_from)} say {value!r:.120}"
    chance = random.Random(SEED)  # noqa: S311 (repeatable, not secret)
    yield from flips(piece, registry, chance, CASES)
    yield from less(piece, registry, chance, CASES)
    yield from silent(piece.claims)
    if entry.claims_sha256 is not None and claims_digest(piece) != entry.claims_sha256:
        yield "the claims are no longer what they were when this entry was written"


def verified(kind: EvidenceType, registry: Registry, corpus: Corpus | None = None) -> VerifiedType:
    """The facts about signatures, bindings and chains of one type, counted. Needs the extra `verify`."""
    from evidence.authoring.gate.authentic import facts

    stated = holding = 0
    for expected, outcomes in facts(Proof(kind, registry, ADMIT)):
        stated += len(expected)
        holding += sum(outcomes.get(id) == word for id, word in expected.items())
    counts: dict[str, tuple[int, int]] = {}
    for _, entry in fixtures.real(kind.fixtures) if kind.fixtures and corpus else ():
        parts = corpus.parts(entry) if corpus else None
        piece = None if parts is None or entry.code else read_real(kind, registry, entry, parts)
        for check in _checks(piece) if isinstance(piece, Evidence) else ():
            passed, all_of_them = counts.get(check.kind, (0, 0))
            counts[check.kind] = (passed + check.passed, all_of_them + 1)
    return VerifiedType(stated=stated, holding=holding, real=counts)


def _checks(piece: Evidence) -> tuple[Check, ...]:
    """All checks with the anchors that ship, at a time at which every certificate of the evidence has begun."""
    from evidence.verify import Trust, verify

    began = max((entry.not_before for entry in piece.claims.certificates), default="2026-01-01T00:00:00Z")
    return verify(piece, trust=Trust.shipped(), at=datetime.fromisoformat(began)).checks
