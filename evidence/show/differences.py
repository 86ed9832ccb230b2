"""What differs between two claims documents: entries by environment and name, whatever their order.

What must differ between any two pieces (nonces, names of instances, signatures, hashes of the whole) is told apart
from what a person looks for. `schemas/diff.schema.json` is made from the types here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from evidence.claims import (
    Attribute,
    Binding,
    BootEntry,
    Claims,
    Digest,
    Environment,
    Identifier,
    Note,
    Svn,
    Tcb,
    TcbComponent,
)
from evidence.encode.json import ascii_json
from evidence.paths import join, name_of
from evidence.show.document import plain
from evidence.show.page import Detail
from evidence.show.security import Direction, direction

SCHEMA: Final = "evidence-diff/1"

What = Literal["claims", "nonces", "identifiers", "signatures", "hashes", "arrival"]
"""What a difference is about; all but `claims` is set apart."""
How = Literal["added", "removed", "changed"]

FULL: Final = Detail(full=True)
FRESH: Final = frozenset({"caller-data", "challenge", "responder-nonce", "context"})
"""Roles of bindings that are of one exchange."""
APART: Final[Mapping[tuple[str, str], What]] = {
    ("EvidenceInfo", "sha256"): "hashes",
    ("EvidenceInfo", "size"): "hashes",
    ("EvidenceInfo", "trailing"): "hashes",
    ("EvidenceInfo", "bytes"): "arrival",
    ("EvidenceInfo", "carriers"): "arrival",
    ("EvidenceInfo", "identified_by"): "arrival",
    ("Signature", "covers"): "signatures",
    ("Claims", "certificates"): "signatures",
    ("Attachment", "sha256"): "hashes",
    ("Attachment", "size"): "hashes",
    ("Log", "sha256"): "hashes",
    ("Log", "size"): "hashes",
    ("Consistency", "computed"): "hashes",
    ("Key", "raw"): "identifiers",
}
"""Members that are set apart, with all that is in them."""
UNORDERED: Final = frozenset({"event"})
"""Members that tell where an entry stood in what it came from: an event of a log that moved is the same event."""


class Difference(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One claim that is not the same in both."""

    path: str
    """Its path, with every entry by its name."""
    how: How
    """What happened to it from the first to the second."""
    what: What
    """What it is about; all but `claims` is set apart."""
    before: str | None = None
    """The first one's, as a text; bytes in hexadecimal."""
    after: str | None = None
    """The second one's."""
    direction: Direction | None = None
    """Of a security version: whether the second is older or newer, or another one where these have no order."""


