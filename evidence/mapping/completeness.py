"""The check that no field of a table was forgotten, at import."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.mapping.rows import Part
from evidence.wire.claimset import ClaimTable
from evidence.wire.layout import Layout


def complete(
    table: type[Layout] | ClaimTable | Iterable[str], *parts: Part, elsewhere: Iterable[str] = ()
) -> None:
    """Raise `TypeError` for a field that no row names, and that is not said to go elsewhere; and for one said twice.

    A claim that is an array of claim sets needs an `Each`, whose rows name every claim of these.
    """
    if isinstance(table, ClaimTable):
        what, known = table.what, {row.name for row in table.rows}
    elif isinstance(table, type):
        what, known = table.__name__, set(table.FIELDS)
    else:
        what, known = "fields", set(table)
    listed, named = set(elsewhere), {name for part in parts for name in part.fields}
    if lost := sorted(known - named - listed):
        raise TypeError(f"{what}: no row says what becomes of {', '.join(lost)}")
    if wrong := sorted((listed & named) | (listed - known)):
        raise TypeError(f"{what}: said to go elsewhere, and does not: {', '.join(wrong)}")
    for row in table.rows if isinstance(table, ClaimTable) else ():
        if row.kind.inner is not None and row.name not in listed:
            arrays = [part.arrays[row.name] for part in parts if row.name in part.arrays]
            complete(row.kind.inner, *(inner for each in arrays for inner in each.parts))
