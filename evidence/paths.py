"""Paths of claims: JSON Pointers (RFC 6901) in which an entry of a list may go by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from evidence.claims import Claims

NAMED_BY = ("id", "name", "label", "kind", "source")
"""The field that names an entry of a list, in order of preference."""


def join(*parts: str) -> str:
    """A path of `parts`, escaped."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def parents(path: str) -> Iterator[str]:
    """`path`, then what contains it, up to the outermost."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def name_of(entry: object) -> str | None:
    """The name by which an entry of a list is found, if it has one."""
    return next((name for field in NAMED_BY if (name := getattr(entry, field, None)) is not None), None)


def steps(names: Sequence[str | None]) -> tuple[str, ...]:
    """The step to each entry of a list whose entries have these names, not escaped: no two are the same.

    An entry goes by its name where that is unique and is not the index by which another one goes, else by
    its index.
    """
    if None not in names and len(set(names)) == len(names):  # as nearly all lists are
        return tuple(map(str, names))
    count = Counter(names)
    named = {name: index for index, name in enumerate(names) if name is not None and count[name] == 1}
    todo = [index for index, name in enumerate(names) if name not in named]
    while todo:
        taken = named.pop(str(todo.pop()), None)
        if taken is not None:
            todo.append(taken)
    return tuple(
        [name if name is not None and name in named else str(index) for index, name in enumerate(names)]
    )


def steps_to(entries: Iterable[object]) -> tuple[str, ...]:
    """The same for the entries themselves: the last steps of their paths, as `canonical` has them."""
    return steps([name_of(entry) for entry in entries])


Place = tuple[str | int, ...]
"""The members and the indices that lead from the document to one of its places."""


class Places:
    """The places of one document, for many look-ups: the steps to the entries of a list are made once."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._steps: dict[int, tuple[str, ...]] = {}
        self._indices: dict[int, dict[str, int]] = {}

    def place(self, path: str) -> Place:
        """Where `path` leads; `LookupError` if the document has no such place."""
        here: Any = self._claims
        place: list[str | int] = []
        if not path.startswith("/"):
            raise LookupError(f"{path!r} is no path; one begins with a slash")
        for part in path[1:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(here, tuple):
                index = self._index(here, name)
                place.append(index)
                here = here[index]
            elif isinstance(here, Struct) and name in here.__struct_encode_fields__:
                place.append(name)
                here = getattr(here, name)
            else:
                raise LookupError(f"{path}: no {name!r} here")
        return tuple(place)

    def at(self, place: Place) -> Any:
        """What stands at a place, or None; `LookupError` where the document has none such."""
        here: Any = self._claims
        for part in place:
            here = here[part] if isinstance(part, int) else getattr(here, part)
        return here

    def path(self, place: Place) -> str:
        """The path of a place: every entry by its name where that is unique, else by its index."""
        return join(
            *(
                self._steps_to(self.at(place[:depth]))[part] if isinstance(part, int) else part
                for depth, part in enumerate(place)
            )
        )

    def _steps_to(self, entries: tuple[Any, ...]) -> tuple[str, ...]:
        key = id(entries)  # no other list can have it while the document holds this one
        if key not in self._steps:
            self._steps[key] = steps_to(entries)
        return self._steps[key]

    def _index(self, entries: tuple[Any, ...], name: str) -> int:
        """Which entry a step means: the one that goes by it, else the one of that index."""
        key = id(entries)
        if key not in self._indices:
            self._indices[key] = {step: index for index, step in enumerate(self._steps_to(entries))}
        index = self._indices[key].get(name)
        if index is not None:
            return index
        if name.isascii() and name.isdecimal() and len(name) < 10 and int(name) < len(entries):
            return int(name)
        raise LookupError(f"{name!r}: no entry goes by it")


def canonical(claims: Claims, path: str) -> str:
    """`path` with every entry by its name where that is unique, else by its index.

    Raises `LookupError` if the document has no such place.
    """
    places = Places(claims)
    return places.path(places.place(path))


def at(claims: Claims, path: str) -> Any:
    """What stands at `path`; `LookupError` if the document has no such place, or nothing in it."""
    places = Places(claims)
    value = places.at(places.place(path))
    if value is None:
        raise LookupError(f"{path}: absent")
    return value
