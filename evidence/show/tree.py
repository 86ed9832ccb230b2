"""The environments of a document as a tree: what is attested, what that depends on, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence.claims import Claims, Environment
from evidence.show.page import Block, Detail, Grid, Phrase, Section, Tone, row, sentence, title

DEEPEST: Final = 6
"""Levels that are indented; what lies deeper stands below the last one."""
HEAD: Final = ("", "role", "debug", "migration", "")
DEBUG: Final[dict[str, Tone]] = {"enabled": "bad", "not-reported": "doubt", "not-defined": "faint"}
MIGRATION: Final[dict[str, Tone]] = {"allowed": "doubt", "not-reported": "doubt", "not-defined": "faint"}


class _Branch(NamedTuple):
    """An environment at its depth, whether the one above depends on it, and whether it stands above with its own branches."""

    environment: Environment
    depth: int
    is_needed: bool
    again: bool


def section(claims: Claims, detail: Detail) -> Section:
    """The tree of the thing attested, then those of all environments that it does not reach."""
    attested = claims.attested
    roots = list(_roots(claims))
    branches = list(_branches(claims, roots, detail.most(len(claims.environments))))
    rows = tuple(_row(branch) for branch in branches)
    more = len(claims.environments) - len({branch.environment.id for branch in branches})
    blocks: list[Block] = [Grid(rows, HEAD, max(0, more))]
    if attested is None:
        blocks.append(
            sentence("no single thing is attested: each environment is to be asked for itself", "doubt")
        )
    else:
        text = f"debug of {attested.environment} and all that it depends on: {attested.debug}"
        blocks.append(sentence(text, DEBUG.get(attested.debug, "plain")))
    return Section(title("What is attested, and what it depends on"), tuple(blocks))


def _roots(claims: Claims) -> Iterator[str]:
    """The thing attested first, then what nothing depends on or contains, then the rest."""
    if claims.attested is not None:
        yield claims.attested.environment
    needed = {name for environment in claims.environments for name in environment.depends_on}
    yield from (e.id for e in claims.environments if e.id not in needed and e.parent is None)
    yield from (e.id for e in claims.environments)


def _branches(claims: Claims, roots: list[str], most: int) -> Iterator[_Branch]:
    """Every environment once with its own branches, and where it is needed again by itself; `most` at most."""
    by_id = {environment.id: environment for environment in claims.environments}
    children: dict[str, list[str]] = {}
    for environment in claims.environments:
        if environment.parent is not None:
            children.setdefault(environment.parent, []).append(environment.id)
    done: set[str] = set()
    count = 0
    for root in roots:
        if root in done:
            continue
        todo = [(root, 0, False)]
        while todo and count < 2 * most:
            id, depth, is_needed = todo.pop()
            if id not in by_id:  # of a document that is not possible
                continue
            environment = by_id[id]
            count += 1
            yield _Branch(environment, depth, is_needed, id in done)
            if id not in done:
                done.add(id)
                below = dict.fromkeys((*environment.depends_on, *children.get(id, ())))
                needed = frozenset(environment.depends_on)
                todo += [(name, depth + 1, name in needed) for name in reversed(below)]


def _row(branch: _Branch) -> tuple[Phrase, ...]:
    environment, depth, is_needed, again = branch
    indent = f"{'   ' * (min(depth, DEEPEST) - 1)}`- " if depth else ""
    name = f"{indent}{environment.id}"
    if again:
        return row(name, Phrase("as above", "faint"))
    more = []
    if environment.parent is not None:
        more.append(f"in {environment.parent}{', which depends on it' * is_needed}")
    if environment.missing:
        more.append(f"missing: {', '.join(environment.missing)}")
    return row(
        name,
        environment.role,
        Phrase(environment.debug, DEBUG.get(environment.debug, "plain")),
        Phrase(environment.migration, MIGRATION.get(environment.migration, "plain")),
        Phrase("; ".join(more), "doubt" if environment.missing else "plain"),
    )
