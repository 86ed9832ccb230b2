"""Where the entries of a structured document lie, found in one walk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

Path = tuple[Any, ...]
"""Keys of maps and indices of arrays, from the outside to the inside."""


class Entry(NamedTuple):
    """One entry of a map or array: its key (an index in an array), and where key and value lie."""

    key: Any
    start: int
    value: int
    end: int


def places(
    entries: Callable[[bytes, int], Iterable[Entry]], data: bytes, at: int, wanted: Iterable[Path]
) -> dict[Path, Entry]:
    """The entries at the paths `wanted`, seen from the item at `at`; a path that leads nowhere is left out.

    `entries` gives those of one item of the document's encoding. No byte is looked at twice on a level.
    """
    paths, tree = frozenset(wanted), dict[Any, Any]()
    for path in paths:
        branch = tree
        for step in path:
            branch = branch.setdefault(step, {})
    reached: dict[Path, Entry] = {}
    todo: list[tuple[int, Path, dict[Any, Any]]] = [(at, (), tree)] if tree else []
    while todo:
        here, path, branch = todo.pop()
        for entry in entries(data, here):
            deeper = branch.get(entry.key)
            if deeper is not None:
                inside = (*path, entry.key)
                if inside in paths:
                    reached[inside] = entry
                if deeper:
                    todo.append((entry.value, inside, deeper))
    return reached
