"""JSON Schemas: made from the claims types, linted, compared with their last release, walked.

A type's schema narrows the claims document. It stays within a small part of 2020-12, so that it can be
walked together with a document: every list entry and every environment is told apart by a `const`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from hashlib import sha1
from importlib.resources.abc import Traversable
from typing import Any, Final, NamedTuple, Self

import msgspec

from evidence.authoring.fixtures import Checked, Invalid, Real, Valid
from evidence.authoring.meanings import members, structs
from evidence.claims import SCHEMA, Bytes, Claims
from evidence.paths import NAMED_BY as NAMES
from evidence.paths import join

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
NAMESPACE: Final = bytes.fromhex("4450815486284c919bc04a9c5968514b")
"""The constant from which all `$id`s are made (RFC 9562, version 5): permanent, and nobody's domain."""
MAJORS: Final = range(1, 100)


def schema_id(name: str, major: int = 1) -> str:
    """The `$id` of the schema of this name: `claims`, `fixture`, or a type's. A new major is another schema."""
    number = bytearray(sha1(NAMESPACE + f"{name}/{major}".encode(), usedforsecurity=False).digest()[:16])
    number[6] = number[6] & 0x0F | 0x50  # version 5
    number[8] = number[8] & 0x3F | 0x80  # variant of RFC 9562
    text = number.hex()
    return f"urn:uuid:{'-'.join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))}"


CLAIMS_ID: Final = schema_id("claims")
HEX: Final = {"type": "string", "pattern": r"^([0-9a-f]{2})*(?!\n)$", "minLength": 0, "maxLength": 2097152}
ALLOWED: Final = frozenset(
    {
        *("$schema", "$id", "$ref", "$defs", "title", "description"),
        *("type", "enum", "const", "oneOf"),
        *("properties", "required", "additionalProperties", "items", "minItems", "maxItems"),
        *("pattern", "minLength", "maxLength", "minimum", "maximum"),
    }
)
"""The keywords that a schema may use: a misspelt one would be ignored without a word."""
ENTRIES: Final = {
    "bindings": "Binding",
    "signatures": "Signature",
    "consistency": "Consistency",
    "certificates": "Certificate",
    "attachments": "Attachment",
    "logs": "Log",
    "notes": "Note",
    "measurements": "Measurement",
    "inputs": "Entered",
    "identifiers": "Identifier",
    "signers": "Signer",
    "svns": "Svn",
    "tcb": "Tcb",
    "versions": "Version",
    "values": "Value",
    "attributes": "Attribute",
    "keys": "Key",
    "manifests": "Manifest",
    "unknown": "Unknown",
}
"""The lists of the document, and what each is a list of."""
NAMED_BY: Final = {
    "notes": "code",
    "certificates": "source",
    "attachments": "kind",
    "logs": "format",
    "unknown": "label",
}
"""The member that names an entry of a list, where it is not `name`."""
CLOSED_AT_HOME: Final = frozenset({"certificates", "attachments", "logs", "unknown"})
"""Lists whose names the claims schema closes, and the one whose labels nobody knows."""
CLOSED: Final = frozenset({"enum", "const", "pattern", "description"})
"""Those that say which names there may be, or whose they are."""
KINDS: Final = frozenset({"type", "enum", "const", "$ref", "oneOf"})
"""Those that say what a value is. The others speak of one kind of value alone, and let every other one pass."""


JSON_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
"""The types of JSON, as they are in Python."""


@cache
def claims_defs() -> Mapping[str, Schema]:
    """The definitions of the claims schema."""
    defs: Mapping[str, Schema] = claims_schema()["$defs"]
    return defs


def claims_schema() -> Schema:
    """The schema of the claims document, from its types, with what their members mean."""
    schema = document_schema(Claims, CLAIMS_ID, f"The claims document {SCHEMA}")
    for struct in structs():
        properties = (schema if struct is Claims else schema["$defs"][struct.__name__])["properties"]
        for member in members(struct):
            properties[member.name] = {"description": member.description, **properties[member.name]}
    return schema


