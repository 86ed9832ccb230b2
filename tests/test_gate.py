"""The gate: the smallest type is admitted; a type that breaks one rule is refused for that rule."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec
import pytest

import evidence
from evidence.authoring import gate
from evidence.authoring.gate import Depth, hostile
from evidence.authoring.gate.less import better
from evidence.authoring.gate.proof import Proof
from evidence.authoring.schema import CLAIMS_ID, schema_id
from evidence.claims import Attribute, Binding, Bytes, Consistency, Environment, Identifier, Note, Tcb, Value
from evidence.errors import BadEncoding, DuplicateType, EvidenceError, NotAdmitted
from evidence.input import Input
from evidence.mapping import Each, Mapping, Number, Octets, Part, Register, Row, Text, complete
from evidence.registry import Body, EvidenceType, Match, Registry, Signed, Source
from evidence.types import BUILTIN
from evidence.wire.layout import Layout, Raw, at
from tests import claims_toy
from tests.builtin import BY_NAME
from tests.claims_toy import toy
from tests.conftest import forget
from tests.plugin import EXAMPLE


class Candidate(NamedTuple):
    """The example type in a folder of its own, to be broken."""

    folder: Path
    type: EvidenceType

    def with_(self, **changes: Any) -> EvidenceType:
        return msgspec.structs.replace(self.type, **changes)

    def edit(self, name: str, change: Callable[[dict[str, Any]], object]) -> None:
        path = self.folder / name
        document = json.loads(path.read_text())
        change(document)
        path.write_text(json.dumps(document))


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Candidate]:
    folder = tmp_path / "tiny_evidence"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    spec = importlib.util.spec_from_file_location("tiny_evidence", folder / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield Candidate(folder, module.TYPE)
    forget("tiny_evidence")


def reasons(kind: EvidenceType, registry: Registry | None = None) -> tuple[str, ...]:
    with pytest.raises(NotAdmitted) as caught:
        (registry or Registry()).admit(kind)
    assert caught.value.name == kind.name
    return caught.value.reasons


def only(kind: EvidenceType, text: str) -> None:
    """Refused, and every reason is of the one rule that was broken."""
    refusals = reasons(kind)
    assert all(text in reason for reason in refusals), refusals


def test_the_example_is_admitted_and_the_registry_does_not_change(tiny: Candidate) -> None:
    empty = Registry()
    larger = empty.admit(tiny.type)
    assert "tiny" in larger
    assert len(empty) == 0
    with pytest.raises(DuplicateType):
        larger.admit(tiny.type)


def test_the_example_is_admitted_beside_the_builtin_types(tiny: Candidate) -> None:
    assert len(Registry.builtin().admit(tiny.type)) == len(BUILTIN) + 1


@pytest.mark.no_cover  # twice as slow when traced, and what it reaches other tests reach as well
@pytest.mark.parametrize("kind", BUILTIN, ids=lambda kind: kind.name)
def test_every_builtin_type_is_what_the_gate_admits(kind: EvidenceType) -> None:
    """From an empty registry, one type after the other: a step a test, so that they run side by side."""
    before = Registry._of(BUILTIN[: BUILTIN.index(kind)])
    assert tuple(before.admit(kind)) == (*before, kind)
    assert tuple(Registry.builtin()) == BUILTIN


def test_deep_is_the_same_rules(tiny: Candidate) -> None:
    registry = Registry().admit(tiny.type)
    assert list(gate.shortcomings(tiny.type, registry, Depth(None, 500, None, 500))) == []


# 1. the schema


def test_1_no_schema(tiny: Candidate) -> None:
    only(tiny.with_(schema=tiny.folder / "missing.json"), "schema: there is none")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda s: s["$defs"]["device"].update(requried=["id"]), "'requried'"),
        (lambda s: s.update(additionalProperties=True), "not closed"),
        (lambda s: s["$defs"]["device"].pop("additionalProperties"), "not closed"),
        (lambda s: s.update({"$schema": "http://json-schema.org/draft-07/schema#"}), "$schema is not"),
        (lambda s: s["properties"]["environments"].update({"$ref": "https://example.com/x"}), "$ref"),
        (lambda s: s["properties"]["evidence"].update({"$ref": "claims.schema.json#/$defs/No"}), "$ref"),
        (lambda s: s["properties"].update(notes={"type": "array", "anyOf": []}), "anyOf"),
        (lambda s: s["properties"].update(notes={"type": "string", "pattern": "^a$"}), "minLength"),
        (lambda s: s.update(required="schema"), "schema:"),
        (lambda s: s["$defs"]["device"]["properties"]["id"].pop("const"), "const id or role"),
    ],
)
def test_1_schema(tiny: Candidate, change: Callable[[dict[str, Any]], object], text: str) -> None:
    def role_too(schema: dict[str, Any]) -> None:
        if text == "const id or role":
            schema["$defs"]["device"]["properties"]["role"].pop("const")
        change(schema)

    tiny.edit("tiny.schema.json", role_too)
    refusals = reasons(tiny.type)
    assert any(reason.startswith("schema") and text in reason for reason in refusals), refusals


def test_1_an_environment_that_is_not_told_apart(tiny: Candidate) -> None:
    def merge(schema: dict[str, Any]) -> None:
        schema["properties"]["environments"]["items"] = {"$ref": "#/$defs/device"}

    tiny.edit("tiny.schema.json", merge)
    assert any("oneOf" in reason for reason in reasons(tiny.type))


# 2. fixtures


def test_2_too_few_valid(tiny: Candidate) -> None:
    (tiny.folder / "fixtures/valid/zero-digest.json").unlink()
    only(tiny.type, "1 valid ones, at least 2")


def test_2_a_version_without_a_fixture(tiny: Candidate) -> None:
    only(tiny.with_(versions=("1", "2")), "no valid one shows version 2")


def test_2_too_few_invalid(tiny: Candidate) -> None:
    (tiny.folder / "fixtures/invalid/digest-of-31.json").unlink()
    only(tiny.type, "7 invalid ones, at least 8")


def test_2_a_class_without_a_recipe(tiny: Candidate) -> None:
    only(tiny.with_(inapplicable={}), "no invalid one of class duplicate-key")


def test_2_a_recipe_that_is_accepted(tiny: Candidate) -> None:
    tiny.edit("fixtures/invalid/truncated.json", lambda r: r.update(edits=[{"set": 10, "hex": "ff"}]))
    only(tiny.type, "invalid/truncated: is accepted")


def test_2_a_recipe_that_changes_nothing(tiny: Candidate) -> None:
    tiny.edit("fixtures/invalid/truncated.json", lambda r: r.update(edits=[{"cut": 40}]))
    only(tiny.type, "invalid/truncated: is no different")


@pytest.mark.parametrize("change", [{"code": "bad-encoding"}, {"at": 9}, {"at": None}])
def test_2_a_recipe_with_another_error(tiny: Candidate, change: dict[str, Any]) -> None:
    tiny.edit("fixtures/invalid/truncated.json", lambda r: r.update(change))
    only(tiny.type, "invalid/truncated: ")
    assert any("truncated at 8, expected" in reason for reason in reasons(tiny.type))


@pytest.mark.parametrize("kind", ["oversize", "not-evidence", "reserved-bytes"])
def test_2_a_recipe_of_a_class_that_causes_no_such_error(tiny: Candidate, kind: str) -> None:
    tiny.edit("fixtures/invalid/truncated.json", lambda r: r.update(kind=kind))
    text = f"invalid/truncated: is of class {kind}, which does not cause truncated"
    assert any(text in reason for reason in reasons(tiny.type))


@pytest.mark.parametrize("member", ["what", "why"])
def test_2_a_fixture_that_does_not_say_what_it_shows(tiny: Candidate, member: str) -> None:
    tiny.edit("fixtures/invalid/truncated.json", lambda r: r.update({member: " "}))
    only(tiny.type, f"invalid/truncated.json: {member} says nothing")


def test_2_a_version_that_fixtures_show_and_nobody_lists(tiny: Candidate) -> None:
    assert "versions: 1 is not listed, and a fixture shows it" in reasons(tiny.with_(versions=("2",)))


def test_2_an_attachment_that_no_fixture_has(tiny: Candidate) -> None:
    only(tiny.with_(attachments=("certificates",)), "attachments: no fixture has certificates")
    Registry().admit(
        tiny.with_(
            attachments=("certificates",), unobserved={**tiny.type.unobserved, "certificates": "None."}
        )
    )


def test_4_true_is_not_one_in_recorded_claims(tiny: Candidate) -> None:
    """For Python true, 1 and 1.0 are equal."""
    name = next((tiny.folder / "fixtures" / "valid").glob("*.json")).name
    tiny.edit(f"fixtures/valid/{name}", lambda f: f["claims"]["evidence"].update(trailing=0.0))
    only(tiny.type, "/evidence/trailing: recorded 0.0, found 0")


def test_6_a_schema_that_does_not_require_what_is_always_there(tiny: Candidate) -> None:
    tiny.edit("tiny.schema.json", lambda s: s["required"].remove("target"))
    only(tiny.type, "#: every fixture has target, and it is not required")


def test_6_a_schema_that_leaves_closed_words_open(tiny: Candidate) -> None:
    entry = ("$defs", "device", "properties", "measurements", "items", "properties")

    def change(schema: dict[str, Any]) -> None:
        for step in entry:
            schema = schema[step]
        del schema["phase"]

    tiny.edit("tiny.schema.json", change)
    only(tiny.type, "every word of phase is allowed")


def test_4_a_fixture_that_states_no_fact(tiny: Candidate) -> None:
    tiny.edit("fixtures/valid/plain.json", lambda f: f.pop("facts"))
    only(tiny.type, "valid/plain: states no fact")


def test_6_an_unobserved_word_that_is_none_of_the_schema(tiny: Candidate) -> None:
    """Its property may have been lost."""
    unobserved = {**tiny.type.unobserved, "*/properties/no-such": "No reason."}
    only(
        tiny.with_(unobserved=unobserved),
        "*/properties/no-such is listed as unobserved, and is no word of the schema",
    )


def test_9_a_type_without_a_title(tiny: Candidate) -> None:
    only(tiny.with_(title=" "), "title: says nothing")
    only(tiny.with_(media_types=("tiny",)), "media_types: 'tiny' is none")


def test_14_a_code_that_no_fixture_shows(tiny: Candidate) -> None:
    only(tiny.with_(codes={"tiny-odd": "It is odd."}), "codes: no fixture shows tiny-odd")


def test_2_a_recipe_of_nothing(tiny: Candidate) -> None:
    tiny.edit("fixtures/invalid/truncated.json", lambda r: r.update(origin_of="nobody"))
    only(tiny.type, "which is no valid fixture")


def test_2_a_recipe_that_cannot_be_done(tiny: Candidate) -> None:
    tiny.edit("fixtures/invalid/truncated.json", lambda r: r.update(edits=[{"set": 99, "hex": "00"}]))
    only(tiny.type, "an edit cannot be done")


def test_2_a_fixture_file_with_an_unknown_member(tiny: Candidate) -> None:
    tiny.edit("fixtures/valid/plain.json", lambda f: f.update(wyh="a slip"))
    only(tiny.type, "unknown field `wyh`")


# 3. real samples


def test_3_stable_without_a_real_sample(tiny: Candidate) -> None:
    refusals = reasons(tiny.with_(status="stable"))
    assert any("a stable type needs a sample" in reason for reason in refusals)


# 4. valid fixtures


def test_4_claims_that_are_not_the_recorded_ones(tiny: Candidate) -> None:
    tiny.edit("fixtures/valid/plain.json", lambda f: f["claims"]["evidence"].update(size=39))
    only(tiny.type, "/evidence/size: recorded 39, found 40")


def test_4_a_fact_of_the_maker_that_is_not_so(tiny: Candidate) -> None:
    tiny.edit("fixtures/valid/plain.json", lambda f: f.update(facts={"/evidence/size": 41}))
    only(tiny.type, "its maker says 41")


def test_4_claims_that_do_not_fit_the_schema(tiny: Candidate) -> None:
    change = {"const": "enabled"}
    tiny.edit("tiny.schema.json", lambda s: s["$defs"]["device"]["properties"].update(debug=change))
    assert any("does not fit the schema" in reason for reason in reasons(tiny.type))


def test_4_identified_as_nothing(tiny: Candidate) -> None:
    refusals = reasons(tiny.with_(identify=lambda _: None))
    assert any("not recognised" in reason for reason in refusals)


def test_4_not_deterministic(tiny: Candidate) -> None:
    count = iter(range(10_000))

    def claims(native: Any, whole: Input) -> Body:
        body = tiny.type.claims(native, whole)
        return msgspec.structs.replace(body, version="1" if next(count) < 2 else "2")

    assert any("is not deterministic" in reason for reason in reasons(tiny.with_(claims=claims)))


def test_4_ids_that_are_not_unique(tiny: Candidate) -> None:
    def claims(native: Any, whole: Input) -> Body:
        body = tiny.type.claims(native, whole)
        return msgspec.structs.replace(body, environments=body.environments * 2)

    assert any(
        "is not possible: /environments/1: twice" in reason for reason in reasons(tiny.with_(claims=claims))
    )


def test_4_a_field_that_leads_to_no_claim(tiny: Candidate) -> None:
    def sources(native: Any, whole: Input) -> Iterator[Any]:
        for source in tiny.type.sources(native, whole):
            yield source._replace(claims=("/environments/device/measurements/imago",))

    assert any("is said to become" in reason for reason in reasons(tiny.with_(sources=sources)))


def test_4_a_fact_with_a_name_of_its_own(tiny: Candidate) -> None:
    def claims(native: Any, whole: Input) -> Body:
        fact = Consistency(name="fits", status="matches", compared_to="/environments/device")
        return msgspec.structs.replace(tiny.type.claims(native, whole), consistency=(fact,))

    refusals = reasons(tiny.with_(claims=claims))
    assert any("is written, and not read back" in reason for reason in refusals), refusals


# 5. other types


def test_5_a_type_that_takes_all_for_its_own(tiny: Candidate) -> None:
    greedy = tiny.with_(identify=lambda _: Match("1"))
    assert any("is taken for its own" in reason for reason in reasons(greedy, Registry.builtin()))


def test_5_a_type_that_reads_anything_when_forced(tiny: Candidate) -> None:
    def read(whole: Input) -> Any:
        return tiny.type.read(msgspec.structs.replace(whole, data=b"TINY\1\0\x20\0" + bytes(32)))

    assert any("accepted when forced" in r for r in reasons(tiny.with_(read=read), Registry.builtin()))


# 6. coverage


def test_6_a_word_of_the_schema_that_no_fixture_shows(tiny: Candidate) -> None:
    change = {"enum": ["disabled", "not-defined"]}
    tiny.edit("tiny.schema.json", lambda s: s["$defs"]["device"]["properties"].update(debug=change))
    only(tiny.type, "debug/enum/disabled occurs in no fixture")
    listed = {**tiny.type.unobserved, "*/debug/enum/disabled": "a mode that this device does not have yet"}
    assert "tiny" in Registry().admit(tiny.with_(unobserved=listed))
    only(tiny.with_(unobserved={**listed, "*/debug/enum/not-defined": "it does"}), "occurs in a fixture")


def test_6_says_nothing_about_words_while_no_fixture_is_read(tiny: Candidate) -> None:
    refusals = reasons(tiny.with_(identify=lambda _: None))
    assert any(reason.startswith("valid/plain: ") for reason in refusals)
    assert not any("occurs in no fixture" in reason for reason in refusals)


def test_6_a_field_that_changes_no_claim(tiny: Candidate) -> None:
    def claims(native: Any, whole: Input) -> Body:
        body = tiny.type.claims(native, whole)
        return msgspec.convert(
            msgspec.to_builtins(body, builtin_types=(bytes,), enc_hook=bytes)
            | {"environments": [_with_zero_digest(body.environments[0])]},
            Body,
            dec_hook=lambda kind, value: kind(value),
        )

    refusals = reasons(tiny.with_(claims=claims))
    assert any("a change of digest changes no claim" in reason for reason in refusals), refusals


def test_6_bytes_that_are_no_fields_and_change_no_claim(tiny: Candidate) -> None:
    zero = tiny.type.read(Input(data=b"TINY\1\0\x20\0" + bytes(32)))
    lost = tiny.with_(
        claims=lambda _, supplied: tiny.type.claims(zero, supplied),
        sources=lambda native, supplied: list(tiny.type.sources(native, supplied))[:1],
    )
    entries = [reason for reason in reasons(lost) if "changes no claim" in reason]
    assert entries
    assert all("the bytes from 0x8 to 0x28 are no field's" in reason for reason in entries), entries


@pytest.mark.parametrize("form", [bytes, lambda data: data.hex().encode()], ids=["bare", "in hex"])
def test_6_a_single_lost_byte_is_found_in_a_carrier_as_well(
    tiny: Candidate, form: Callable[[bytes], bytes]
) -> None:
    for blob in (tiny.folder / "fixtures" / "valid").glob("*.bin"):
        blob.write_bytes(form(blob.read_bytes()))
    lost = tiny.with_(
        read=lambda supplied: tiny.type.read(Input(data=supplied.data[:-1] + b"\0")),
        sources=lambda native, supplied: [
            source._replace(end=min(source.end, 0x27)) for source in tiny.type.sources(native, supplied)
        ],
    )
    entries = [reason for reason in reasons(lost) if "changes no claim" in reason]
    assert entries
    assert all("the bytes from 0x27 to 0x28 are no field's" in reason for reason in entries), entries


def _with_zero_digest(environment: Environment) -> dict[str, Any]:
    result: dict[str, Any] = msgspec.to_builtins(environment, builtin_types=(bytes,), enc_hook=bytes)
    result["measurements"][0]["digests"][0]["digest"] = Bytes(32)
    return result


# 7. hostile bytes


def test_7_a_prefix_that_parses(tiny: Candidate) -> None:
    def read(whole: Input) -> Any:
        return tiny.type.read(msgspec.structs.replace(whole, data=whole.data[:40].ljust(40, b"\0")))

    assert any("cut at 39: is accepted" in reason for reason in reasons(tiny.with_(read=read)))


def test_7_an_error_of_another_kind(tiny: Candidate) -> None:
    def read(whole: Input) -> Any:
        try:
            return tiny.type.read(whole)
        except EvidenceError as error:
            raise IndexError("out of range") from error

    def reading(kind: EvidenceType) -> list[str]:
        registry = Registry._of((kind,))
        proof = Proof(kind, registry, gate.ADMIT)
        return list(hostile.duty_7_bytes(proof))

    assert any("IndexError" in reason for reason in reading(tiny.with_(read=read)))


def test_5_a_catch_all_that_is_sure(tiny: Candidate) -> None:
    only(tiny.with_(catch_all=True), "a catch-all type says `exact` of its own fixtures")


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Options that the other type below does not have."""

    level: int | None = None


