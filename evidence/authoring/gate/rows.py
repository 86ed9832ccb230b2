"""The rows of a type's tables that no fixture shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import Final

from evidence.authoring.gate.difference import slotted
from evidence.authoring.gate.fields import Pair
from evidence.authoring.gate.proof import listed
from evidence.mapping import LISTS, Row
from evidence.mapping import Mapping as Meaning
from evidence.paths import join
from evidence.registry import TypeTable
from evidence.wire.claimset import Table

Shown = Set[tuple[str, tuple[str, ...]]]
"""Every field of a fixture, and what it became."""
BETWEEN: Final = re.compile(r"[./]")


def unshown_rows(table: TypeTable, shown: Shown) -> Iterator[Pair]:
    """The rows of a mapping from fields to claims whose field becomes no such claim in any fixture."""
    if isinstance(table, Meaning):
        pairs = {(step, claim) for field, claims in shown for step in BETWEEN.split(field) for claim in claims}
        for part in table.parts:
            for row in part.rows:
                for path in map(slotted, _paths(table, row)):
                    yield from (Pair(field, path) for field in row.fields if (field, path) not in pairs)


def _paths(table: Meaning, row: Row) -> Iterator[str]:
    """What a row makes, and what else its fields decide."""
    if row.member:
        steps = (row.member, row.entry_name) if row.member in LISTS else (row.member,)
        yield table.here + join(*steps)
    for path in row.also:
        yield path if path.startswith("/") else f"{table.here}/{path}"


def unshown_names(table: TypeTable, shown: Shown, unclaimed: Mapping[str, str]) -> Iterator[str]:
    """The fields of a structure, or the claims of a set, that become nothing in any fixture."""
    if not isinstance(table, Meaning):
        steps = {step for field, claims in shown if claims or listed(field, unclaimed) for step in BETWEEN.split(field)}
        yield from (name for name in _names(table) if name not in steps)


def _names(table: TypeTable) -> Iterator[str]:
    if isinstance(table, Table):
        for row in table.rows:
            yield row.name
            if row.kind.inner is not None:
                yield from _names(row.kind.inner)
    elif not isinstance(table, Meaning):
        yield from table.FIELDS
