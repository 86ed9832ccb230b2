"""What a type's tables (`evidence.corim`) say of a claims document: the parts of a vendor's profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from evidence.claims import Claims
from evidence.corim import Profile, ProfileRow
from evidence.encode.elements import Element
from evidence.encode.written import Loss
from evidence.errors import UsageError
from evidence.paths import join


class VendorPortion(NamedTuple):
    """One part of a profile as it is written."""

    profile: str
    environment: Mapping[int, Any]
    elements: tuple[Element, ...]


def parts(claims: Claims, profile: Profile) -> tuple[tuple[VendorPortion, ...], tuple[Loss, ...]]:
    """The parts that the document has, and those that nothing names; `UsageError` if none is left."""
    made: list[VendorPortion] = []
    losses: list[Loss] = []
    for part in profile.parts:
        ids = [one.id for one in claims.environments if one.origin == "evidence" and one.id in part.subjects]
        if not ids:
            continue
        elements = tuple(element for row in part.rows for element in _elements(claims, row, losses))
        environment = part.environment(claims)
        if environment is None:
            losses.append(Loss(join("environments", ids[0]), "no-class", "nothing names its class"))
        elif elements:
            made.append(VendorPortion(part.profile, environment, elements))
    if not made:
        reasons = ", ".join(dict.fromkeys(f"{loss.path} {loss.code}" for loss in losses))
        raise UsageError(f"nothing that the profile has{f': {reasons}' if reasons else ''}")
    return tuple(made), tuple(losses)


def _elements(claims: Claims, row: ProfileRow, losses: list[Loss]) -> Iterator[Element]:
    for path, entry in _entries(claims, row):
        values = row.write(entry)
        if values is not None:
            yield Element(row.key, values)
        elif getattr(entry, "digests", ()):
            alg = ", ".join(digest.alg for digest in entry.digests)
            losses.append(Loss(path, "algorithm-not-named", alg))


def _entries(claims: Claims, row: ProfileRow) -> Iterator[tuple[str, Any]]:
    """What a row is about, with its path; only what the evidence itself says."""
    if row.list == "version":
        yield "/evidence/version", claims.evidence.version
        return
    if row.list == "bindings":
        yield from (
            (join("bindings", one.name), one)
            for one in claims.bindings
            if one.name == row.name and one.environment in row.environments
        )
        return
    for environment in claims.environments:
        if environment.id not in row.environments or environment.origin != "evidence":
            continue
        here = join("environments", environment.id, row.list)
        if row.list == "debug":
            yield here, environment.debug
            continue
        for entry in getattr(environment, row.list):
            if row.name in {None, entry.name} and entry.origin in {None, "evidence"}:
                yield here + join(entry.name), entry