def test_7_damage_may_make_it_another_types(tiny: Candidate) -> None:
    """Options that do not apply any more are the caller's fault, and nobody's here."""
    tiny.edit("fixtures/valid/plain.json", lambda f: f.update(options={"level": 1}))
    kind = tiny.with_(options=Level)
    taker = tiny.with_(
        name="taker", identify=lambda data: None if data[:4] == b"TINY" else Match("1", strength="generic")
    )
    entries = list(gate.shortcomings(kind, Registry._of((kind, taker))))
    assert not any("UsageError" in reason for reason in entries)


def with_log(tiny: Candidate, content: bytes = b"log 1") -> EvidenceType:
    """The example with an event log beside its plain report, which must begin with `log `."""
    (tiny.folder / "fixtures/valid/plain.log").write_bytes(content)
    tiny.edit("fixtures/valid/plain.json", lambda f: f.update(attachments={"event-log": "plain.log"}))

    def read(whole: Input) -> Any:
        log = whole.attachments.get("event-log", b"log ")
        if log[:4] != b"log ":
            raise BadEncoding(what="log", offset=0, reason="not a log")
        return tiny.type.read(whole)

    return tiny.with_(read=read, attachments=("event-log",))


def test_2_a_recipe_on_an_attachment(tiny: Candidate) -> None:
    kind = with_log(tiny)
    recipe = {
        "what": "Another log",
        "why": "A log says what it is",
        "kind": "encoding",
        "origin_of": "plain",
        "part": "event-log",
        "edits": [{"set": 0, "hex": "00"}],
        "code": "bad-encoding",
        "at": 0,
    }
    path = tiny.folder / "fixtures/invalid/log.json"
    path.write_text(json.dumps(recipe))
    assert not any("invalid/" in reason for reason in reasons(kind))
    path.write_text(json.dumps({**recipe, "edits": [{"cut": 4}]}))
    assert "invalid/log: is accepted" in reasons(kind)
    path.write_text(json.dumps({**recipe, "part": "collateral"}))
    assert "invalid/log: plain has no attachment 'collateral'" in reasons(kind)


