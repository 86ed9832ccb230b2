"""What the environments of a document say together: the word of a chain, and which one is the thing attested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # claims asks this module
    from evidence.claims import Environment
    from evidence.words import ChainDebug, Debug

DEBUG_ORDER: Final[tuple[ChainDebug, ...]] = (
    "enabled",
    "not-reported",
    "disabled",
    "disabled-since-boot",
    "disabled-permanently",
    "disabled-fully-and-permanently",
)
"""Worst first."""
BEST: Final = len(DEBUG_ORDER)
"""The rank of what does not count."""
RANK: Final[dict[Debug, int]] = {**{word: rank for rank, word in enumerate(DEBUG_ORDER)}, "not-defined": BEST}
NOT_REPORTED: Final = RANK["not-reported"]
CANDIDATES: Final = frozenset({"workload", "paravisor", "device", "unspecified"})
"""Roles that a target can have."""
CHIEF: Final = frozenset({"workload", "paravisor"})
"""Roles beside which the others are no target."""


def reach(environments: Iterable[Environment], id: str) -> list[Environment]:
    """The environment `id` and all that it depends on, each once; `LookupError` if one is not there."""
    by_id = {environment.id: environment for environment in environments}
    todo, reached = [id], {id}
    links: list[Environment] = []
    for name in todo:  # which grows
        link = by_id.get(name)
        if link is None:
            raise LookupError(f"no environment {name}")
        links.append(link)
        for needed in link.depends_on:
            if needed not in reached:
                reached.add(needed)
                todo.append(needed)
    return links


def word(environments: Iterable[Environment], id: str) -> ChainDebug:
    """The worst `debug` of an environment and all that it depends on; `LookupError` if one is not there.

    One whose format defines no such state does not count. Where none is left, or a part of the chain has something
    `missing`, it is `not-reported`, unless something is `enabled`.
    """
    worst = BEST
    for link in reach(environments, id):
        try:
            rank = RANK[link.debug]
        except KeyError:
            raise TypeError(f"{link.id}: debug is {link.debug}, which is no state") from None
        if link.missing and rank > NOT_REPORTED:
            rank = NOT_REPORTED
        if rank < worst:  # noqa: PLR1730 (for each link of each document: `min` takes three times as long)
            worst = rank
    return DEBUG_ORDER[worst] if worst < BEST else "not-reported"


def target(environments: tuple[Environment, ...]) -> str | None:
    """The id of the thing attested, or None unless there is exactly one.

    A candidate has no parent, one of the roles `CANDIDATES`, and nothing depends on it but its own descendants.
    Where some have one of the roles `CHIEF`, only these count.
    """
    needed: set[str] = set()
    outermost: list[Environment] = []
    children: dict[str, list[Environment]] = {}
    for environment in environments:
        if environment.parent is not None:
            children.setdefault(environment.parent, []).append(environment)
            continue
        needed.update(environment.depends_on)
        if environment.role in CANDIDATES:
            outermost.append(environment)
    if children:
        _inside(environments, children, needed)
    candidates = [environment for environment in outermost if environment.id not in needed]
    if len(candidates) > 1:
        candidates = [candidate for candidate in candidates if candidate.role in CHIEF] or candidates
    return candidates[0].id if len(candidates) == 1 else None


def _inside(
    environments: tuple[Environment, ...], children: dict[str, list[Environment]], needed: set[str]
) -> None:
    """Add what environments with a parent need from outside of their own line; each is visited once."""
    line: set[str] = set()
    todo = [(environment, False) for environment in environments if environment.parent is None]
    while todo:
        environment, left = todo.pop()
        if left:
            line.discard(environment.id)
            continue
        line.add(environment.id)
        if environment.parent is not None:
            needed.update(name for name in environment.depends_on if name not in line)
        todo.append((environment, True))
        todo += [(child, False) for child in children.pop(environment.id, ())]
    for circle in children.values():  # of no root: a document that nothing here has written
        for environment in circle:
            needed.update(environment.depends_on)


def ancestors(id: str, outer: dict[str, str | None]) -> Iterator[str]:
    """The environment and those that contain it; each once, also where a document that is read back has a cycle."""
    passed: set[str] = set()
    name: str | None = id
    while name is not None and name not in passed:
        yield name
        passed.add(name)
        name = outer.get(name)
