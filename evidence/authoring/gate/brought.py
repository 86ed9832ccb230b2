"""Duties 1, 2, 3, 8 and 9: the files that a type brings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from evidence.authoring import fixtures
from evidence.authoring.fixtures import FixtureError, Invalid, InvalidClass, Loaded
from evidence.authoring.gate.proof import Proof, cause, guarded, listed
from evidence.authoring.release import differences, misnamed
from evidence.convert import Failure, parse_all
from evidence.errors import Defective, EvidenceError, UsageError

MINIMUM_VALID: Final = 2
MINIMUM_INVALID: Final = 8
UNKNOWN: Final = frozenset({"unknown", "other"})
"""Words for a version that nobody lists."""
REFUSALS: Final[Mapping[InvalidClass, frozenset[str]]] = {
    "truncated": frozenset({"truncated", "missing-field", "unknown-format"}),
    "trailing": frozenset(
        {"trailing-bytes", "bad-encoding", "carrier-error", "truncated", "constraint-violation"}
    ),
    "wrong-version": frozenset({"unsupported-version", "constraint-violation", "truncated", "not-evidence"}),
    "wrong-magic": frozenset({"unknown-format", "constraint-violation", "missing-field", "trailing-bytes"}),
    "length-overflow": frozenset({"truncated", "constraint-violation", "trailing-bytes", "limit-exceeded"}),
    "duplicate-key": frozenset({"bad-encoding", "unexpected-field", "carrier-error"}),
    "reserved-bytes": frozenset({"constraint-violation"}),
    "oversize": frozenset({"limit-exceeded"}),
    "constraint": frozenset(
        {
            *("constraint-violation", "missing-field", "unexpected-field", "limit-exceeded"),
            *("truncated", "trailing-bytes", "bad-encoding"),
        }
    ),
    "encoding": frozenset({"bad-encoding", "constraint-violation", "limit-exceeded", "carrier-error"}),
    "not-evidence": frozenset({"not-evidence"}),
}
"""The errors that a defect of each class can cause: a fixture with another error is one of something else."""
MEDIA_TYPE: Final = re.compile(r"[a-z0-9]+/[a-z0-9][a-z0-9.+-]*")


def duty_1_schema(proof: Proof) -> Iterator[str]:
    if proof.schema is None:
        yield "schema: there is none"
    else:
        yield from proof.schema.shortcomings(proof.kind.name)


def duty_2_fixtures(proof: Proof) -> Iterator[str]:
    if len(proof.valid) < MINIMUM_VALID:
        yield f"fixtures: {len(proof.valid)} valid ones, at least {MINIMUM_VALID} are needed"
    if len(proof.invalid) < MINIMUM_INVALID:
        yield f"fixtures: {len(proof.invalid)} invalid ones, at least {MINIMUM_INVALID} are needed"
    yield from _versions(proof)
    yield from _classes(proof)
    by_name = {loaded.name: loaded for loaded in proof.valid}
    for name, recipe in proof.invalid:
        if recipe.origin_of not in by_name:
            yield f"invalid/{name}: made from {recipe.origin_of!r}, which is no valid fixture"
        else:
            reasons = _invalid(proof, recipe, by_name[recipe.origin_of])
            yield from guarded("duty 2, fixtures", f"invalid/{name}", reasons)


def _versions(proof: Proof) -> Iterator[str]:
    """Versions and attachments that no fixture shows, and versions that are shown and not listed."""
    shown = {piece.claims.evidence.version for _, piece in proof.good()}
    for version in proof.kind.versions:
        if version not in shown:
            yield f"fixtures: no valid one shows version {version}"
    for version in sorted(shown - {*proof.kind.versions} - UNKNOWN):
        yield f"versions: {version} is not listed, and a fixture shows it"
    beside = {kind for loaded in proof.valid for kind in loaded.attachments}
    for attachment in proof.kind.attachments:
        if attachment not in beside and not listed(attachment, proof.kind.unobserved):
            yield f"attachments: no fixture has {attachment} beside it (or list it in `unobserved`)"


def _classes(proof: Proof) -> Iterator[str]:
    """Classes of defects without a fixture and without a reason, and reasons without need."""
    classes = {recipe.kind for _, recipe in proof.invalid}
    for needed in fixtures.REQUIRED_CLASSES:
        reason = proof.kind.inapplicable.get(needed)
        if needed not in classes and not reason:
            yield f"fixtures: no invalid one of class {needed}, and no reason why there cannot be"
    for name in proof.kind.inapplicable:
        if name in classes or name not in fixtures.REQUIRED_CLASSES:
            yield f"inapplicable: {name} is none of the classes that there must be, or a fixture shows it"


def _invalid(proof: Proof, recipe: Invalid, origin: Loaded) -> Iterator[str]:
    if recipe.code not in REFUSALS[recipe.kind]:
        yield f"is of class {recipe.kind}, which does not cause {recipe.code}"
    try:
        broken = origin.broken(recipe)
    except FixtureError as error:
        yield str(error)
        return
    if broken == origin and recipe.options is None and recipe.force is None:
        yield f"is no different from {origin.name}"
        return
    forced = origin.fixture.force if recipe.force is None else recipe.force
    options = origin.fixture.options if recipe.options is None else recipe.options
    try:
        pieces = parse_all(
            broken.data,
            type=proof.kind.name if forced else None,
            options=options or None,
            attachments=broken.attachments,
            registry=proof.registry,
        )
    except UsageError as error:  # another type takes it, and does not know the options
        yield str(error)
        return
    errors = [item.error for item in pieces if isinstance(item, Failure)]
    faults = [error for error in errors if isinstance(error, Defective)]
    if faults:
        raise cause(faults[0])
    if not errors:
        yield "is accepted"
        return
    place = place_of(errors[0], recipe.at)
    if errors[0].code != recipe.code or place != recipe.at:
        yield f"{errors[0].code} at {place!r}, expected {recipe.code} at {recipe.at!r}: {errors[0]}"


def place_of(error: EvidenceError, like: int | str | None) -> int | str | None:
    """Where an error is: its path if a path is asked for, else its offset."""
    if isinstance(like, str):
        return getattr(error, "path", "")
    offset: int | None = getattr(error, "offset", None)
    return offset


def duty_3_real(proof: Proof) -> Iterator[str]:
    independent = [name for name, entry in proof.real if entry.code is None]
    if proof.kind.status == "stable" and not independent:
        yield "real: a stable type needs a sample that this library did not make, and that is evidence: without one it is provisional"


def duty_8_compatible(proof: Proof) -> Iterator[str]:
    kind, released = proof.kind, proof.kind.released
    yield from (f"name: {reason}" for reason in misnamed(kind))
    if proof.schema is not None and released is not None and released.is_file():
        for change in differences(kind.name, msgspec.json.decode(released.read_bytes()), proof.schema.schema):
            if change.breaks:
                yield f"schema: not compatible with the one last released: {change}"
    if kind.deprecated is not None:
        instead = kind.deprecated.instead
        if not (kind.deprecated.since.strip() and kind.deprecated.why.strip()):
            yield "deprecated: does not say since when, or why"
        if instead is not None and (instead == kind.name or instead not in proof.registry):
            yield f"deprecated: {instead} instead, which is no other type that is registered"


def duty_9_spec(proof: Proof) -> Iterator[str]:
    for member in ("title", "change_controller"):
        if not getattr(proof.kind, member).strip():
            yield f"{member}: says nothing"
    for media_type in (*proof.kind.media_types, *proof.kind.content_types.values()):
        if not MEDIA_TYPE.fullmatch(media_type):
            yield f"media_types: {media_type!r} is none"
    spec = proof.kind.spec
    if spec is None or not spec.is_file():
        yield "SPEC.md: there is none"
        return
    text = spec.read_text(encoding="utf-8")
    if not proof.kind.references:
        yield "SPEC.md: the type names no reference"
    for reference in proof.kind.references:
        if reference.name not in text:
            yield f"SPEC.md: does not name {reference.name}"