def test_7_an_attachment_is_hostile_too(tiny: Candidate) -> None:
    kind = with_log(tiny)
    assert not any("mutation" in reason for reason in reasons(kind))

    def read(whole: Input) -> Any:
        if whole.attachments.get("event-log", b"log 1") != b"log 1":
            raise IndexError("out of range")
        return tiny.type.read(whole)

    entries = [reason for reason in reasons(msgspec.structs.replace(kind, read=read)) if "mutation" in reason]
    assert entries
    assert all("(event-log): IndexError" in reason for reason in entries)


# 8. the last release


def test_8_a_schema_that_lost_a_property(tiny: Candidate) -> None:
    released = tiny.folder / "released.json"
    shutil.copy(tiny.folder / "tiny.schema.json", released)
    assert "tiny" in Registry().admit(tiny.with_(released=released))

    def narrow(schema: dict[str, Any]) -> None:
        schema["properties"]["certificates"] = {
            "type": "array",
            "items": {"$ref": f"{CLAIMS_ID}#/$defs/Certificate"},
        }

    tiny.edit("released.json", narrow)
    only(tiny.with_(released=released), "/certificates: removed")
    tiny.edit("released.json", lambda s: s.update({"$id": schema_id("tiny", 9)}))
    assert "tiny" in Registry().admit(tiny.with_(released=released))


