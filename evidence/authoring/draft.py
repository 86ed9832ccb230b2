"""A first schema for a type, from the claims of its valid fixtures: all that occurs fits, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from evidence.authoring import fixtures
from evidence.authoring.schema import CLAIMS_ID, DIALECT, ENTRIES, NAMED_BY, Schema, schema_id
from evidence.authoring.tight import tighten
from evidence.claims import SCHEMA
from evidence.convert import parse
from evidence.encode.json import to_json
from evidence.privacy import WITHHELD, withhold
from evidence.registry import EvidenceType, Registry

FREE: Final = frozenset(
    {
        "detail",
        "path",
        "value",
        "text",
        "bytes",
        "raw",
        "sha256",
        "spki_sha256",
        "computed",
        "index",
        "description",
    }
)
"""Members whose values are the evidence's own, not words of a list."""
MOST_WORDS: Final = 24
OPEN: Final = "too many to be listed here: close them, or say whose words they are"


def draft(kind: EvidenceType, registry: Registry) -> Schema:
    """The schema; to be read, widened and named by a person."""
    import msgspec

    claims = [
        parse(
            loaded.data,
            type=kind.name if loaded.fixture.force else None,
            options=loaded.fixture.options or None,
            attachments=loaded.attachments,
            registry=registry,
        ).claims
        for loaded in (fixtures.valid(kind.fixtures) if kind.fixtures else ())
    ]
    documents = [msgspec.json.decode(to_json(one)) for one in claims]
    environments = [environment for document in documents for environment in document["environments"]]
    defs = {name: _environment(alike) for name, alike in _told_apart(environments).items()}
    head = ("type", "version", "variant", "protection")
    properties: Schema = {"schema": {"const": SCHEMA}}
    properties["evidence"] = {
        "$ref": _leaf("EvidenceInfo"),
        "properties": {
            word: _words(values)
            for word in head
            if (
                values := [
                    document["evidence"][word] for document in documents if word in document["evidence"]
                ]
            )
        },
    }
    targets = [document["target"] for document in documents if "target" in document]
    if targets:
        told = {word: _words(target[word] for target in targets) for word in ("environment", "debug")}
        properties["target"] = {"$ref": _leaf("Target"), "properties": told}
    properties["environments"] = {
        "type": "array",
        "items": {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in defs]},
    }
    for name in ("bindings", "signatures", "consistency", "certificates", "attachments", "logs", "notes"):
        entries = [entry for document in documents for entry in document.get(name, ())]
        if entries or name == "signatures":
            properties[name] = _list(name, entries)
    required = ["schema", "evidence", "environments", "signatures"]
    schema = {
        "$schema": DIALECT,
        "$id": schema_id(kind.name),
        "title": f"Claims of {kind.name}",
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
        "$defs": defs,
    }
    tighten(schema, (*documents, *(msgspec.json.decode(to_json(withhold(one))) for one in claims)))
    return schema


def _leaf(name: str) -> str:
    return f"{CLAIMS_ID}#/$defs/{name}"


def _told_apart(environments: list[Schema]) -> dict[str, list[Schema]]:
    """Environments by id where a role has one id, else by role."""
    groups: dict[str, list[Schema]] = {}
    for environment in environments:
        alike = {other["id"] for other in environments if other["role"] == environment["role"]}
        name = environment["id"] if len(alike) == 1 else environment["role"]
        groups.setdefault(name, []).append(environment)
    return groups


def _environment(alike: list[Schema]) -> Schema:
    names = list(dict.fromkeys(name for environment in alike for name in environment))
    properties: Schema = {}
    for name in names:
        values = [environment[name] for environment in alike if name in environment]
        if name in ENTRIES:
            properties[name] = _list(name, [entry for value in values for entry in value])
        elif name == "lifecycle":
            state = _words(value["state"] for value in values)
            properties[name] = {"$ref": _leaf("Lifecycle"), "properties": {"state": state}}
        elif isinstance(values[0], list):
            properties[name] = {"type": "array", "items": _words(word for value in values for word in value)}
        else:
            properties[name] = _words(values)
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _list(name: str, entries: list[Schema]) -> Schema:
    """A list: its entries refer to the claims schema, and their words are narrowed."""
    members = dict.fromkeys(member for entry in entries for member in entry)
    narrowed: Schema = {}
    for member in members:
        values = [entry[member] for entry in entries if member in entry]
        if name == "notes" and member == "code":
            values.append(WITHHELD)
        if name == "identifiers" and member == "status" and any(entry["linkable"] for entry in entries):
            values.append("withheld")
        if member not in FREE and all(value is None or isinstance(value, str | bool) for value in values):
            words = _words(values)
            if "type" not in words:
                narrowed[member] = words
            elif member == "code":
                narrowed[member] = {"enum": list(dict.fromkeys(values))}
            elif member == NAMED_BY.get(name, "name"):
                narrowed[member] = {"type": "string", "description": OPEN}
        elif member in {"set", "digests", "components", "fields"}:
            narrowed[member] = _inner(member, [item for value in values for item in value])
    item: Schema = {"$ref": _leaf(ENTRIES[name])}
    if narrowed:
        item["properties"] = narrowed
    return {"type": "array", "items": item} | ({} if entries else {"maxItems": 0})


INNER: Final = {
    "digests": ("Digest", ("alg",)),
    "components": ("TcbComponent", ("name", "compare")),
    "fields": ("BitField", ("name",)),
}


def _inner(member: str, items: list[Any]) -> Schema:
    if member == "set":
        return {"type": "array", "items": _words(items)} if items else {"type": "array", "maxItems": 0}
    leaf, words = INNER[member]
    narrowed = {word: _words(item[word] for item in items) for word in words}
    return {"type": "array", "items": {"$ref": _leaf(leaf), "properties": narrowed}}


def _words(values: Iterable[Any]) -> Schema:
    """The words that occur: a const, an enum, or any text if there are too many to be a list."""
    words = list(dict.fromkeys(values))
    if len(words) == 1:
        return {"const": words[0]}
    if len(words) > MOST_WORDS:
        return {"type": "string", "maxLength": 4096}
    return {"enum": words}
