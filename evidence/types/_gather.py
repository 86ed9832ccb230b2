"""An environment while its entries are gathered: unique names, and the place that each came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence import limits
from evidence.claims import Note
from evidence.paths import join, steps_to
from evidence.types._trail import Trail
from evidence.wire.places import Path


class Gather:
    """The lists of one `Environment`, each entry with its path in the document that it came from.

    `limits.ENTRIES` bounds every list.
    """

    def __init__(self) -> None:
        self.lists: dict[str, list[Any]] = {}
        self._from: dict[str, list[Path]] = {}
        self._taken: dict[tuple[str, str, int | None], int] = {}
        self._said: list[tuple[str, str, str]] = []

    def add(self, where: str, entry: Any, at: Path) -> None:
        """Put an entry at the end of a list; `at` is the path of what it was made from."""
        entries = self.lists.setdefault(where, [])
        limits.check("entries", limits.ENTRIES, len(entries) + 1)
        entries.append(entry)
        self._from.setdefault(where, []).append(at)

    def name(self, where: str, name: str, index: int | None = None) -> str:
        """`name`, or the first of `name-2`, … that is not taken in a list (with that index)."""
        key, found = (where, name, index), name
        count = self._taken.get(key, 0)
        while count and (where, found, index) in self._taken:
            count += 1
            found = f"{name}-{count}"
        self._taken[key] = max(count, 1)
        self._taken.setdefault((where, found, index), 1)
        return found

    def note(self, code: str, path: str, detail: str) -> None:
        """Something to be noted; `path` is seen from the environment."""
        self._said.append((code, path, detail))

    def fields(self) -> dict[str, Any]:
        """The lists, as fields of the `Environment`."""
        return {name: tuple(entries) for name, entries in self.lists.items()}

    def notes(self, here: str) -> Iterator[Note]:
        """The notes, with `here` as the path of the environment."""
        for code, path, detail in self._said:
            yield Note(code=code, path=f"{here}{path}", detail=detail)

    def trail(self, here: str) -> Iterator[Trail]:
        """Which entry came from where, with `here` as the path of the environment."""
        found: dict[Path, list[str]] = {}
        for name, entries in self.lists.items():
            for step, at in zip(steps_to(entries), self._from[name], strict=True):
                found.setdefault(at, []).append(here + join(name, step))
        return ((at, tuple(claims)) for at, claims in found.items())
