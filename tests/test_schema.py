"""Schema files: made from the types, and a linter that sees every slip."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import given, settings

from evidence import parse, parse_all, words
from evidence.authoring.gate import mutation
from evidence.authoring.release import SchemaDifference, differences
from evidence.authoring.schema import (
    ALLOWED,
    DIALECT,
    TypeSchema,
    claims_schema,
    fixture_schema,
    render,
    schema_id,
)
from evidence.claims import Claims
from evidence.convert import Evidence
from evidence.encode.json import to_json
from evidence.files import shared
from evidence.input import ATTACHMENT_KINDS
from evidence.registry import EvidenceType
from tests import arbitrary
from tests.builtin import CASES, Case, every_case, every_type

TINY = Path(__file__).parents[1] / "examples" / "tiny" / "tiny_evidence" / "tiny.schema.json"
SCHEMA: dict[str, Any] = json.loads(TINY.read_text())


@pytest.mark.parametrize(
    ("name", "made"), [("claims.schema.json", claims_schema), ("fixture.schema.json", fixture_schema)]
)
def test_the_file_is_what_the_types_say(name: str, made: Callable[[], dict[str, Any]]) -> None:
    assert (shared("schemas") / name).read_text(encoding="utf-8") == render(made())


def test_every_file_is_valid_and_has_a_name_that_can_never_be_fetched() -> None:
    files = sorted(Path(str(shared("schemas"))).glob("*.schema.json"))
    assert len(files) >= 3
    for path in files:
        schema = json.loads(path.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == DIALECT
        assert schema["$id"] == schema_id(path.name.removesuffix(".schema.json"))
        assert path.read_text() == render(schema)


def members(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every property that a schema describes, wherever it stands."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for inner in schema.values():
            yield from members(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from members(inner)


def test_the_claims_schema_refuses_null_for_every_member() -> None:
    schema = claims_schema()
    known = list(members(schema))
    assert len(known) > 100
    validator = jsonschema.Draft202012Validator(schema)
    assert [name for name, inner in known if validator.evolve(schema=inner).is_valid(None)] == []


@every_type
def test_the_schema_of_a_type_refuses_null_for_every_member(kind: EvidenceType) -> None:
    assert kind.schema is not None
    result = TypeSchema(kind.schema)
    validator = result.validator()
    known = list(members(result.schema))
    assert len(known) > 20
    assert [name for name, inner in known if validator.evolve(schema=inner).is_valid(None)] == []


@every_case
def test_a_document_without_a_member_is_not_one_with_a_null(case: Case) -> None:
    """Every member that may be there, as null, where it is absent: the schemas of the claims and of the type refuse it."""
    assert case.type.schema is not None
    document = case.document()
    optional = [name for name in claims_schema()["properties"] if name not in document]
    validators = (jsonschema.Draft202012Validator(claims_schema()), TypeSchema(case.type.schema).validator())
    for validator in validators:
        assert validator.is_valid(document)
        assert not any(validator.is_valid({**document, name: None}) for name in optional)


@every_case
def test_a_document_holds_no_null(case: Case) -> None:
    assert b"null" not in re.sub(rb'"[^"\\]*(?:\\.[^"\\]*)*"', b"", to_json(case.read().claims))


def test_the_words_of_the_closed_lists() -> None:
    defs = claims_schema()["$defs"]
    for struct, field, allowed in (
        ("Environment", "role", words.Role),
        ("Environment", "debug", words.Debug),
        ("Binding", "role", words.BindingRole),
        ("Identifier", "status", words.Presence),
        ("Measurement", "phase", words.Phase),
        ("EvidenceInfo", "protection", words.Protection),
        ("Consistency", "status", words.Outcome),
    ):
        assert sorted(defs[struct]["properties"][field]["enum"]) == sorted(get_args(allowed))


def walk(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from walk(inner)
    if isinstance(schema, list):
        for inner in schema:
            yield from walk(inner)


def test_the_claims_schema_is_closed_and_bounded() -> None:
    for schema in walk(claims_schema()):
        if "properties" in schema and isinstance(schema.get("type"), str):
            assert schema["additionalProperties"] is False
        if schema.get("type") == "integer":
            assert {"minimum", "maximum"} <= schema.keys()
        if isinstance(schema.get("pattern"), str):
            assert {"minLength", "maxLength"} <= schema.keys()


@given(arbitrary.claims())
@settings(max_examples=60)
def test_any_document_fits_the_claims_schema(claims: Claims) -> None:
    validator = jsonschema.Draft202012Validator(claims_schema())
    assert [error.message for error in validator.iter_errors(json.loads(to_json(claims)))] == []


@pytest.mark.parametrize("wrong", ["AB", "abc", "zz", "ab\n", " ab", "0x00"])
def test_hex_in_the_schema(wrong: str) -> None:
    validator = jsonschema.Draft202012Validator({"$ref": "#/$defs/Digest", "$defs": claims_schema()["$defs"]})
    assert validator.is_valid({"alg": "sha-256", "digest": "ab"})
    assert not validator.is_valid({"alg": "sha-256", "digest": wrong})


# a type's schema


@every_type
def test_a_types_schema_has_no_shortcoming(kind: EvidenceType) -> None:
    assert kind.schema is not None
    assert list(TypeSchema(kind.schema).shortcomings(kind.name)) == []


@every_case
def test_a_fixture_fits_its_schema_and_a_word_more_does_not(case: Case) -> None:
    assert case.type.schema is not None
    validator = TypeSchema(case.type.schema).validator()
    document = case.document()
    assert validator.is_valid(document)
    changes: tuple[Callable[[dict[str, Any]], object], ...] = (
        lambda d: d.update(more=1),
        lambda d: d["evidence"].update(type="another"),
        lambda d: d["environments"][0].update(more=1),
        lambda d: d["environments"][0].update(debug="off"),
        lambda d: d["environments"][0].update(id="nobody", role="nobody"),
        lambda d: d.pop("signatures"),
    )
    for change in changes:
        broken = copy.deepcopy(document)
        change(broken)
        assert not validator.is_valid(broken)


@every_type
def test_what_damaged_evidence_claims_fits_the_schema(kind: EvidenceType) -> None:
    """A schema that was written from fixtures alone may refuse what real evidence says."""
    assert kind.schema is not None
    validator = TypeSchema(kind.schema).validator()
    chance = random.Random(f"schema {kind.name}")  # noqa: S311 (repeatable, not secret)
    cases = [case.loaded for case in CASES if case.type is kind]
    for loaded in chance.choices(cases, k=100):
        forced = kind.name if loaded.fixture.force else None
        options = loaded.fixture.options or None
        for pieces in parse_all(mutation(loaded.data, chance), type=forced, options=options):
            if isinstance(pieces, Evidence) and pieces.type is kind:
                assert list(validator.iter_errors(json.loads(to_json(pieces.claims)))) == []


def shortcomings(tmp_path: Path, schema: Any) -> list[str]:
    path = tmp_path / "it.schema.json"
    path.write_text(json.dumps(schema))
    return list(TypeSchema(path).shortcomings("tiny"))


def test_the_example_has_none(tmp_path: Path) -> None:
    assert shortcomings(tmp_path, SCHEMA) == []


KEYWORDS = [
    # of 2020-12, and not of the small part of it that a document can be walked with
    *("$anchor", "$comment", "$dynamicRef", "$vocabulary", "allOf", "anyOf", "contains", "default"),
    *("dependentRequired", "dependentSchemas", "else", "examples", "exclusiveMaximum", "format", "if", "not"),
    *("maxProperties", "multipleOf", "patternProperties", "prefixItems", "propertyNames", "then"),
    *("unevaluatedItems", "unevaluatedProperties", "uniqueItems", "definitions", "requried", "propertys"),
]


@pytest.mark.parametrize("word", KEYWORDS)
def test_a_keyword_that_may_not_be_used(tmp_path: Path, word: str) -> None:
    assert word not in ALLOWED
    schema = copy.deepcopy(SCHEMA)
    schema["$defs"]["device"][word] = {}
    assert any(word in refusals for refusals in shortcomings(tmp_path, schema))


@pytest.mark.parametrize(
    "ref",
    [
        "https://example.com/x.json",
        "other.schema.json#/$defs/X",
        "#/$defs/nobody",
        "#",
        "claims.schema.json",
        "#/properties/evidence",
    ],
)
def test_a_reference_that_leads_elsewhere(tmp_path: Path, ref: str) -> None:
    schema = copy.deepcopy(SCHEMA)
    schema["properties"]["environments"]["items"]["oneOf"].append({"$ref": ref})
    assert any("$ref" in refusals for refusals in shortcomings(tmp_path, schema))


@pytest.mark.parametrize("member", [{}, {"minLength": 1}, {"pattern": "^a$", "minLength": 1, "maxLength": 1}])
def test_a_member_that_takes_anything(tmp_path: Path, member: Any) -> None:
    schema = copy.deepcopy(SCHEMA)
    schema["$defs"]["device"]["properties"]["label"] = member
    assert any("takes anything, null as well" in refusals for refusals in shortcomings(tmp_path, schema))


@pytest.mark.parametrize("schema", [[], "x", None, 1, {}, {"type": 7}])
def test_what_is_no_schema(tmp_path: Path, schema: Any) -> None:
    assert shortcomings(tmp_path, schema)


def test_a_reference_cannot_be_fetched(tmp_path: Path) -> None:
    path = tmp_path / "it.schema.json"
    path.write_text(
        json.dumps({"$schema": DIALECT, "$id": schema_id("tiny"), "$ref": "https://example.com/x"})
    )
    with pytest.raises(Exception, match=r"example\.com") as caught:
        TypeSchema(path).validator().is_valid({})
    assert "Unresolvable" in type(caught.value).__name__ or "Unresolvable" in repr(caught.value)


# compatibility


def without(schema: dict[str, Any], *path: str) -> dict[str, Any]:
    result = copy.deepcopy(schema)
    here = result
    for step in path[:-1]:
        here = here[step]
    del here[path[-1]]
    return result


OLD: dict[str, Any] = {
    "$id": "it/1",
    "type": "object",
    "properties": {
        "a": {"enum": ["x", "y"]},
        "b": {"type": "integer", "minimum": 0, "maximum": 9},
        "c": {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 4, "pattern": "^a$"}},
    },
    "required": ["a"],
    "$defs": {"d": {"type": "string"}},
}


def breaks(new: dict[str, Any]) -> list[SchemaDifference]:
    return [change for change in differences("it", OLD, new) if change.breaks]


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["properties"]["a"]["enum"].append("z"),
        lambda s: s["properties"].update(new={"type": "string"}),
        lambda s: s["properties"]["b"].update(minimum=-1, maximum=10),
        lambda s: s["properties"]["b"].pop("maximum"),
        lambda s: s.update(required=[]),
        lambda s: s["$defs"].update(new={"type": "string"}),
        lambda s: s["properties"]["c"]["items"].pop("pattern"),
        lambda s: s["properties"]["c"].update(items={"$ref": "#/$defs/d"}),
        lambda s: s["properties"]["c"]["items"].update(minLength=0, maxLength=5),
    ],
)
def test_what_a_reader_of_the_last_release_can_still_read(change: Callable[[dict[str, Any]], object]) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    assert breaks(new) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["properties"]["a"]["enum"].pop(),
        lambda s: s["properties"].pop("b"),
        lambda s: s["properties"]["b"].update(minimum=1),
        lambda s: s["properties"]["b"].update(maximum=8),
        lambda s: s["properties"]["b"].update(type="string"),
        lambda s: s["properties"]["b"].update(enum=[1, 2]),
        lambda s: s["properties"]["b"].update(const=1),
        lambda s: s.update(required=["a", "b"]),
        lambda s: s["properties"]["c"].update(maxItems=4),
        lambda s: s["properties"]["c"]["items"].update(pattern="^b$"),
        lambda s: s["properties"]["c"]["items"].update(maxLength=3),
        lambda s: s["properties"]["c"]["items"].update(minLength=2),
    ],
)
def test_what_breaks_a_reader_of_the_last_release(change: Callable[[dict[str, Any]], object]) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    assert breaks(new)
    new["$id"] = "it/2"
    assert breaks(new) == []


@every_type
def test_a_schema_allows_whatever_lies_beside_the_evidence(kind: EvidenceType) -> None:
    """A caller may attach anything to anything: what a type does not read is listed, and noted."""
    assert kind.schema is not None
    case = next(case for case in CASES if case.type is kind and not case.loaded.attachments)
    for attached in set(ATTACHMENT_KINDS) - set(kind.attachments):
        piece = parse(
            case.loaded.data,
            type=kind.name if case.loaded.fixture.force else None,
            options=case.loaded.fixture.options or None,
            attachments={attached: b"anything"},
        )
        document = json.loads(to_json(piece.claims))
        assert [error.message for error in TypeSchema(kind.schema).validator().iter_errors(document)] == []


@every_type
def test_a_schema_fixes_no_bytes_of_a_fixture(kind: EvidenceType) -> None:
    assert kind.schema is not None

    def words(schema: Any) -> Iterator[Any]:
        if isinstance(schema, dict):
            yield schema.get("const")
            yield from schema.get("enum", ())
            schema = list(schema.values())
        for inner in schema if isinstance(schema, list) else ():
            yield from words(inner)

    fixed = [
        word for word in words(TypeSchema(kind.schema).schema) if isinstance(word, str) and len(word) >= 32
    ]
    assert not [word for word in fixed if set(word) <= set("0123456789abcdef")]
