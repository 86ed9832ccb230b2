"""Texts of what stands in a claims document, and of what a field's bytes are as a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from evidence.authoring import meanings
from evidence.claims import Attribute, Claims, Digest
from evidence.encode.native import plain
from evidence.errors import safe
from evidence.inspect.model import SpanClaim
from evidence.paths import NAMED_BY, Places

LONGEST: Final = 600
"""Characters of a value; keys of RSA have some thousand, and their bytes stand beside it."""
ENTRIES: Final = 32
"""Entries of a list that are written out."""
NODES: Final = 20_000
"""Native values that are looked at."""
DEPTH: Final = 12
SAYS: Final = (
    "value",
    "text",
    "int",
    "bool",
    "svn",
    "bytes",
    "digests",
    "components",
    "raw",
    "state",
    "subject",
)
"""The members of an entry that say what it is about, the first that is there first."""


class Claimed:
    """The claims of one document, as texts, by their paths."""

    def __init__(self, claims: Claims) -> None:
        self._places = Places(claims)
        self._known: dict[str, SpanClaim] = {}

    def claim(self, path: str) -> SpanClaim:
        """The claim at a path; of one that the document leaves out, that it is absent."""
        if path not in self._known:
            self._known[path] = self._make(path)
        return self._known[path]

    def _make(self, path: str) -> SpanClaim:
        try:
            place = self._places.place(path)
            value, holder = self._places.at(place), self._places.at(place[:-1])
        except LookupError:
            return SpanClaim(safe(path), "absent", "")
        return SpanClaim(safe(path), safe(shown(value), LONGEST), _meaning(holder, place[-1], value))


def _meaning(holder: Struct, step: str | int, value: Any) -> str:
    """The sentence of a member, with that of the word that stands there; of an entry that of its kind."""
    if isinstance(step, int):
        return _first(type(value).__doc__ or "") if isinstance(value, Struct) else ""
    for member in meanings.members(type(holder)):
        if member.name == step or (step == "attested" and member.name == "target"):
            words = member.words.meanings if member.words is not None else {}
            word = words.get(value, "") if isinstance(value, str) else ""
            return f"{member.sentence} {value}: {word}" if word else member.sentence
    return ""


def _first(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())


def shown(value: Any, *, inside: bool = False) -> str:
    """A value of a claims document as one text: bytes in hex, an entry by what it says, one `inside` of a list by its name too."""
    if value is None:
        return "absent"
    if isinstance(value, bytes):
        return value[:LONGEST].hex()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        more = ", …" if len(value) > ENTRIES else ""
        return (", ".join(shown(entry, inside=True) for entry in value[:ENTRIES]) or "none") + more
    if isinstance(value, Digest):
        return f"{value.alg} {shown(value.digest)}"
    if isinstance(value, Attribute):
        return _bits(value)
    if isinstance(value, Struct):
        return _entry(value, inside=inside)
    return str(value)


def _bits(value: Attribute) -> str:
    """The names of bits that are set, numbers that stand in some of them, and the bits that have no name."""
    words = [*value.set, *(f"{field.name} {field.int}" for field in value.fields)]
    words += (f"bit {number}" for number in value.unknown)
    return ", ".join(words[:ENTRIES]) + (", …" if len(words) > ENTRIES else "") or "none set"


def _entry(entry: Struct, *, inside: bool) -> str:
    name = next((str(text) for field in NAMED_BY if (text := getattr(entry, field, None)) is not None), "")
    words = [name] if inside else []
    if getattr(entry, "status", "present") != "present":
        words.append(str(getattr(entry, "status", "")))
    for member in SAYS:
        value = getattr(entry, member, None)
        if value is not None and value != ():
            return " ".join([*words, shown(value)])
    return " ".join(words) or name


class Natives:
    """The native values of a piece by the names of its fields, as far as one name has one value."""

    def __init__(self, native: object) -> None:
        self._values: dict[str, Any] = {}
        self._several: set[str] = set()
        try:
            tree = plain(native)
        except TypeError:  # a type of others may have native values that are written nowhere
            return
        for count, (parts, value) in enumerate(_leaves(tree, ())):
            if count > NODES:
                self._values.clear()
                return
            for start in range(len(parts)):
                self._add(".".join(parts[start:]), value)

    def _add(self, name: str, value: Any) -> None:
        if name in self._values and self._values[name] != value:
            self._several.add(name)
        self._values[name] = value

    def number(self, field: str, data: bytes) -> str | None:
        """The number that a field is, in decimal; None where its bytes are not that number in either order.

        The order of the bytes is its structure's to know: a native value of that name must agree.
        """
        value = self._values.get(field)
        if (
            field in self._several
            or isinstance(value, bool)
            or not isinstance(value, int)
            or not 0 < len(data) <= 8
        ):
            return None
        return str(value) if value in {int.from_bytes(data, "little"), int.from_bytes(data, "big")} else None


def _leaves(tree: Any, parts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    inside: Any = ()
    if len(parts) > DEPTH:
        return
    if isinstance(tree, dict):
        inside = tree.items()
    elif isinstance(tree, list):
        inside = enumerate(tree)
    else:
        yield parts, tree
    for name, value in inside:
        yield from _leaves(value, (*parts, str(name)))
