"""Which claims no signature covers: those that unsigned bytes decide, and those that no bytes decide."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Final

from msgspec import Struct

from evidence.chain import ancestors
from evidence.claims import Claims, Environment
from evidence.paths import join, parents, steps_to
from evidence.registry import Source

FROM_OUTSIDE: Final = frozenset({"certificate", "caller"})
"""Where a TCB's layout comes from if the evidence does not say it; no signature of the evidence covers that."""


def unsigned(claims: Claims, sources: Iterable[Source]) -> tuple[str, ...]:
    """The paths of all claims that no signature covers, in the order of the fields.

    Behind them stand what no field of the evidence decides alone: a TCB's layout by a certificate or the caller,
    the entries for which no field is known at all (what cannot be shown to be signed is not), what is only there
    because of unsigned bytes (environments of which nothing is signed, or whose name is not, and bindings whose name
    is not), and what ties others to those.
    """
    covers = Covers(part for signature in claims.signatures for part in signature.covers)
    return uncovered(claims, sources, covers.hold)


def uncovered(
    claims: Claims,
    sources: Iterable[Source],
    hold: Callable[[Source], bool],
    from_outside: frozenset[str] = FROM_OUTSIDE,
) -> tuple[str, ...]:
    """The same for any notion of what is covered: `hold` says whether a field is, `from_outside` whose layouts are not."""
    outside: list[str] = []
    inside: set[str] = set()
    for source in sources:
        if hold(source):
            inside.update(source.claims)
        else:
            outside += source.claims
    whole = [*filter(None, map(_named, outside)), *_whole(claims, inside, outside)]
    listed = {*outside, *whole}
    layouts = (path for path in _layouts(claims, from_outside) if listed.isdisjoint(parents(path)))
    nowhere = _nowhere(claims, inside, outside)
    return tuple(dict.fromkeys([*outside, *layouts, *nowhere, *whole, *_ties(claims, listed)]))


class Covers:
    """Signed ranges `[start, end)` of the evidence (bytes)."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(ranges)
        self._starts = [start for start, _ in ordered]
        self._ends = list(accumulate((end for _, end in ordered), max))

    def hold(self, source: Source) -> bool:
        """Whether one of the ranges holds the whole field; a decoded layer lies where it was made from."""
        if source.bare or (source.layer != "evidence" and source.outer is None):
            return False
        start, end = source.outer or (source.start, source.end)
        before = bisect_right(self._starts, start)
        return before > 0 and end <= self._ends[before - 1]


def _environments(claims: Claims) -> Iterator[tuple[str, Environment]]:
    for step, environment in zip(steps_to(claims.environments), claims.environments, strict=True):
        yield join("environments", step), environment


def _named(path: str) -> str | None:
    """The path of the environment or binding of which `path` is the name."""
    match path.split("/"):
        case ["", "environments", entry, "id"]:
            return f"/environments/{entry}"
        case ["", "bindings", entry, "name"]:
            return f"/bindings/{entry}"
    return None


def _nowhere(claims: Claims, inside: set[str], outside: list[str]) -> list[str]:
    """The paths of all bindings and entries for which no field is known."""
    known = inside.union(outside)
    shown = _holders(known)
    return [path for path in _entries(claims) if path not in shown and known.isdisjoint(parents(path))]


def _whole(claims: Claims, inside: set[str], outside: list[str]) -> list[str]:
    """The paths of the environments of which nothing is signed, nor of what they contain.

    One that states nothing is not among them if a signature is said to be its own.
    """
    signed, named = _holders(inside), _holders(outside)
    outer = {environment.id: environment.parent for _, environment in _environments(claims)}
    paths = {environment.id: path for path, environment in _environments(claims)}
    own = {signature.environment for signature in claims.signatures if signature.covers}
    alive: set[str] = set()
    for id, path in paths.items():
        if path in signed or (id in own and outer[id] is None and path not in named):
            alive.update(ancestors(id, outer))
    return [path for id, path in paths.items() if id not in alive]


def _holders(paths: Iterable[str]) -> set[str]:
    """The paths, and those of all that contain what is at them."""
    return {step for path in paths for step in parents(path)}


def _ties(claims: Claims, listed: set[str]) -> Iterator[str]:
    """The paths of what ties an environment to one that is there only because of unsigned bytes."""
    gone = {environment.id for path, environment in _environments(claims) if path in listed}
    for path, environment in _environments(claims):
        if not gone.isdisjoint(environment.depends_on):
            yield path + join("depends_on")
        if environment.parent in gone:
            yield path + join("parent")


def _entries(claims: Claims) -> Iterator[str]:
    """The paths of all bindings, of all entries of environments, and of what these are said to miss."""
    for step in steps_to(claims.bindings):
        yield join("bindings", step)
    for at, environment in _environments(claims):
        if environment.missing:
            yield at + join("missing")
        for name in environment.__struct_fields__:
            entries = getattr(environment, name)
            if isinstance(entries, tuple) and entries and isinstance(entries[0], Struct):
                for step in steps_to(entries):
                    yield at + join(name, step)


def _layouts(claims: Claims, from_outside: frozenset[str]) -> Iterator[str]:
    """The paths of what is not signed of a TCB whose layout the evidence itself does not say."""
    for at, environment in _environments(claims):
        for step, tcb in zip(steps_to(environment.tcb), environment.tcb, strict=True):
            if tcb.layout_source in from_outside:
                for name in ("layout", "layout_source", "components"):
                    yield at + join("tcb", step, name)
