"""What a change of the input did to the claims: the paths of what differs, and which of them are known to be unsigned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from evidence.claims import Claims, Environment
from evidence.convert import Evidence, Failure, convert_all
from evidence.errors import Defective, UsageError
from evidence.input import Input
from evidence.paths import join, parents, steps_to
from evidence.registry import Registry, Source

CHIEF: Final = "guest or td"
SLOTS: Final = frozenset({"guest", "td", "paravisor"})
"""Ids of one and the same environment: what is beside a report decides which of them it has."""


def again(before: Evidence, changed: Input, registry: Registry) -> Evidence | None:
    """What the input gives after a change; None if it is refused, another type's now, or only holds evidence.

    What is then found inside of the input is another piece, with a path, a size and a hash of its own.
    """
    kind = before.type.name
    try:
        pieces = tuple(
            convert_all(
                changed,
                type=kind if before.claims.evidence.identified_by == "caller" else None,
                options=before.input.options,
                registry=registry,
            )
        )
    except UsageError:  # another type takes it, and does not know the options
        return None
    if len(pieces) != 1:
        return None
    (after,) = pieces
    if isinstance(after, Failure):
        if isinstance(after.error, Defective):
            raise after.error
        return None
    if after.faults:
        raise after.faults[0]
    return after if after.type.name == kind and after.at == before.at else None


def by_slot(environments: tuple[Environment, ...]) -> Mapping[str, Environment]:
    """The environments by their ids; the one that may have several ids by the name of its slot."""
    ids = {environment.id for environment in environments} & SLOTS
    return {CHIEF if ids == {environment.id} else environment.id: environment for environment in environments}


def differences(before: Claims, after: Claims) -> Iterator[str]:
    """The paths of all entries and scalars of bindings and environments that differ, appeared or vanished."""
    yield from _differences(before.bindings, after.bindings, "/bindings")
    yield from _between(_nameless(before), _nameless(after), "/environments")


def _nameless(claims: Claims) -> Mapping[str, Environment]:
    """The environments by slot, with the slot for an id: which of its ids one has, its role says as well."""
    slots = by_slot(claims.environments)
    return {slot: replace(environment, id=slot) for slot, environment in slots.items()}


DECIDED_BY_ALL: Final = frozenset({"sha256", "size", "trailing"})
"""What every byte of the evidence decides."""


def changes(before: Claims, after: Claims) -> Iterator[str]:
    """The same for all that fields become: of the header and of every list but notes and attachments."""
    for name in before.evidence.__struct_fields__:
        if name not in DECIDED_BY_ALL:
            old, new = getattr(before.evidence, name), getattr(after.evidence, name)
            yield from _differences(old, new, f"/evidence/{name}")
    yield from _differences(before.signatures, after.signatures, "/signatures")
    yield from _differences(before.certificates, after.certificates, "/certificates")
    yield from _differences(before.consistency, after.consistency, "/consistency")
    yield from _differences(before.logs, after.logs, "/logs")
    yield from differences(before, after)


def same(before: Claims, after: Claims) -> bool:
    """Whether two documents differ in the digest of the evidence at most."""
    header = replace(after.evidence, sha256=before.evidence.sha256)
    return replace(after, evidence=header) == before


def _differences(before: Any, after: Any, here: str) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, Struct) and isinstance(after, Struct):
        for name in before.__struct_fields__:
            yield from _differences(getattr(before, name), getattr(after, name), here + join(name))
    elif _has_entries(before) or _has_entries(after):
        yield from _between(_by_step(before), _by_step(after), here)
    else:
        yield here


def _between(before: Mapping[str, Any], after: Mapping[str, Any], here: str) -> Iterator[str]:
    for step in dict.fromkeys((*before, *after)):
        yield from _differences(before.get(step), after.get(step), here + join(step))


def _has_entries(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Struct)


def _by_step(entries: tuple[Any, ...] | None) -> Mapping[str, Any]:
    return dict(zip(steps_to(entries), entries, strict=True)) if entries else {}


def unlisted(before: Evidence, after: Evidence) -> tuple[str, ...]:
    """The paths that differ, and that neither of the two lists as unsigned."""
    paths = tuple(differences(before.claims, after.claims))
    if not paths:
        return ()
    known = {*unsigned(before), *unsigned(after)}
    return tuple(path for path in paths if known.isdisjoint(parents(path)))


def unsigned(piece: Evidence) -> Iterator[str]:
    """The unsigned paths, with environments by slot."""
    names = _slots(piece)
    return (_by_slot(path, names) for path in piece.unsigned())


def claimed(piece: Evidence) -> Iterator[Source]:
    """The fields, with environments by slot in their claims."""
    names = _slots(piece)
    for source in piece.sources():
        if any(slot != id for id, slot in names.items()):
            yield source._replace(claims=tuple(_by_slot(path, names) for path in source.claims))
        else:
            yield source


def slotted(path: str) -> str:
    """A path by slot, whatever environments there are."""
    return _by_slot(path, dict.fromkeys(SLOTS, CHIEF))


def _slots(piece: Evidence) -> Mapping[str, str]:
    return {environment.id: slot for slot, environment in by_slot(piece.claims.environments).items()}


def _by_slot(path: str, names: Mapping[str, str]) -> str:
    parts = path.split("/", 3)
    if parts[1] == "environments" and len(parts) > 2:
        parts[2] = names.get(parts[2], parts[2])
    return "/".join(parts)
