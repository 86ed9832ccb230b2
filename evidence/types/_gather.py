"""An environment while its entries are gathered: unique names, and the place that each came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence import limits
from evidence.claims import Digest, Note
from evidence.paths import join, steps_to
from evidence.types._digests import digest
from evidence.types._notes import note
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
        self.said: list[Note] = []
        """What is to be noted, with paths that are seen from the environment."""

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
        self.said.append(note(code, path, detail))

    def digest(self, alg: int | str, value: bytes, path: str) -> Digest:
        """A digest as a claim at `path`, seen from the environment, with what is to be noted about it."""
        return digest(alg, value, path, self.said)

    def fields(self) -> dict[str, Any]:
        """The lists, as fields of the `Environment`."""
        return {name: tuple(entries) for name, entries in self.lists.items()}

    def notes(self, here: str) -> Iterator[Note]:
        """The notes, with `here` as the path of the environment."""
        for said in self.said:
            yield note(said.code, here + said.path, said.detail)

    def trail(self, here: str) -> Iterator[Trail]:
        """Which entry came from where, with `here` as the path of the environment."""
        found: dict[Path, list[str]] = {}
        for name, entries in self.lists.items():
            for step, at in zip(steps_to(entries), self._from[name], strict=True):
                found.setdefault(at, []).append(here + join(name, step))
        return ((at, tuple(claims)) for at, claims in found.items())