# what its code raises


@pytest.mark.parametrize("error", [KeyError("lost"), RecursionError("deep"), SystemExit("bye")])
@pytest.mark.parametrize("function", ["identify", "read", "claims", "signed", "sources"])
def test_whatever_the_code_of_a_type_raises_is_a_reason(
    tiny: Candidate, function: str, error: BaseException
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    refusals = reasons(tiny.with_(**{function: fail}), Registry._of(BUILTIN[:1]))
    text = f"raises {error!r}"
    assert any(
        reason.startswith("valid/plain: duty ") and reason.endswith(f"{text} in fail") for reason in refusals
    ), refusals


@pytest.mark.parametrize(
    ("duty", "function", "fine"),
    [
        ("duty 2, fixtures", "read", lambda source: source.data[4:5] == b"\1"),
        ("duty 5, others", "identify", lambda data: data[:4] == b"TINY"),
        ("duty 6, coverage", "claims", lambda _, source: source.data[8] & 1 == 0),
        ("duty 10, flips", "read", lambda source: source.attachments.get("event-log", b"log 1") == b"log 1"),
        ("duty 11, less", "read", lambda source: len(source.attachments.get("event-log", b"log 1")) == 5),
    ],
)
def test_a_reason_names_the_duty_in_which_the_code_raised(
    tiny: Candidate, duty: str, function: str, fine: Callable[..., bool]
) -> None:
    kind = with_log(tiny)
    works = getattr(kind, function)

    def fails(*supplied: Any) -> Any:
        if not fine(*supplied):
            raise KeyError("lost")
        return works(*supplied)

    refusals = reasons(msgspec.structs.replace(kind, **{function: fails}), Registry._of(BUILTIN[:1]))
    assert any(f"{duty}: raises KeyError('lost')" in reason for reason in refusals), refusals


def test_files_that_cannot_be_read_are_a_reason(tiny: Candidate) -> None:
    (tiny.folder / "SPEC.md").write_bytes(b"\xff")
    assert any("duty 9 spec: raises UnicodeDecodeError" in reason for reason in reasons(tiny.type))
    (tiny.folder / "tiny.schema.json").write_bytes(b"\xff")
    assert reasons(tiny.type)[0].startswith(("fixtures: raises", "schema: "))


# 9. the page


def test_9_no_spec(tiny: Candidate) -> None:
    only(tiny.with_(spec=None), "SPEC.md: there is none")


def test_9_a_reference_that_the_spec_does_not_name(tiny: Candidate) -> None:
    (tiny.folder / "SPEC.md").write_text("# tiny\n")
    only(tiny.type, "does not name TINY 1")


# 10. flips


def protected(kind: EvidenceType, *covers: tuple[int, int]) -> EvidenceType:
    """The example with a signature over these ranges."""
    signature = Signed(
        name="report",
        by="key",
        alg="ecdsa-p256",
        hash="sha-256",
        encoding="p1363",
        construct="plain",
        covers=covers,
        value=b"",
    )
    return msgspec.structs.replace(kind, signed=lambda *_: (signature,))


def test_10_an_unsigned_byte_that_decides_what_is_said_to_be_signed(tiny: Candidate) -> None:
    def sources(native: Any, whole: Input) -> Iterator[Source]:
        for source in tiny.type.sources(native, whole):
            yield source._replace(start=4, end=5)

    def broken(kind: EvidenceType) -> list[str]:
        return [reason for reason in reasons(protected(kind, (0, 8))) if "decides" in reason]

    assert broken(tiny.type) == []
    result = broken(tiny.with_(sources=sources))
    place = (
        "decides /environments/device/measurements/image/digests/0/digest, which is not listed as unsigned"
    )
    assert result
    assert all(place in reason for reason in result), result


def read_log(kind: EvidenceType, made: Callable[[Body, bytes], Body]) -> EvidenceType:
    """The example, signed, with claims that depend on its event log (nothing where there is none)."""

    def claims(native: Any, whole: Input) -> Body:
        return made(kind.claims(native, whole), whole.attachments.get("event-log", b""))

    return protected(msgspec.structs.replace(kind, claims=claims), (0, 40))


def device(body: Body, **changes: Any) -> Body:
    """The example's claims with another device."""
    (environment,) = body.environments
    return msgspec.structs.replace(body, environments=(msgspec.structs.replace(environment, **changes),))


@pytest.mark.parametrize(
    ("field", "words"),
    [("role", ("device", "workload")), ("debug", ("disabled", "enabled")), ("label", ("x", "y"))],
)
def test_10_a_scalar_that_an_attachment_decides(tiny: Candidate, field: str, words: tuple[str, str]) -> None:
    kind = read_log(with_log(tiny), lambda body, log: device(body, **{field: words[log[4:] != b"1"]}))

    def sources(native: Any, whole: Input) -> Iterator[Source]:
        yield from tiny.type.sources(native, whole)
        if "event-log" in whole.attachments:
            yield Source("log", 4, 5, (f"/environments/device/{field}",), "attachment:event-log")

    def broken(kind: EvidenceType) -> list[str]:
        return [reason for reason in reasons(kind) if "decides" in reason]

    assert all(f"event-log is unsigned and decides /environments/device/{field}," in r for r in broken(kind))
    assert broken(kind)
    assert broken(msgspec.structs.replace(kind, sources=sources)) == []


def test_10_what_is_there_because_of_an_attachment_may_come_and_go(tiny: Candidate) -> None:
    """An environment of which nothing is signed, and what ties another to it."""

    def made(body: Body, log: bytes) -> Body:
        if log != b"log 1":
            return body
        above = msgspec.structs.replace(body.environments[0], id="above", measurements=())
        tied = device(body, depends_on=("above",))
        return msgspec.structs.replace(tied, environments=(*tied.environments, above))

    assert not any("decides" in reason for reason in reasons(read_log(with_log(tiny), made)))


# 11. less

TCB = Tcb(name="tcb", role="current", layout="tiny", layout_source="format", raw=Bytes(1))
BARE = msgspec.structs.replace(TCB, layout=None, layout_source="unknown")
SERIAL = Identifier(name="serial", scope="device", linkable=True, status="masked", raw=Bytes(1))
PRESENT = msgspec.structs.replace(SERIAL, status="present", value=Bytes(1), raw=None)
FACT = Consistency(name="image-binding", status="not-computable", compared_to="/environments/device")
MATCHES = msgspec.structs.replace(FACT, status="matches")
NOTE = Note(code="odd", path="/environments/device", detail="it is")


@pytest.mark.parametrize(
    ("more", "less", "text"),
    [
        ({"debug": "enabled"}, {"debug": "disabled"}, "the chain of device becomes disabled"),
        ({"debug": "not-reported"}, {"debug": "disabled"}, "the chain of device becomes disabled"),
        ({"tcb": (BARE,)}, {"tcb": (TCB,)}, "the TCB tcb gets the layout tiny"),
        ({}, {"tcb": (TCB,)}, "the TCB tcb gets the layout tiny"),
        ({"identifiers": (SERIAL,)}, {"identifiers": (PRESENT,)}, "the identifier serial becomes `present`"),
        ({"missing": ("request",)}, {}, "it no longer misses request"),
        ({"consistency": (FACT,)}, {"consistency": (MATCHES,)}, "the fact image-binding becomes `matches`"),
        ({"notes": (NOTE,)}, {}, "the note odd at /environments/device is gone"),
        ({"protection": "none"}, {"protection": "signed"}, "the protection becomes signed"),
    ],
)
def test_11_what_is_better_for_what_was_left_out(
    tiny: Candidate, more: dict[str, Any], less: dict[str, Any], text: str
) -> None:
    def with_(body: Body, changes: dict[str, Any]) -> Body:
        of_body = {name: value for name, value in changes.items() if name in Body.__struct_fields__}
        rest = {name: value for name, value in changes.items() if name not in of_body}
        return msgspec.structs.replace(device(body, **rest), **of_body)

    log = with_log(tiny)

    def broken(more: dict[str, Any], less: dict[str, Any]) -> list[str]:
        kind = read_log(log, lambda body, log: with_(body, more if log else less))
        return [reason for reason in reasons(kind) if reason.startswith("valid/plain: without event-log: ")]

    assert any(text in reason for reason in broken(more, less)), broken(more, less)
    assert not any(text in reason for reason in broken(more, more))


def test_11_what_is_partly_signed_is_signed_without_the_rest() -> None:
    result = BY_NAME["dmtf-spdm/v12-challenge-then-unsigned"].read()
    assert result.claims.evidence.protection == "partly-signed"
    end = next(source.end for source in result.sources() if source.field == "CHALLENGE_AUTH.signature")
    smaller = evidence.parse(result.data[:end])
    assert smaller.claims.evidence.protection == "signed"
    assert not any("protection" in reason for reason in better(result, smaller))
    other = bytearray(result.data[:end])
    other[0x30] ^= 1  # a flag of CAPABILITIES: no part of it is left out, another message is signed
    assert "the protection becomes signed" in list(better(result, evidence.parse(bytes(other))))


def test_11_a_part_that_nobody_signed_is_left_out_too(tiny: Candidate) -> None:
    """The log's second half says that debugging is on."""
    kind = read_log(
        with_log(tiny, b"log 1 debug"),
        lambda body, log: device(body, debug="enabled" if log.endswith(b"debug") else "disabled"),
    )

    def sources(native: Any, whole: Input) -> Iterator[Source]:
        yield from tiny.type.sources(native, whole)
        size = len(whole.attachments.get("event-log", b""))
        if size > 5:
            yield Source("log", 5, size, ("/environments/device/debug",), "attachment:event-log")

    refusals = reasons(msgspec.structs.replace(kind, sources=sources))
    assert any("without 0x5 to 0xb of event-log: the chain of device becomes disabled" in r for r in refusals)


# 12. loud


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("image-binding", "differs", "binding-differs"),
        ("image-replay", "differs", "replay-differs"),
        ("image-certified", "differs", "certified-differs"),
        ("image-binding", "not-computable", "binding-unproven"),
    ],
)
def test_12_a_fact_that_nobody_is_told_of(
    tiny: Candidate, monkeypatch: pytest.MonkeyPatch, name: str, status: Any, code: str
) -> None:
    key = Binding(
        name="key", role="key-binding", declared="opaque", requested_by="unspecified", value=Bytes(8)
    )
    fact = Consistency(name=name, status=status, compared_to="/bindings/key")

    def claims(native: Any, whole: Input) -> Body:
        body = tiny.type.claims(native, whole)
        return msgspec.structs.replace(body, bindings=(key,), consistency=(fact,))

    def silent(kind: EvidenceType) -> list[str]:
        return [reason for reason in reasons(kind) if "says so" in reason]

    kind = tiny.with_(claims=claims)
    assert silent(kind) == []
    monkeypatch.setattr("evidence.document._broken", lambda *_: ())
    assert f"valid/plain: /consistency/{name} {status}, and no note {code} says so" in silent(kind)