def fixture_schema() -> Schema:
    """The schema of the four kinds of fixture files, from their types; each is one of its `$defs`."""
    _, defs = _components([Valid, Invalid, Real, Checked])
    return {
        "$schema": DIALECT,
        "$id": schema_id("fixture"),
        "title": "The fixture files of an evidence type: Valid, Invalid, Real and Checked",
        "$defs": {key: _tidy(value) for key, value in sorted(defs.items())},
    }


def _components(kinds: list[type]) -> tuple[tuple[Schema, ...], dict[str, Schema]]:
    return msgspec.json.schema_components(kinds, schema_hook=_hex, ref_template="#/$defs/{name}")


def _hex(kind: type) -> Schema:
    if kind is not Bytes:
        raise NotImplementedError  # msgspec's word for "not mine"
    return dict(HEX)


def document_schema(kind: type, id: str, title: str) -> Schema:
    """The schema of a document, from its type; `id` is its `$id`."""
    (root,), defs = _components([kind])
    name = root["$ref"].rpartition("/")[2]
    tidy: Schema = {key: _tidy(value) for key, value in sorted(defs.items())}
    top = tidy.pop(name)
    return {"$schema": DIALECT, "$id": id, "title": title, **_without(top, "title"), "$defs": tidy}


def _without(schema: Schema, *keys: str) -> Schema:
    return {key: value for key, value in schema.items() if key not in keys}


def _tidy(schema: Any) -> Any:
    """What msgspec writes, in fewer words: no defaults, and null only where it is really written."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: value for key, value in schema.items() if key not in ("default", "title")}
    if "description" in schema:
        schema["description"] = schema["description"].split("\n\n")[0].replace("\n", " ")
    if "properties" in schema:
        required = schema.get("required", [])
        schema["properties"] = {
            name: _tidy(_nullable(inner, optional=name not in required))
            for name, inner in schema["properties"].items()
        }
        return schema
    return {key: _tidy(value) for key, value in schema.items()}


def _nullable(schema: Schema, *, optional: bool) -> Schema:
    """A type or null: an optional field is left out instead of null, a required one is null."""
    choices = schema.get("anyOf")
    if not choices:
        return schema
    inner, *more = (choice for choice in choices if choice != {"type": "null"})
    if more:  # several types: only in fixture files
        return {"anyOf": [inner, *more, *([] if optional else [{"type": "null"}])]}
    if optional:
        return dict(inner)
    if "enum" in inner:
        return {"enum": [*inner["enum"], None]}
    return {**inner, "type": [inner["type"], "null"]}


def render(schema: Schema) -> str:
    """The text of a schema file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


