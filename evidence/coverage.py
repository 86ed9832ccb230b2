"""Which claims no signature covers: those whose bytes lie outside of what is signed, and those without bytes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from msgspec import Struct

from evidence.claims import Claims
from evidence.paths import join, parents, steps_to
from evidence.registry import Source


def unsigned(claims: Claims, sources: Iterable[Source]) -> tuple[str, ...]:
    """The paths of all claims that no signature covers, in the order of the fields.

    Behind them stand the entries for which no field is known at all: what cannot be shown to be signed
    is not.
    """
    covers = Covers(part for signature in claims.signatures for part in signature.covers)
    return outside(claims, sources, covers.hold)


def outside(claims: Claims, sources: Iterable[Source], hold: Callable[[Source], bool]) -> tuple[str, ...]:
    """The same for any notion of what is held: the claims of the fields that `hold` says no to."""
    left: list[str] = []
    known: set[str] = set()
    for source in sources:
        known.update(source.claims)
        if not hold(source):
            left += source.claims
    shown = {step for claim in known for step in parents(claim)}
    nowhere = [path for path in _entries(claims) if path not in shown and known.isdisjoint(parents(path))]
    return tuple(dict.fromkeys([*left, *nowhere]))


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


def _entries(claims: Claims) -> Iterator[str]:
    """The paths of all bindings and of all entries of environments."""
    for step in steps_to(claims.bindings):
        yield join("bindings", step)
    for at, environment in zip(steps_to(claims.environments), claims.environments, strict=True):
        for name in environment.__struct_fields__:
            entries = getattr(environment, name)
            if isinstance(entries, tuple) and entries and isinstance(entries[0], Struct):
                for step in steps_to(entries):
                    yield join("environments", at, name, step)