def test_all_reasons_at_once(tiny: Candidate) -> None:
    shutil.rmtree(tiny.folder / "fixtures/invalid")
    tiny.edit("fixtures/valid/plain.json", lambda f: f["claims"]["evidence"].update(size=39))
    refusals = reasons(tiny.with_(status="stable", spec=None, schema=None, inapplicable={}))
    for text in ("schema: there is none", "0 invalid ones", "a stable type needs", "recorded 39", "SPEC.md"):
        assert any(text in reason for reason in refusals), text
    assert len(refusals) >= 12


# holes through which a claim could get lost: each is refused with a reason that names the field


def named(field: str, kind: EvidenceType) -> list[str]:
    """The reasons that name a field, beside those for what a toy does not bring."""
    return [reason for reason in reasons(kind) if re.search(rf"\b{field}\b", reason)]


def test_a_toy_without_a_hole_has_no_reason_that_names_a_field(tmp_path: Path) -> None:
    kind = toy(tmp_path)
    assert named("colour", kind) == named("digest", kind) == []


@pytest.mark.parametrize("place", [None, ()], ids=["no field", "a field that becomes nothing"])
def test_a_row_whose_claim_is_lost(tmp_path: Path, place: tuple[str, ...] | None) -> None:
    """In the table and in every fixture, and neither a claim nor unknown."""
    handlers = {"digest": claims_toy.digest}
    kind = toy(tmp_path, handlers=handlers, claimed={**claims_toy.CLAIMED, "colour": place})
    assert "native: colour: a row that no fixture shows (or list it in `unobserved`)" in named("colour", kind)