class SchemaRefusal(NamedTuple):
    """A place of a document that does not fit: its path, and why."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class TypeSchema:
    """A type's schema as it lies in a file, with what the gate asks of it."""

    def __init__(self, file: Traversable) -> None:
        self.schema: Any = json.loads(file.read_bytes())

    @classmethod
    def of(cls, schema: Schema) -> Self:
        """A schema that lies in no file yet."""
        known = cls.__new__(cls)
        known.schema = schema
        return known

    def shortcomings(self, name: str) -> Iterator[str]:
        """What is wrong with the schema of the type `name` itself, whatever the documents are."""
        import jsonschema

        if not isinstance(self.schema, dict):
            yield "schema: not a JSON object"
            return
        if self.schema.get("$schema") != DIALECT:
            yield f"schema: $schema is not {DIALECT}"
        if self.schema.get("$id") not in {schema_id(name, major) for major in MAJORS}:
            yield f"schema: $id is not {schema_id(name)}, or that of a later major"
        try:
            jsonschema.Draft202012Validator.check_schema(self.schema)
        except jsonschema.SchemaError as error:
            yield f"schema: {error.json_path}: {error.message[:120]}"
            return
        yield from self._lint(self.schema, "#")
        yield from self._environments()

    def _lint(self, schema: Any, at: str) -> Iterator[str]:
        if not isinstance(schema, dict):
            yield f"schema: {at}: not an object"
            return
        for word in sorted(schema.keys() - ALLOWED):
            yield f"schema: {at}: keyword {word!r} is not one of those that may be used"
        ref = schema.get("$ref")
        if ref is not None and self._target(ref) is None:
            yield f"schema: {at}: $ref {ref!r} is neither #/$defs/… nor {CLAIMS_ID}#/$defs/…, or leads nowhere"
        if ref is None and "properties" in schema and schema.get("additionalProperties") is not False:
            yield f"schema: {at}: an object that is not closed (additionalProperties: false)"
        if schema.get("type") == "object" and "properties" not in schema and ref is None:
            yield f"schema: {at}: an object without properties"
        if schema.keys().isdisjoint(KINDS):
            yield f"schema: {at}: takes anything, null as well ({', '.join(sorted(KINDS))}: none is there)"
        if "pattern" in schema and not {"minLength", "maxLength"} <= schema.keys():
            yield f"schema: {at}: a pattern without minLength and maxLength"
        for step, inner in _inside(schema):
            yield from self._lint(inner, f"{at}/{step}")

    def _target(self, ref: str) -> Schema | None:
        """What a `$ref` leads to; nothing is ever fetched."""
        file, _, name = ref.rpartition("#/$defs/")
        defs: Mapping[str, Schema] = {}
        if not file:
            defs = self.schema.get("$defs", {})
        elif file == CLAIMS_ID:
            defs = claims_defs()
        return defs.get(name)

    def _environments(self) -> Iterator[str]:
        items = self.schema.get("properties", {}).get("environments", {}).get("items", {})
        for number, branch in enumerate(items.get("oneOf", ())):
            keys = self.local(branch).get("properties", {})
            if not any("const" in keys.get(key, {}) for key in ("id", "role")):
                yield f"schema: environments: branch {number} has no const id or role"
        if not items.get("oneOf"):
            yield "schema: environments: items are not told apart by oneOf"
        yield from self._names(self.schema, "#")
        for name, inner in self.schema.get("$defs", {}).items():
            yield from self._names(inner, f"#/$defs/{name}")

    def _names(self, schema: Schema, at: str) -> Iterator[str]:
        """Lists of entries whose names are open, without a word on whose names they are."""
        for name, inner in schema.get("properties", {}).items():
            if name not in ENTRIES or name in CLOSED_AT_HOME or inner.get("maxItems") == 0:
                continue
            items = inner.get("items", {})
            key = NAMED_BY.get(name, "name")
            for branch in items.get("oneOf", [items]):
                entry = self.local(branch).get("properties", {}).get(key, {})
                if entry.keys().isdisjoint(CLOSED):
                    yield (
                        f"schema: {at}/properties/{name}: each {key} is allowed: it takes a const, an enum or a pattern, "
                        "or a description that says whose word it is"
                    )

    def local(self, schema: Schema) -> Schema:
        """`schema`, with a reference into this file followed and laid under what stands beside it."""
        ref = schema.get("$ref", "")
        if ref.startswith("#"):
            target = self._target(ref) or {}
            return {**target, **_without(schema, "$ref")}
        return schema

    def words(self) -> set[str]:
        """A pointer for every property, for every word of an `enum`, and for every one of several types, of this file."""
        return set(_words(self.schema, "#"))

    def words_in(self, document: Any) -> set[str]:
        """Those of `words` that occur in `document`."""
        return {word for at, schema, value in self.walk(document) for word in _shown(schema, value, at)}

    def walk(self, document: Any) -> Iterator[tuple[str, Schema, Any]]:
        """Every schema that speaks of a place of `document`, with its pointer, and what stands there."""
        yield from self._walk(self.schema, document, "#")

    def _walk(self, schema: Schema, document: Any, at: str) -> Iterator[tuple[str, Schema, Any]]:
        if str(schema.get("$ref", "")).startswith("#"):
            name = schema["$ref"].rpartition("/")[2]
            yield from self._walk(self.schema["$defs"][name], document, f"#/$defs/{name}")
        yield at, schema, document
        if isinstance(document, dict):
            for name, inner in schema.get("properties", {}).items():
                if name in document:
                    yield from self._walk(inner, document[name], f"{at}/properties/{name}")
        if isinstance(document, list) and "items" in schema:
            for item in document:
                yield from self._walk(schema["items"], item, f"{at}/items")
        for number, branch in enumerate(schema.get("oneOf", ())):
            if self._fits(branch, document):
                yield from self._walk(branch, document, f"{at}/oneOf/{number}")

    def claims_of(self, schema: Schema) -> Schema:
        """The definition of the claims schema that a schema narrows; empty where it narrows none."""
        file, _, name = str(schema.get("$ref", "")).rpartition("#/$defs/")
        return claims_defs().get(name, {}) if file == CLAIMS_ID else {}

    def _fits(self, branch: Schema, document: Any) -> bool:
        """Whether the consts of a branch, by which branches are told apart, are those of the document, where it has them."""
        properties = self.local(branch).get("properties", {})
        return isinstance(document, dict) and all(
            document[name] == inner["const"]
            for name, inner in properties.items()
            if "const" in inner and name in document
        )

    def refusals(self, document: Any) -> Iterator[SchemaRefusal]:
        """Why a document does not fit: each place, and what stands there."""
        for error in self._validator.iter_errors(document):
            yield from self._refusals(error, document)

    def _refusals(self, error: Any, document: Any) -> Iterator[SchemaRefusal]:
        """What an error is about. Of alternatives, the one counts whose consts the value has."""
        if error.validator != "oneOf":
            text = (
                error.message.removeprefix(repr(error.instance)) if _holds(error.instance) else error.message
            )
            yield SchemaRefusal(_path(error.absolute_path, document), text.strip()[:160])
            return
        fitting = {
            number
            for number, branch in enumerate(error.validator_value)
            if self._fits(branch, error.instance)
        }
        inner = [cause for cause in error.context if cause.schema_path[0] in fitting]
        for cause in inner:
            yield from self._refusals(cause, document)
        if not inner:
            name = name_in(error.instance) or str(error.instance)
            yield SchemaRefusal(
                _path(error.absolute_path, document), f"{name[:64]!r} is none of those that there may be"
            )

    @cached_property
    def _validator(self) -> Any:
        return self.validator()

    def validator(self) -> Any:
        """A validator that knows this schema and the claims schema, and cannot fetch another."""
        import jsonschema
        import referencing
        from referencing.jsonschema import DRAFT202012

        claims = DRAFT202012.create_resource(claims_schema())
        known: Any = referencing.Registry().with_resource(CLAIMS_ID, claims)
        return jsonschema.Draft202012Validator(self.schema, registry=known)


