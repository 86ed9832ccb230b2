"""The claims that are made of bytes, and for which no field stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from evidence.convert import Evidence
from evidence.paths import join, parents, steps_to

OURS: Final = frozenset(
    {
        *(
            "id",
            "name",
            "role",
            "origin",
            "status",
            "parent",
            "depends_on",
            "missing",
            "includes",
            "detached",
        ),
        *("phase", "subject", "form", "set_by", "scope", "linkable", "declared", "requested_by", "use"),
        *("compare", "layout", "layout_source", "environment", "source"),
    }
)
"""Fields that the type fills by what an entry is, not by what its bytes hold."""
ELSEWHERE: Final = frozenset({"caller", "carrier", "log"})
"""Origins of entries that no bytes of the evidence, or of what is attached, were made into."""


def unplaced(evidence: Evidence) -> Iterator[str]:
    """The paths of claims for which `where` finds no field. One that is only ours needs none of its own.

    The name of an environment is a word of ours, or the key of its entry, which is no value.
    """
    known = {claim for source in evidence.sources() for claim in source.claims}
    within = {step for claim in known for step in parents(claim)}
    for root in ("environments", "bindings", "certificates"):
        for path, field in _leaves(getattr(evidence.claims, root), join(root)):
            placed = known.intersection(parents(path))
            entry = path.rpartition("/")[0]
            ours = field in OURS and (entry in within or entry.count("/") <= 2)
            if not (placed or ours or (field == "label" and entry.count("/") == 2)):
                yield path


def _leaves(node: Any, path: str, field: str = "") -> Iterator[tuple[str, str]]:
    """Every value that is there by its path, with the last field on the way to it."""
    if isinstance(node, Struct):
        if getattr(node, "origin", None) in ELSEWHERE:
            return
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if value not in (None, (), "not-reported", "not-defined"):
                yield from _leaves(value, path + join(name), name)
    elif isinstance(node, tuple):
        for step, item in zip(steps_to(node), node, strict=True):
            yield from _leaves(item, path + join(step) if isinstance(item, Struct) else path, field)
    else:
        yield path, field
