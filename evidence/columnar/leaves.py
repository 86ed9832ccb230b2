"""The leaves of a claims document: every scalar by its path, as columns hold them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from msgspec import Struct

from evidence.claims import Claims, Note
from evidence.paths import NAMED_BY, join, steps_to

Leaf = str | int | bool | bytes | tuple[str | int, ...] | tuple[Note, ...]
NOTES: Final = "/notes"
"""The one list of structures that is a leaf as a whole."""
ALWAYS: Final = frozenset({"set", "unknown"})
"""Lists that a document writes also where they are empty."""
LEFT_OUT: Final = frozenset({"/schema", "/evidence/sha256"})
"""No columns: the one is said once for all rows, the other is made on request."""


def leaves(claims: Claims) -> dict[str, Leaf]:
    """The path and the value of everything that the document says, in its order."""
    return {leaf.path: leaf.value for leaf in walk(claims)}


class Told(NamedTuple):
    """One leaf: where it stands, what it is, and the structure that it is a member of."""

    path: str
    value: Leaf
    structure: type[Struct]
    member: str


def walk(entry: Struct, path: str = "") -> Iterator[Told]:
    """Every leaf below an entry; the name of an entry of a list is a part of its path, and no leaf."""
    name = next((field for field in NAMED_BY if getattr(entry, field, None) is not None), None)
    for field, member in zip(entry.__struct_fields__, entry.__struct_encode_fields__, strict=True):
        value = getattr(entry, field)
        here = f"{path}/{member}"
        if value is not None and here not in LEFT_OUT and not (field == name and path.count("/") > 1):
            yield from _told(value, here, type(entry), member)


def _told(value: Any, path: str, structure: type[Struct], member: str) -> Iterator[Told]:
    if isinstance(value, Struct):
        yield from walk(value, path)
    elif not isinstance(value, tuple):
        yield Told(path, value, structure, member)
    elif path == NOTES:
        if value:
            yield Told(path, value, structure, member)
    elif value and isinstance(value[0], Struct):
        for step, entry in zip(steps_to(value), value, strict=True):
            yield from walk(entry, path + join(step))
    elif value and isinstance(value[0], tuple):  # ranges of bytes
        yield Told(path, tuple(number for pair in value for number in pair), structure, member)
    elif value or member in ALWAYS:
        yield Told(path, value, structure, member)