def test_a_row_of_which_no_fixture_knows(tmp_path: Path) -> None:
    kind = toy(tmp_path, pieces=({0: "TOY", 1: bytes(32)}, {0: "TOY", 1: bytes(31) + b"\1"}))
    assert named("colour", kind) == [
        "native: colour: a row that no fixture shows (or list it in `unobserved`)"
    ]
    reason = {"colour": "none is painted yet"}
    assert named("colour", msgspec.structs.replace(kind, unobserved=reason)) == []


def test_a_claim_whose_field_is_forgotten(tmp_path: Path) -> None:
    """It is signed, and was listed as unsigned."""
    kind = toy(tmp_path, claimed={**claims_toy.CLAIMED, "digest": ()})
    piece = evidence.parse((tmp_path / "valid/piece-0.bin").read_bytes(), registry=Registry._of((kind,)))
    image = f"{claims_toy.HERE}/measurements/image"
    assert image in piece.unsigned()
    result = named("digest", kind)
    assert any(
        f"digest -> {image}/digests/0/digest: a change of the field changes a claim" in r for r in result
    ), result


def test_a_claim_whose_field_is_left_out(tmp_path: Path) -> None:
    kind = toy(tmp_path, claimed={**claims_toy.CLAIMED, "digest": None})
    result = named("digest", kind)
    assert "native: digest: a row that no fixture shows (or list it in `unobserved`)" in result
    assert any(
        f"{claims_toy.HERE}/measurements/image/digests/0/digest has no place" in reason for reason in result
    ), result


