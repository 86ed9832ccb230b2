"""The leaves of a claims document: every scalar by its path, as columns hold them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import UNSET, Struct

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
    by_path: dict[str, Leaf] = {}
    for path, value in _walk(claims, ""):
        by_path[path] = value
    return by_path


def _walk(entry: Struct, path: str) -> Iterator[tuple[str, Leaf]]:
    name = next((field for field in NAMED_BY if getattr(entry, field, None) is not None), None)
    for field, member in zip(entry.__struct_fields__, entry.__struct_encode_fields__, strict=True):
        value = getattr(entry, field)
        here = f"{path}/{member}"
        if value is None or value is UNSET or here in LEFT_OUT or (field == name and path.count("/") > 1):
            continue  # an entry's name is a part of its path
        yield from _value(value, here, member)


def _value(value: Any, path: str, member: str) -> Iterator[tuple[str, Leaf]]:
    if isinstance(value, Struct):
        yield from _walk(value, path)
    elif not isinstance(value, tuple):
        yield path, value
    elif path == NOTES:
        if value:
            yield path, value
    elif value and isinstance(value[0], Struct):
        for step, entry in zip(steps_to(value), value, strict=True):
            yield from _walk(entry, path + join(step))
    elif value and isinstance(value[0], tuple):  # ranges of bytes
        yield path, tuple(number for pair in value for number in pair)
    elif value or member in ALWAYS:
        yield path, value
