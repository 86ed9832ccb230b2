"""`evidence conformance`: the gate over registered types, and their real samples where those are at hand."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from evidence import limits
from evidence.authoring import fixtures
from evidence.authoring.fixtures import FixtureError, Real
from evidence.authoring.gate import ADMIT, Depth, claims_digest, fact, shortcomings
from evidence.authoring.gate.flips import flips
from evidence.authoring.gate.less import less
from evidence.authoring.gate.loud import silent
from evidence.authoring.gate.proof import SEED, Proof, guarded
from evidence.convert import Evidence, Failure, parse_all
from evidence.errors import EvidenceError
from evidence.registry import EvidenceType, Registry

if TYPE_CHECKING:
    from evidence.verify import Check

CHUNK: Final = 1 << 20
CASES: Final = 16
"""Bits of a real sample that are flipped, and parts of it that are left out."""


class ConformanceReport(Struct, frozen=True, kw_only=True):
    """What was found about one type: counts of its fixtures and of its real samples, and every defect."""

    name: str
    valid: int
    invalid: int
    declared: int
    proven: int
    not_found: tuple[str, ...]
    defects: tuple[str, ...]


class Verified(Struct, frozen=True, kw_only=True):
    """What verification makes of one type: the facts that its fixtures state, and how many of them hold; of the real
    samples, by kind, how many checks there are, and how many pass with the anchors that ship.
    """

    stated: int
    holding: int
    real: Mapping[str, tuple[int, int]]


class Corpus:
    """Public samples in a folder, found by SHA-256 wherever they lie in it."""

    def __init__(self, folder: Path) -> None:
        self._files: Mapping[bytes, Path] = {
            digest: path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and (digest := _digest(path)) is not None
        }

    def get(self, digest: bytes) -> bytes | None:
        """The bytes with this SHA-256."""
        path = self._files.get(digest)
        return path.read_bytes() if path else None

    def parts(self, entry: Real) -> Mapping[str, bytes] | None:
        """The parts of a real entry; None unless all are here."""
        parts = {part: self.get(digest) for part, digest in entry.parts.items()}
        here = {part: content for part, content in parts.items() if content is not None}
        return here if len(here) == len(parts) else None


def _digest(path: Path) -> bytes | None:
    if path.stat().st_size > limits.INPUT_BYTES:
        return None
    with path.open("rb") as file:
        digest = sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        return digest.digest()


def conformance(
    kind: EvidenceType, registry: Registry, corpus: Corpus | None = None, depth: Depth = ADMIT
) -> ConformanceReport:
    """The gate's reasons and the outcome of every real entry of one type."""
    folder = kind.fixtures
    missing, defects, proven = [], list(shortcomings(kind, registry, depth)), 0
    try:
        valid = len(tuple(fixtures.valid(folder))) if folder else 0
        invalid = len(tuple(fixtures.invalid(folder))) if folder else 0
        declared = tuple(fixtures.real(folder)) if folder else ()
    except FixtureError:  # one of the defects that were found
        valid, invalid, declared = 0, 0, ()
    for name, entry in declared:
        parts = corpus.parts(entry) if corpus else None
        if parts is None:
            missing.append(name)
            continue
        wrong = [*guarded("real samples", f"real/{name}", _real(kind, registry, entry, parts))]
        defects += wrong
        proven += not wrong
    return ConformanceReport(
        name=kind.name,
        valid=valid,
        invalid=invalid,
        declared=len(declared),
        proven=proven,
        not_found=tuple(missing),
        defects=tuple(defects),
    )


def read_real(
    kind: EvidenceType, registry: Registry, entry: Real, parts: Mapping[str, bytes]
) -> Evidence | EvidenceError:
    """The piece of a real sample that its entry names; `FixtureError` if it names none, or one of several."""
    items = parse_all(
        parts["evidence"],
        type=kind.name if entry.force else None,
        options=entry.options or None,
        attachments={part: content for part, content in parts.items() if part != "evidence"},
        registry=registry,
    )
    matching = [item for item in items if entry.at in (None, item.at)]
    if len(matching) != 1:
        pieces = ", ".join(repr(item.at) for item in items)
        raise FixtureError(f"`at` is {entry.at!r}, and the pieces of the sample are {pieces}")
    (item,) = matching
    return item.error if isinstance(item, Failure) else item


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
        if (present := fact(piece.claims, path)) != value:
            yield f"{path} is {present!r:.120}, {', '.join(entry.facts_from)} say {value!r:.120}"
    chance = random.Random(SEED)  # noqa: S311 (repeatable, not secret)
    yield from flips(piece, registry, chance, CASES)
    yield from less(piece, registry, chance, CASES)
    yield from silent(piece.claims)
    if entry.claims_sha256 is not None and claims_digest(piece) != entry.claims_sha256:
        yield "the claims are no longer what they were when this entry was written"


def verified(kind: EvidenceType, registry: Registry, corpus: Corpus | None = None) -> Verified:
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
    return Verified(stated=stated, holding=holding, real=counts)


def _checks(piece: Evidence) -> tuple[Check, ...]:
    """All checks with the anchors that ship, at a time at which every certificate of the evidence has begun."""
    from evidence.verify import Trust, verify

    began = max((entry.not_before for entry in piece.claims.certificates), default="2026-01-01T00:00:00Z")
    return verify(piece, trust=Trust.shipped(), at=datetime.fromisoformat(began)).checks
