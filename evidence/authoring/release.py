"""What changed since a release: of each schema and descriptor, at which path, and whether a reader would miss it.

`schemas/released/` has each type's schema as it was last released, and `types.json`: what the descriptors said. `schemas/names.json`
has every name that there ever was, and whose it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from evidence.authoring.schema import Schema, TypeSchema
from evidence.errors import UsageError
from evidence.files import shared
from evidence.registry import EvidenceType, Registry

Sort = Literal[
    "removed",
    "narrowed",
    "retyped",
    "newly-required",
    "added",
    "widened",
    "no-longer-required",
    "reworded",
    "new-major",
]
BREAKING: Final = frozenset({"removed", "narrowed", "retyped", "newly-required"})
"""What makes documents of the last release fit no longer. The others only add."""
ORDER: Final = {
    **dict.fromkeys(("minimum", "minLength", "minItems"), 1),
    **dict.fromkeys(("maximum", "maxLength", "maxItems"), -1),
}
"""Bounds: whether a greater one (1) or a smaller one (-1) is narrower."""
LISTED: Final = ("aliases", "versions", "media_types", "providers", "attachments", "options", "codes")
"""Members of a descriptor that are lists of names, which others rely on."""
FACTS: Final = ("title", "status", "change_controller")
"""Members that are words: a change of them is worth reading, and breaks nothing."""


class SchemaDifference(NamedTuple):
    """One thing that changed: of which type, at which path of its documents or of its descriptor, how, and what."""

    type: str
    path: str
    sort: Sort
    what: str

    @property
    def breaks(self) -> bool:
        return self.sort in BREAKING

    def __str__(self) -> str:
        return f"{self.path}: {self.sort.replace('-', ' ')}: {self.what}"


class Name(Struct, frozen=True, forbid_unknown_fields=True):
    """A name that a type has or had: since which release, whose it is, and since when it is gone."""

    name: str
    title: str
    change_controller: str
    since: str
    gone: str | None = None


def names() -> tuple[Name, ...]:
    """Every name that was ever a type's."""
    content = (shared("schemas") / "names.json").read_bytes()
    return msgspec.json.decode(content, type=tuple[Name, ...])


def misnamed(kind: EvidenceType) -> Iterator[str]:
    """Why a type may not have its name: names are never reused."""
    for known in names():
        if known.name == kind.name and known.gone is not None:
            yield f"the name was that of {known.title!r}, which is gone since {known.gone}: names are never reused"
        elif known.name == kind.name and known.change_controller != kind.change_controller:
            yield f"the name is that of {known.title!r} ({known.change_controller}): names are never reused"


def differences(name: str, old: Schema, new: Schema) -> Iterator[SchemaDifference]:
    """What changed between two schemas of a type; no more than that it has a new major, where its `$id` differs."""
    if old.get("$id") != new.get("$id"):
        yield SchemaDifference(name, "/", "new-major", f"$id is {new.get('$id')}, was {old.get('$id')}")
        return
    yield from _Comparison(name, TypeSchema.of(old), TypeSchema.of(new)).at(old, new, "")


class _Comparison(NamedTuple):
    """Two schemas of one type, walked side by side."""

    name: str
    old: TypeSchema
    new: TypeSchema

    def at(self, old: Schema, new: Schema, path: str) -> Iterator[SchemaDifference]:
        """What differs at one path and below; a reference into the file stands for what it leads to."""
        old, new = self.old.local(old), self.new.local(new)
        for sort, what in (*_kinds(old, new), *_words(old, new), *_bounds(old, new), *_required(old, new)):
            yield SchemaDifference(self.name, path or "/", sort, what)
        for step, left, right in self._inside(old, new):
            if left is None:
                yield SchemaDifference(self.name, path + step, "added", "was not there")
            elif right is None:
                yield SchemaDifference(self.name, path + step, "removed", "is no longer there")
            else:
                yield from self.at(left, right, path + step)

    def _inside(self, old: Schema, new: Schema) -> Iterator[tuple[str, Schema | None, Schema | None]]:
        """The properties, the items and the alternatives of both, side by side; alternatives by what tells them apart."""
        before, after = self._steps(self.old, old), self._steps(self.new, new)
        for step in dict.fromkeys((*before, *after)):
            yield step, before.get(step), after.get(step)

    @staticmethod
    def _steps(known: TypeSchema, schema: Schema) -> Mapping[str, Schema]:
        steps = {f"/{name}": inner for name, inner in schema.get("properties", {}).items()}
        items = schema.get("items")
        for number, branch in enumerate(schema.get("oneOf", ())):
            steps[f"/{_step(known, branch, number)}"] = branch
        if isinstance(items, dict) and set(items) == {"oneOf"}:
            return {**steps, **_Comparison._steps(known, items)}
        return {**steps, "/*": items} if isinstance(items, dict) else steps