def _path(steps: Iterable[str | int], document: Any) -> str:
    """The path of a place in a document: entries of lists go by their names."""
    path = ""
    for step in steps:
        document = document[step]
        path += join((name_in(document) if isinstance(step, int) else None) or str(step))
    return path or "/"


def _holds(value: object) -> bool:
    return isinstance(value, list | dict)


def name_in(entry: Any) -> str | None:
    """The name of an entry of a list, in plain values."""
    names = (entry.get(key) for key in NAMES) if isinstance(entry, dict) else ()
    return next((name for name in names if isinstance(name, str)), None)


def _inside(schema: Schema) -> Iterator[tuple[str, Any]]:
    """The schemas directly in a schema, with the steps that lead to them."""
    for word in ("properties", "$defs"):
        for name, inner in schema.get(word, {}).items():
            yield f"{word}/{name}", inner
    if "items" in schema:
        yield "items", schema["items"]
    for number, inner in enumerate(schema.get("oneOf", ())):
        yield f"oneOf/{number}", inner


def _shown(schema: Schema, value: Any, at: str) -> Iterator[str]:
    """The words of one schema that a value shows: not those of the schemas inside."""
    if any(word == value and type(word) is type(value) for word in schema.get("enum", ())):
        yield f"{at}/enum/{value}"
    if isinstance(schema.get("type"), list):
        yield from (f"{at}/type/{kind}" for kind in schema["type"] if isinstance(value, JSON_TYPES[kind]))
    if isinstance(value, dict):
        yield from (f"{at}/properties/{name}" for name in schema.get("properties", {}) if name in value)


def _words(schema: Schema, at: str) -> Iterator[str]:
    for word in schema.get("enum", ()):
        yield f"{at}/enum/{word}"
    if isinstance(schema.get("type"), list):
        yield from (f"{at}/type/{kind}" for kind in schema["type"])
    for step, inner in _inside(schema):
        if step.startswith("properties/"):
            yield f"{at}/{step}"
        yield from _words(inner, f"{at}/{step}")