def test_a_mapping_cannot_forget_where_a_claim_comes_from() -> None:
    """The row that makes an entry is what gives its field the entry; a field without a row is refused at import."""

    class Report(Layout, size=4, spec="TOY 2"):
        image: Raw = at(0, 2)
        colour: Raw = at(2, 2)

    rows = (Row("image", "measurements", Register("loaded", "firmware")), Row("colour", "values", Octets()))
    words: dict[str, Any] = {"id": "device", "role": "device", "origin": "evidence"}
    mapping = Mapping(Part(Report, *rows), **words, debug="not-defined", migration="not-defined")
    report = Report.read(b"\1\2\3\4")
    device = mapping.environment((report,), None, [])
    (claimed,) = mapping.claimed((report,), None)
    made = {f"/environments/device/measurements/{entry.name}" for entry in device.measurements}
    made |= {f"/environments/device/values/{entry.name}" for entry in device.values}
    assert made == {path for paths in claimed.values() for path in paths}
    with pytest.raises(TypeError, match="no row says what becomes of colour"):
        complete(Report, Part(Report, rows[0]))


def test_a_row_whose_handler_raises(tmp_path: Path) -> None:
    def colour(value: str) -> claims_toy.Entry:
        return "values", value.no_such_name  # type: ignore[attr-defined]

    kind = toy(tmp_path, handlers={**claims_toy.HANDLERS, "colour": colour})
    result = named("colour", kind)
    assert any("raises AttributeError" in reason and reason.endswith("in colour") for reason in result), (
        result
    )


def test_a_field_that_is_said_to_become_what_it_does_not(tmp_path: Path) -> None:
    claimed = {
        **claims_toy.CLAIMED,
        "colour": (*claims_toy.CLAIMED["colour"], f"{claims_toy.HERE}/measurements/image"),
    }
    kind = toy(tmp_path, claimed=claimed)
    pair = f"colour -> {claims_toy.HERE}/measurements/image"
    assert named("colour", kind) == [
        f"native: {pair}: the field is said to become a claim that no change of it changes (or list them in `unobserved`)"
    ]
    assert named("colour", msgspec.structs.replace(kind, unobserved={pair: "one day it will"})) == []


def test_what_is_listed_and_is_not_so(tmp_path: Path) -> None:
    pair = f"colour -> {claims_toy.HERE}/measurements/image"
    for member, text in (("elsewhere", pair), ("unobserved", pair), ("unclaimed", "colour")):
        kind = msgspec.structs.replace(toy(tmp_path / member), **{member: {text: "out of laziness"}})
        assert named("colour", kind) == [
            f"native: {text} is listed in `{member}`, and no fixture shows that it is so"
        ]


