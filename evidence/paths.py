"""Paths of claims: JSON Pointers (RFC 6901) in which an entry of a list may go by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
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


def steps(entries: Iterable[object]) -> tuple[str, ...]:
    """The step to each entry of a list, as `canonical` has it but not escaped: its name where that is unique."""
    names = [name_of(entry) for entry in entries]
    count = Counter(names)
    return tuple(
        name if name is not None and count[name] == 1 else str(index) for index, name in enumerate(names)
    )


def canonical(claims: Claims, path: str) -> str:
    """`path` with every entry by its name where that is unique, else by its index.

    Raises `LookupError` if the document has no such place.
    """
    here: Any = claims
    found: list[str] = []
    if not path.startswith("/"):
        raise LookupError(f"{path!r} is no path; one begins with a slash")
    for part in path[1:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, tuple):
            index = _index(here, name)
            called = name_of(here[index])
            unique = called is not None and [name_of(item) for item in here].count(called) == 1
            found.append(called if called is not None and unique else str(index))
            here = here[index]
        elif isinstance(here, Struct) and name in here.__struct_fields__:
            found.append(name)
            here = getattr(here, name)
        else:
            raise LookupError(f"{path}: no {name!r} here")
    return join(*found)


def at(claims: Claims, path: str) -> Any:
    """What stands at `path`; `LookupError` if the document has no such place, or nothing in it."""
    here: Any = claims
    for part in canonical(claims, path)[1:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        here = here[_index(here, name)] if isinstance(here, tuple) else getattr(here, name)
    if here is None:
        raise LookupError(f"{path}: absent")
    return here


def _index(entries: tuple[Any, ...], name: str) -> int:
    named = [index for index, entry in enumerate(entries) if name_of(entry) == name]
    if len(named) == 1:
        return named[0]
    if name.isascii() and name.isdecimal() and len(name) < 10 and int(name) < len(entries):
        return int(name)
    raise LookupError(f"{name!r}: {len(named) or 'none'} found, expected one")
