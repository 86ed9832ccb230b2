"""Whether a schema says as much as documents show: what is always there is required, what has closed words is narrowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from evidence.authoring.schema import Schema, TypeSchema

OF_NO_TYPE: Final = frozenset(
    {
        *("EvidenceInfo/status", "EvidenceInfo/bytes", "EvidenceInfo/identified_by"),
        *("Attachment/origin", "Signature/status"),
    }
)
"""Words that conversion says, whatever the type."""


class Loose(NamedTuple):
    """A place at which a schema takes what no document shows: a member that may be missing, or that may be any word.

    `words` are those that occur; there are none where the member may be missing.
    """

    at: str
    member: str
    words: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What a type lists in `unobserved` that wants it so."""
        return f"{self.at}/{'open' if self.words else 'optional'}/{self.member}"

    def __str__(self) -> str:
        if self.words:
            return f"{self.at}: every word of {self.member} is allowed, and {', '.join(self.words)} occur"
        return f"{self.at}: every fixture has {self.member}, and it is not required"


class Shown:
    """What documents show of one object of a schema: the members that all have, and all values of each."""

    def __init__(self, schema: Schema, known: TypeSchema) -> None:
        self.schema, self.claims = schema, known.claims_of(schema)
        self.always: set[str] | None = None
        self.values: dict[str, set[str]] = {}

    def add(self, value: dict[str, Any]) -> None:
        self.always = set(value) if self.always is None else self.always & value.keys()
        for name, inner in value.items():
            if isinstance(inner, str):
                self.values.setdefault(name, set()).add(inner)

    def loose(self, at: str) -> Iterator[Loose]:
        required = {*self.schema.get("required", ()), *self.claims.get("required", ())}
        for name in sorted((self.always or set()) - required):
            yield Loose(at, name)
        of = str(self.schema.get("$ref", "")).rpartition("/")[2]
        for name, inner in self.claims.get("properties", {}).items():
            narrowed = name in self.schema.get("properties", {}) or f"{of}/{name}" in OF_NO_TYPE
            if "enum" in inner and name in self.values and not narrowed:
                yield Loose(at, name, tuple(sorted(self.values[name])))


def loose(known: TypeSchema, documents: Iterable[Any]) -> Iterator[Loose]:
    """Every place at which the schema takes what none of the documents shows."""
    objects: dict[str, Shown] = {}
    for document in documents:
        for at, schema, value in known.walk(document):
            if isinstance(value, dict) and ("properties" in schema or known.claims_of(schema)):
                if at not in objects:
                    objects[at] = Shown(schema, known)
                objects[at].add(value)
    for at, shown in objects.items():
        yield from shown.loose(at)


def tighten(schema: Schema, documents: Iterable[Any]) -> None:
    """Make a schema say what all of the documents show."""
    for place in [*loose(TypeSchema.of(schema), documents)]:
        inner: Any = schema
        for step in place.at.split("/")[1:]:
            inner = inner[int(step)] if isinstance(inner, list) else inner[step]
        if place.words:
            words = {"enum": [*place.words]} if len(place.words) > 1 else {"const": place.words[0]}
            inner.setdefault("properties", {})[place.member] = words
        else:
            properties = inner.pop("properties", None)
            inner["required"] = [*inner.get("required", ()), place.member]
            inner |= {} if properties is None else {"properties": properties}