class Comparison(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What differs between two pieces of evidence, or claims documents. Nothing in it is verified."""

    schema: Literal["evidence-diff/1"]
    """The name and the version of this form."""
    first: str
    """Where the first one came from."""
    second: str
    """Where the second one came from."""
    equal: bool
    """Whether nothing differs, but for what is set apart; with `all`, nothing at all."""
    all: bool
    """Whether what is set apart counts as well."""
    differences: tuple[Difference, ...]
    """All that differs, what is set apart too."""

    def to_json(self) -> bytes:
        """The document as JSON in ASCII, indented."""
        return msgspec.json.format(ascii_json(msgspec.json.encode(self))) + b"\n"


def comparison(first: str, second: str, differences: Iterable[Difference], *, all: bool) -> Comparison:
    """The document of what `compare` found."""
    every = tuple(differences)
    counted = [one for one in every if all or one.what == "claims"]
    return Comparison(
        schema=SCHEMA, first=first, second=second, equal=not counted, all=all, differences=every
    )


class _Change(NamedTuple):
    """A value that is not the same: its way, both sides (None is absent), what it is about, and its direction."""

    way: tuple[str, ...]
    before: Any
    after: Any
    what: What
    direction: Direction | None = None


def compare(before: Claims, after: Claims) -> tuple[Difference, ...]:
    """All that differs between two documents, in the order of the first one."""
    return tuple(map(_difference, _structs((), before, after, "claims")))


def _difference(change: _Change) -> Difference:
    how: How = "added" if change.before is None else "removed" if change.after is None else "changed"
    return Difference(
        path=join(*change.way),
        how=how,
        what=change.what,
        before=_side(change.before),
        after=_side(change.after),
        direction=change.direction,
    )


def _side(value: Any) -> str | None:
    """One side of a difference; a whole environment in its words, and how many entries it has of each list."""
    if not isinstance(value, Environment):
        return None if value is None else plain(value, FULL)
    lists = {name: getattr(value, name) for name in value.__struct_fields__}
    counts = [
        f"{len(entries)} {name}"
        for name, entries in lists.items()
        if isinstance(entries, tuple) and entries and isinstance(entries[0], Struct)
    ]
    return ", ".join([f"role {value.role}", f"debug {value.debug}", *counts])


def _structs(way: tuple[str, ...], before: Struct, after: Struct, what: What) -> Iterator[_Change]:
    if before == after:
        return
    names = before.__struct_encode_fields__
    skipped = UNORDERED
    if isinstance(before, Tcb) and isinstance(after, Tcb) and before.layout != after.layout:
        skipped |= {"components"}  # they mean something else: only the bytes are left
    changes = [
        change
        for field, name in zip(before.__struct_fields__, names, strict=True)
        if field not in skipped
        for change in _values(
            (*way, name), getattr(before, field), getattr(after, field), _remark(before, after, field, what)
        )
    ]
    decoded = {change.way[len(way)] for change in changes}
    for change in changes:
        if _is_decoded(before, change.way[len(way) :], decoded):
            continue
        is_svn = isinstance(before, Svn | TcbComponent) and change.way[-1] == "svn"
        yield change._replace(direction=_direction(before, after)) if is_svn else change


def _is_decoded(entry: Struct, way: tuple[str, ...], changed: set[str]) -> bool:
    """Whether a change of raw bytes is said by what they were decoded to."""
    if way != ("raw",):
        return False
    parts = {"components"} if isinstance(entry, Tcb) else {"set", "unknown", "fields"}
    return isinstance(entry, Tcb | Attribute) and not parts.isdisjoint(changed)


def _direction(before: Any, after: Any) -> Direction | None:
    if before.svn is None or after.svn is None:
        return None
    if isinstance(before, TcbComponent):
        return direction(before, after)
    return "older" if after.svn < before.svn else "newer"


def _remark(before: Any, after: Any, field: str, what: What) -> What:
    """What a member is about."""
    if what != "claims":
        return what
    if isinstance(before, Binding) and field == "value":
        return "nonces" if {before.role, after.role} <= FRESH else "hashes"
    if isinstance(before, Identifier) and field in {"value", "text", "raw"}:
        return "claims" if "class" in {before.scope, after.scope} else "identifiers"
    return APART.get((type(before).__name__, field), "claims")


def _values(way: tuple[str, ...], before: Any, after: Any, what: What) -> Iterator[_Change]:
    if before == after:
        return
    if isinstance(before, tuple) and isinstance(after, tuple):
        if any(isinstance(item, Struct) for item in (*before[:1], *after[:1])):
            yield from _entries(way, before, after, what)
        else:
            yield _Change(way, before or None, after or None, what)
    elif isinstance(before, Struct) and isinstance(after, Struct):
        yield from _structs(way, before, after, what)
    else:
        yield _Change(way, before, after, what)


def _entries(
    way: tuple[str, ...], before: tuple[Struct, ...], after: tuple[Struct, ...], what: What
) -> Iterator[_Change]:
    """The entries of two lists, each with the one that has its name."""
    first, second = _keyed(before), _keyed(after)
    for key in dict.fromkeys((*first, *second)):
        old, new = first.get(key), second.get(key)
        if old is not None and new is not None:
            yield from _structs((*way, key), old, new, what)
        else:
            yield _Change((*way, key), old, new, what)


def _keyed(entries: tuple[Struct, ...]) -> dict[str, Struct]:
    """The entries by what each is known by; of several that are known by the same, the later ones are numbered."""
    count: Counter[str] = Counter()
    keyed: dict[str, Struct] = {}
    for entry in entries:
        key = name = _key(entry)
        while name in keyed:  # also where another entry is called like a numbered one
            count[key] += 1
            name = f"{key}#{count[key] + 1}"
        keyed[name] = entry
    return keyed


def _key(entry: Any) -> str:
    if isinstance(entry, Digest):
        return entry.alg
    if isinstance(entry, Note):
        return f"{entry.code} {entry.path}"
    if isinstance(entry, BootEntry):  # an event of a log: it is known by what it says, and not by its place
        statements = (entry.bool, entry.text, entry.digests or None)
        return " ".join([entry.name, *(plain(value, FULL) for value in statements if value is not None)])
    name = name_of(entry)
    index = getattr(entry, "index", None)
    text = str(getattr(entry, "format", "")) if name is None else name
    return text if index is None else f"{text}[{index}]"
