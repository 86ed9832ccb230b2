"""The claims of verified evidence that a checked signature covers, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from msgspec.structs import replace

from evidence.claims import Claims, Environment, Tcb
from evidence.encode.elements import PARTS
from evidence.encode.written import Loss
from evidence.paths import join, parents, steps_to

SCALARS: Final[dict[str, Any]] = {
    "role": "unspecified",
    "label": None,
    "parent": None,
    "profile": None,
    "detached": None,
    "depends_on": (),
    "includes": (),
    "debug": "not-reported",
    "migration": "not-reported",
    "lifecycle": None,
}
"""Members of an environment, and what stands for each that nothing covers."""
LAYOUT: Final = ("layout", "layout_source", "components")
"""What a certificate or the caller may decide of a TCB whose bytes are signed."""
DETAIL: Final = "no signature that was checked covers it"


def covered(claims: Claims, uncovered: Iterable[str]) -> tuple[Claims, tuple[Loss, ...]]:
    """The document without what a path in `uncovered` leads to, or into, and a loss for each thing left out.

    Environments of another origin stay: what is written of the document passes them over, and says so.
    """
    cover = _Cover(uncovered)
    environments = [
        cover.environment(environment, here) if environment.origin == "evidence" else environment
        for here, environment in _paths("/environments", claims.environments)
        if environment.origin != "evidence" or cover.names(here)
    ]
    bindings = cover.entries("/bindings", claims.bindings)
    left = replace(claims, environments=tuple(environments), bindings=bindings)
    return left, tuple(cover.losses)


class _Cover:
    def __init__(self, uncovered: Iterable[str]) -> None:
        self.paths = frozenset(uncovered)
        self.around = frozenset(part for path in self.paths for part in parents(path))
        """Everything of which a part is not covered."""
        self.losses: list[Loss] = []

    def holds(self, path: str) -> bool:
        """Whether all of what stands at `path` is covered; a loss if it is not."""
        is_apart = path not in self.around and self.paths.isdisjoint(parents(path))
        return is_apart or self._lose(path)

    def names(self, here: str) -> bool:
        """Whether somebody signed that there is an environment of this name."""
        return self.paths.isdisjoint(("/environments", here, f"{here}/id")) or self._lose(here)

    def _lose(self, path: str) -> bool:
        self.losses.append(Loss(path, "not-covered", DETAIL))
        return False

    def environment(self, environment: Environment, here: str) -> Environment:
        members: dict[str, Any] = {
            name: empty
            for name, empty in SCALARS.items()
            if getattr(environment, name) != empty and not self.holds(f"{here}/{name}")
        }
        for part in PARTS:
            members[part.list] = self.entries(f"{here}/{part.list}", getattr(environment, part.list))
        return replace(environment, **members)

    def entries(self, path: str, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            entry
            for at, each in _paths(path, entries)
            for entry in ((self.tcb(at, each),) if isinstance(each, Tcb) else (each,))
            if entry is not each or self.holds(at)
        )

    def tcb(self, path: str, entry: Tcb) -> Tcb:
        """A TCB whose bytes alone are covered, without its layout; else as it is."""
        layout = [f"{path}/{name}" for name in LAYOUT]
        below = [one for one in self.paths if one.startswith(f"{path}/")]
        of_the_layout = [one for one in below if not set(parents(one)).isdisjoint(layout)]
        if not below or of_the_layout != below or not self.paths.isdisjoint(parents(path)):
            return entry
        self._lose(f"{path}/layout")
        return replace(entry, layout=None, layout_source="unknown", components=())


def _paths(path: str, entries: tuple[Any, ...]) -> list[tuple[str, Any]]:
    return [(path + join(step), entry) for step, entry in zip(steps_to(entries), entries, strict=True)]