def _step(known: TypeSchema, branch: Schema, number: int) -> str:
    """What an alternative is called: its id, its name or its role, or the definition that it is."""
    properties = known.local(branch).get("properties", {})
    for member in ("id", "name", "role"):
        if "const" in properties.get(member, {}):
            return str(properties[member]["const"])
    return str(branch.get("$ref", number)).rpartition("/")[2]


Differences = Iterator[tuple[Sort, str]]


def _kinds(old: Schema, new: Schema) -> Differences:
    for word in ("type", "$ref", "pattern"):
        before, after = old.get(word), new.get(word)
        if before == after or (before is None and word == "type" and _is_closed(old)):
            continue
        sort: Sort = "widened" if after is None else "narrowed" if before is None else "retyped"
        if word == "type" and after is not None and _types(before) < _types(after):
            sort = "widened"
        yield sort, f"{word} is {after or 'anything'}, was {before or 'anything'}"
    for word in ("additionalProperties", "items", "oneOf"):
        if word in new and word not in old:
            yield "narrowed", f"{word} is stated, and was not"


def _types(kinds: Any) -> set[str]:
    return {kinds} if isinstance(kinds, str) else set(kinds or ())


def _is_closed(schema: Schema) -> bool:
    return "const" in schema or "enum" in schema


def _words(old: Schema, new: Schema) -> Differences:
    before, after = ([s["const"]] if "const" in s else s.get("enum") for s in (old, new))
    if after is None:
        if before is not None:
            yield "widened", f"any value, was {_listed(before)}"
        return
    if before is None:
        yield "narrowed", f"only {_listed(after)}, was any value"
        return
    gone, more = (
        [word for word in left if word not in right] for left, right in ((before, after), (after, before))
    )
    if gone:
        yield "narrowed", f"no longer {_listed(gone)}"
    if more:
        yield "widened", f"also {_listed(more)}"


def _listed(words: list[Any]) -> str:
    return ", ".join(json.dumps(word) for word in words)


def _bounds(old: Schema, new: Schema) -> Differences:
    for word, worse in ORDER.items():
        before, after = old.get(word), new.get(word)
        if before != after:
            narrower = after is not None and (before is None or (after - before) * worse > 0)
            yield "narrowed" if narrower else "widened", f"{word} is {after}, was {before}"


def _required(old: Schema, new: Schema) -> Differences:
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(after - before):
        yield "newly-required", f"{name} must be there, and need not have been"
    for name in sorted(before - after):
        if name in new.get("properties", {}):  # one that is gone is removed
            yield "no-longer-required", f"{name} may be missing, and was always there"


def described(kind: EvidenceType) -> dict[str, Any]:
    """What a descriptor says to others, as it is kept for the next release."""
    lists = {
        "aliases": kind.aliases,
        "versions": kind.versions,
        "media_types": kind.media_types,
        "providers": kind.providers,
        "attachments": kind.attachments,
        "options": kind.options.__struct_fields__,
        "codes": tuple(kind.codes),
    }
    return {
        **{word: getattr(kind, word) for word in FACTS},
        **{name: [*values] for name, values in lists.items()},
    }


def descriptor_differences(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[SchemaDifference]:
    """What changed between two descriptors."""
    for word in FACTS:
        if old[word] != new[word]:
            yield SchemaDifference(name, word, "reworded", f"{new[word]!r}, was {old[word]!r}")
    for member in LISTED:
        for entry in sorted({*old[member]} - {*new[member]}):
            yield SchemaDifference(name, member, "removed", f"no longer {entry}")
        for entry in sorted({*new[member]} - {*old[member]}):
            yield SchemaDifference(name, member, "added", entry)


def since(registry: Registry, folder: Traversable) -> Iterator[SchemaDifference]:
    """Everything that changed since what lies in `folder` was released; `UsageError` for what is no release."""
    known = _read(folder / "types.json")
    for name, old in known.items():
        if name not in registry:
            yield SchemaDifference(name, "/", "removed", "the type is no longer there")
            continue
        kind = registry[name]
        yield from descriptor_differences(name, old, described(kind))
        if kind.schema is not None:
            new = TypeSchema(kind.schema).schema
            yield from differences(name, _read(folder / f"{name}.schema.json"), new)
    for kind in registry:
        if kind.name not in known:
            yield SchemaDifference(kind.name, "/", "added", "the type is new")


def last_release() -> Traversable:
    """The folder with what was last released."""
    return shared("schemas") / "released"


def is_release(folder: Traversable) -> bool:
    """Whether something was released into a folder."""
    return (folder / "types.json").is_file()


def _read(file: Traversable) -> Any:
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{file.name}: no part of a release: {error}") from None
    if not isinstance(document, dict):
        raise UsageError(f"{file.name}: no part of a release: not an object")
    return document
