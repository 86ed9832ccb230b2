"""A mapping: the table of one environment, which gives the environment and the places of its claims."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

from evidence.claims import Environment
from evidence.mapping.compiled import Compiled
from evidence.mapping.noted import bare
from evidence.mapping.rows import Part
from evidence.mapping.trail import Claimed, Made, Trail
from evidence.paths import join, steps_to
from evidence.words import Origin

ELSEWHERE: Final[frozenset[Origin]] = frozenset({"caller", "carrier", "certificate"})
"""Origins of entries that were not made of the field."""
Structures = tuple[Any, ...]
"""The values of each part, in the order of the parts."""


class Mapping:
    """The rows of one environment: the parts that it is made of, and the `words` that are always the same.

    Without `words` its rows decide about other claims of the document, and there is no environment. A `{}` in the id is the
    index of one of several environments of a kind.
    """

    def __init__(self, *parts: Part, **words: Any) -> None:
        self.parts, self.words = parts, words
        self.id: str = words.get("id", "")
        self.here = join("environments", self.id) if words else ""
        if not words and (makers := [row.entry_name for part in parts for row in part.rows if row.make]):
            raise TypeError(f"no environment for {', '.join(makers)}")

    @cached_property
    def environment(self) -> Callable[..., Environment]:
        """The environment, of the structures, the piece, the notes to which it may add, its index if its id has one, and
        further members.
        """
        return Compiled(self).function()

    @cached_property
    def _entries(self) -> Callable[[Structures, Any], dict[str, tuple[tuple[Made, Any], ...]]]:
        """The entries of every list, each behind its origin."""
        return Compiled(self, origins=True).function()

    def claimed(self, structures: Structures, piece: Any, index: int | None = None) -> tuple[Claimed, ...]:
        """The claims that each field became here and now, part by part.

        The fields of an item of an `Each` go by `NAME-INDEX.FIELD`, the values of an array by `FIELD.INDEX`.
        """
        here = self.here if index is None else self.here.format(index)
        made: dict[Made, str] = {}
        for member, entries in self._entries(structures, piece).items():
            there = [(origin, bare(entry)) for origin, entry in entries if entry is not None]
            for step, (origin, entry) in zip(steps_to([entry for _, entry in there]), there, strict=True):
                if entry.origin not in ELSEWHERE:
                    made[origin] = f"{here}/{member}{join(step)}"
        parts = []
        for number, (part, values) in enumerate(zip(self.parts, structures, strict=True)):
            trail = Trail(here, made, piece, {})
            trail.part(part, values, f"{number}")
            parts.append(trail.paths)
        return tuple(parts)
