"""Duties 1, 2, 3, 8 and 9: the files that a type brings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from evidence.authoring import fixtures, schema
from evidence.authoring.fixtures import FixtureError, Invalid, Loaded
from evidence.authoring.gate.proof import Proof, cause, guarded
from evidence.convert import Failure, parse_all
from evidence.errors import Defective, EvidenceError, UsageError

MINIMUM_VALID: Final = 2
MINIMUM_INVALID: Final = 8


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
    shown = {piece.claims.evidence.version for _, piece in proof.good()}
    for version in proof.kind.versions:
        if version not in shown:
            yield f"fixtures: no valid one shows version {version}"
    classes = {recipe.kind for _, recipe in proof.invalid}
    for needed in fixtures.REQUIRED_CLASSES:
        reason = proof.kind.inapplicable.get(needed)
        if needed not in classes and not reason:
            yield f"fixtures: no invalid one of class {needed}, and no reason why there cannot be"
    by_name = {loaded.name: loaded for loaded in proof.valid}
    for name, recipe in proof.invalid:
        if recipe.origin_of not in by_name:
            yield f"invalid/{name}: made from {recipe.origin_of!r}, which is no valid fixture"
        else:
            reasons = _invalid(proof, recipe, by_name[recipe.origin_of])
            yield from guarded("duty 2, fixtures", f"invalid/{name}", reasons)


def _invalid(proof: Proof, recipe: Invalid, origin: Loaded) -> Iterator[str]:
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
    if proof.kind.status == "stable" and not proof.real:
        yield "real: a stable type needs a sample that this library did not make"


def duty_8_compatible(proof: Proof) -> Iterator[str]:
    released = proof.kind.released
    if proof.schema is not None and released is not None and released.is_file():
        for reason in schema.incompatible(msgspec.json.decode(released.read_bytes()), proof.schema.schema):
            yield f"schema: not compatible with the one last released: {reason}"


def duty_9_spec(proof: Proof) -> Iterator[str]:
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