def test_a_row_of_a_mapping_that_no_fixture_shows(tmp_path: Path) -> None:
    words: dict[str, Any] = {"id": "device", "role": "device", "origin": "evidence"}
    rows = (
        Row("digest", "measurements", Register("loaded", "firmware"), name="image"),
        Row("colour", "values", Text(), also=("debug",)),
        Each("wheels", "wheel", Part(None, Row("size", "values", Number(), name="wheel-{}"))),
    )
    mapping = Mapping(Part(None, *rows), **words)
    kind = toy(tmp_path, tables=(mapping,))
    assert named("row", kind) == [
        f"native: {pair}: a row that no fixture shows (or list it in `unobserved`)"
        for pair in (f"colour -> {claims_toy.HERE}/debug", f"size -> {claims_toy.HERE}/values/wheel-*")
    ]


# 14. rules, and the words of the descriptor


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"measurements": ("host_data",)}, "host_data is a measurement, and was supplied"),
        ({"tcb": (msgspec.structs.replace(BARE, raw=Bytes(b"")),)}, "the TCB tcb says nothing"),
        (
            {"identifiers": (msgspec.structs.replace(SERIAL, raw=None),)},
            "serial is masked, and what was there is not kept",
        ),
        (
            {"identifiers": (msgspec.structs.replace(PRESENT, linkable=False),)},
            "serial links documents, and is not marked",
        ),
        (
            {"attributes": (Attribute(name="mode", raw=Bytes(1), set=(), unknown=(3,)),)},
            "/environments/device/attributes/mode: bits (3,) without a name, noted: False",
        ),
        ({"values": (Value(name="big", int=1 << 60),)}, "claims: an integer above 2^53-1"),
        ({"values": (Value(name="plain", bytes=cast("Bytes", b"\1")),)}, "bytes that are no `Bytes`"),
        ({"values": (Value(name="extra", int=1),)}, "/environments/device/values/extra/int has no place"),
        ({"role": "workload"}, "a workload with 0 values of its caller"),
        ({"notes": (NOTE,)}, "the note odd is none of `evidence.codes`"),
        (
            {"notes": (msgspec.structs.replace(NOTE, code="unsigned", path="/x"),)},
            "is about /x, which is not there",
        ),
        (
            {"notes": (msgspec.structs.replace(NOTE, code="unsigned", detail=""),)},
            "the note unsigned says nothing",
        ),
    ],
)
def test_14_a_rule_that_is_broken(tiny: Candidate, changes: dict[str, Any], text: str) -> None:
    def claims(native: Any, source: Input) -> Body:
        body = tiny.type.claims(native, source)
        if "notes" in changes:
            return msgspec.structs.replace(body, **changes)
        more = dict(changes)
        if "measurements" in more:
            image = body.environments[0].measurements[0]
            more["measurements"] = (msgspec.structs.replace(image, name=more["measurements"][0]),)
        return device(body, **more)

    refusals = reasons(tiny.with_(claims=claims))
    assert any(text in reason for reason in refusals), refusals


def test_14_a_place_outside_of_the_evidence(tiny: Candidate) -> None:
    def sources(native: Any, source: Input) -> Iterator[Source]:
        yield from tiny.type.sources(native, source)
        yield Source("behind", 40, 41)

    assert any(
        "behind lies at 0x28 to 0x29, outside" in reason for reason in reasons(tiny.with_(sources=sources))
    )


def test_14_a_signature_value_that_is_a_claim(tiny: Candidate) -> None:
    def signed(native: Any, source: Input) -> tuple[Signed, ...]:
        (signature,) = protected(tiny.type, (0, 40)).signed(native, source)
        return (msgspec.structs.replace(signature, value=source.data[8:40], covers=((0, 8),)),)

    refusals = reasons(msgspec.structs.replace(protected(tiny.type, (0, 40)), signed=signed))
    assert any("the value of the signature report is a claim" in reason for reason in refusals), refusals


def test_14_a_workload_that_the_descriptor_does_not_know_of(tiny: Candidate) -> None:
    only(tiny.with_(workload="always"), "workload: 'always', and fixtures speak of one never")


def test_14_codes_of_a_type_of_its_own(tiny: Candidate) -> None:
    """They take a sentence, and may not be those of everyone."""

    def claims(native: Any, source: Input) -> Body:
        return msgspec.structs.replace(tiny.type.claims(native, source), notes=(NOTE,))

    kind = tiny.with_(claims=claims, codes={"odd": "The device is odd."})
    assert not any("`evidence.codes`" in reason for reason in reasons(kind))
    only(tiny.with_(codes={"unsigned": "Nobody signed it."}), "codes: unsigned is a code of everyone's")
    only(tiny.with_(codes={"odd": ""}), "codes: odd is not in small letters and hyphens, or has no sentence")
    only(tiny.with_(codes={"Odd": "It is."}), "codes: Odd is not in small letters")


def test_1_names_that_are_open(tiny: Candidate) -> None:
    def name(schema: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = schema["$defs"]["device"]["properties"]["measurements"]["items"][
            "properties"
        ]
        return result

    tiny.edit("tiny.schema.json", lambda s: name(s).update(name={"type": "string"}))
    only(tiny.type, "#/$defs/device/properties/measurements: each name is allowed")
    why = "as the device names its images"
    tiny.edit("tiny.schema.json", lambda s: name(s).update(name={"type": "string", "description": why}))
    assert "tiny" in Registry().admit(tiny.type)


def test_4_a_refusal_of_the_schema_names_the_place_and_the_word(tiny: Candidate) -> None:
    def rename(schema: dict[str, Any]) -> None:
        names = schema["$defs"]["device"]["properties"]["measurements"]["items"]["properties"]
        names.update(name={"enum": ["picture"]})

    tiny.edit("tiny.schema.json", rename)
    text = "does not fit the schema: /environments/device/measurements/image/name: 'image' is not one of ['picture']"
    assert f"valid/plain: {text}" in reasons(tiny.type)
