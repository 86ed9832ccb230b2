"""The rows of a type's tables that no fixture shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from evidence.authoring.gate.difference import slotted
from evidence.authoring.gate.fields import Pair
from evidence.authoring.gate.proof import listed
from evidence.mapping import LISTS, Each, Part, Row
from evidence.mapping import Mapping as Meaning
from evidence.paths import join
from evidence.registry import TypeTable
from evidence.wire.claimset import ClaimTable

BETWEEN: Final = re.compile(r"[./]")
Shown = Mapping[str, set[str]]
"""The claims that fields became in fixtures, by each step of their names: `body.mrtd` is shown as `mrtd`."""


def shown(fields: Iterable[tuple[str, tuple[str, ...]]], unclaimed: Mapping[str, str]) -> Shown:
    """What the fields of all fixtures became; those that are said to become nothing have a place as well."""
    steps: dict[str, set[str]] = {}
    for field, claims in fields:
        names = [*BETWEEN.split(field), BETWEEN.sub("_", field)]
        for step in names if claims or listed(field, unclaimed) else ():
            steps.setdefault(step, set()).update(claims)
    return steps


def unshown(table: TypeTable, fields: Shown) -> Iterator[str]:
    """The rows of a table that no fixture shows: `FIELD -> /path` in a mapping, the name of a field in any other."""
    if isinstance(table, Meaning):
        for field, path in _rows(table, table.here):
            if not any(fnmatchcase(claim, path) for claim in fields.get(field, ())):
                yield str(Pair(field, path))
    else:
        yield from (name for name in _names(table) if name not in fields)


def _names(table: ClaimTable | type) -> Iterator[str]:
    """The names of a structure's fields, or of a claim set's claims and of those inside."""
    if not isinstance(table, ClaimTable):
        yield from getattr(table, "FIELDS", ())
        return
    for row in table.rows:
        yield row.name
        if row.kind.inner is not None:
            yield from _names(row.kind.inner)


def _rows(table: Meaning, here: str) -> Iterator[tuple[str, str]]:
    """Every field with the pattern of each path that it becomes, with those of the items of arrays."""
    for part in table.parts:
        yield from _part(part, here)


def _part(part: Part, here: str, *, counted: bool = False) -> Iterator[tuple[str, str]]:
    for item in part.items:
        if isinstance(item, Each):
            yield from ((item.field, path) for path in _also(item, here))
            if isinstance(item.of, Part):
                yield from _part(item.of, here, counted=True)
            else:
                yield from _rows(item.of, item.of.here)
        else:
            for field in item.fields:
                yield from (
                    (field, path) for path in (*_made(item, field, here, counted=counted), *_also(item, here))
                )


def _made(row: Row, field: str, here: str, *, counted: bool) -> Iterator[str]:
    """The path of what a row makes. Items may name their entries themselves."""
    if row.member:
        name = "*" if counted and "{}" not in row.name else row.entry_name
        steps = (row.member, name) if row.member in LISTS else (row.member,)
        yield slotted(here + join(*steps) + row.part(field)).replace("{}", "*")


def _also(item: Row | Each, here: str) -> Iterator[str]:
    for path in item.also:
        yield slotted(path if path.startswith("/") else f"{here}/{path}").replace("{}", "*")
