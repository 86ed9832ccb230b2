"""The claims types: lookups that never guess, debug chains, TCB comparison, annotations. Numbers are rules."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import Meta, Struct
from msgspec.structs import replace

import evidence
from evidence import chain, possible
from evidence.authoring.schema import claims_schema
from evidence.chain import DEBUG_ORDER
from evidence.claims import (
    SCHEMA,
    Attribute,
    Binding,
    Bytes,
    Certificate,
    Claims,
    Consistency,
    Entered,
    Environment,
    EvidenceInfo,
    Identifier,
    Measurement,
    Signature,
    Signer,
    Svn,
    Target,
    Tcb,
    TcbComponent,
    Value,
    Version,
)
from evidence.encode.json import from_json, to_json
from evidence.errors import BadEncoding, ConstraintViolation
from evidence.limits import SAFE_INTEGER
from evidence.types._identifiers import written
from evidence.words import BindingRole, ChainDebug, Compare, Debug, Role


def environment(id: str, debug: Debug = "disabled", *depends_on: str) -> Environment:
    return Environment(
        id=id,
        role="workload" if id == "td" else "platform",
        origin="evidence",
        depends_on=depends_on,
        debug=debug,
        migration="not-reported",
    )


def holding(**entries: Any) -> Environment:
    """An environment with these lists."""
    return replace(environment("td"), **entries)


def document(*environments: Environment, **more: Any) -> Claims:
    header = EvidenceInfo(
        type="test",
        version="1",
        status="stable",
        protection="none",
        bytes="as-received",
        sha256=Bytes(32),
        size=0,
        trailing=0,
        identified_by="content",
    )
    id = chain.target(environments)
    attested = None if id is None else Target(environment=id, debug=chain.word(environments, id))
    return Claims(
        schema=SCHEMA,
        evidence=header,
        attested=attested,
        environments=environments,
        signatures=(),
        **more,
    )


def binding(name: str, role: BindingRole) -> Binding:
    return Binding(name=name, role=role, declared="opaque", requested_by="workload", value=Bytes(8))


def structs() -> Iterator[type[Struct]]:
    """Every type of the claims document."""
    todo: list[type[Struct]] = [Claims]
    known: set[type[Struct]] = set()
    while todo:
        kind = todo.pop()
        if kind not in known:
            known.add(kind)
            yield kind
            todo += [leaf for hint in hints(kind) for leaf in leaves(hint) if is_struct(leaf)]


def is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def hints(kind: type[Struct]) -> Iterator[Any]:
    yield from (get_type_hints(kind, include_extras=True)[name] for name in kind.__struct_fields__)


def leaves(hint: Any) -> Iterator[Any]:
    """The types in an annotation, `Annotated` and `Literal` whole."""
    if get_origin(hint) in {Union, UnionType, tuple}:
        for arg in get_args(hint):
            yield from leaves(arg)
    elif hint is not ...:
        yield hint


def test_the_walk_over_annotations_sees_the_document() -> None:
    result = set(structs())
    assert {Claims, Environment, Measurement, Binding, Tcb, TcbComponent, Signature} <= result
    assert len(result) > 25


def test_1_workload_raises_unless_there_is_exactly_one() -> None:
    one = environment("td")
    assert document(one, environment("platform")).workload is one
    for items in (document(), document(one, replace(one, id="td-2")), document(environment("platform"))):
        with pytest.raises(LookupError):
            _ = items.workload
    assert [e.id for e in document(one, replace(one, id="td-2")).by_role("workload")] == ["td", "td-2"]


ENTRIES: dict[str, tuple[Any, Callable[[Environment], Any]]] = {
    "measurements": (
        Measurement(name="m", phase="initial", subject="rom", form="digest", populated=False),
        lambda e: e.measurement("m"),
    ),
    "inputs": (Entered(name="m", set_by="host", value=Bytes(1)), lambda e: e.input("m")),
    "identifiers": (
        Identifier(name="m", scope="boot", linkable=False, status="none"),
        lambda e: e.identifier("m"),
    ),
    "signers": (Signer(name="m", status="none"), lambda e: e.signer("m")),
    "svns": (Svn(name="m", set_by="host", svn=1), lambda e: e.svn("m")),
    "tcb": (
        Tcb(name="m", role="current", layout=None, layout_source="unknown", raw=Bytes(8)),
        lambda e: e.tcb_of("current"),
    ),
    "versions": (Version(name="m", value="1"), lambda e: e.version("m")),
    "values": (Value(name="m", int=1), lambda e: e.value("m")),
    "attributes": (Attribute(name="m", raw=Bytes(1), set=(), unknown=()), lambda e: e.attribute("m")),
}


@pytest.mark.parametrize("kind", ENTRIES)
def test_1_an_ambiguous_lookup_raises_and_so_does_an_empty_one(kind: str) -> None:
    entry, look = ENTRIES[kind]
    assert look(holding(**{kind: (entry,)})) is entry
    for entries in ((), (entry, entry)):
        with pytest.raises(LookupError):
            look(holding(**{kind: entries}))
    twice = document(holding(**{kind: (entry, entry)}))
    with pytest.raises(ConstraintViolation) as caught:
        from_json(to_json(twice))
    assert (caught.value.path, caught.value.got) == (f"/environments/td/{kind}/1", "twice")


def test_1_measurements_are_told_apart_by_their_index() -> None:
    first = Measurement(name="m", phase="initial", subject="rom", form="raw", index=1, value=Bytes(1))
    second = replace(first, index=2)
    result = holding(measurements=(first, second))
    assert list(possible.faults(document(result))) == []
    assert result.measurement("m", 2) is second
    with pytest.raises(LookupError):
        result.measurement("m")
    with pytest.raises(LookupError):
        result.measurement("m", 3)


def test_1_a_lookup_of_a_binding_or_an_environment() -> None:
    result = document(environment("td"), bindings=(binding("a", "context"), binding("a", "context")))
    assert result.environment("td").id == "td"
    with pytest.raises(LookupError):
        result.environment("qe")
    with pytest.raises(LookupError):
        result.binding("a")
    with pytest.raises(LookupError):
        result.binding("b")


@pytest.mark.parametrize(("worse", "better"), tuple(pairwise(DEBUG_ORDER)))
def test_1_the_debug_chain_is_its_worst(worse: Debug, better: Debug) -> None:
    for top, below in ((worse, better), (better, worse)):
        result = document(environment("td", top, "module"), environment("module", below))
        assert result.debug_chain() == worse
        assert result.debug_chain("module") == below


def test_1_not_reported_is_worse_than_any_disabled_and_enabled_is_worst() -> None:
    assert set(DEBUG_ORDER) == set(get_args(Debug)) - {"not-defined"} == set(get_args(ChainDebug))
    assert DEBUG_ORDER[:2] == ("enabled", "not-reported")
    assert all(word.startswith("disabled") for word in DEBUG_ORDER[2:])


def test_1_the_debug_chain_goes_all_the_way_and_ends_in_a_circle() -> None:
    links = [environment(f"e{n}", "disabled", f"e{n + 1}") for n in range(5)]
    last = environment("e5", "enabled", "e0")
    assert document(*links, last).debug_chain("e0") == "enabled"
    assert document(*links, replace(last, debug="not-reported")).debug_chain("e3") == "not-reported"
    with pytest.raises(LookupError):
        document(*links).debug_chain("e0")


def test_1_what_has_no_such_state_does_not_count_and_alone_it_says_nothing() -> None:
    silent = environment("module", "not-defined")
    assert document(environment("td", "disabled", "module"), silent).debug_chain() == "disabled"
    assert document(environment("td", "not-defined", "module"), silent).debug_chain() == "not-reported"


def test_1_what_is_missing_takes_a_good_word_away_and_no_bad_one() -> None:
    words: tuple[tuple[Debug, Debug], ...] = (("disabled", "not-reported"), ("enabled", "enabled"))
    for word, expected in words:
        below = replace(environment("module", word), missing=("certificates",))
        claims = document(environment("td", "disabled", "module"), below)
        assert claims.debug_chain() == claims.target.debug == expected


def _of_role(id: str, role: Role, *depends_on: str, parent: str | None = None) -> Environment:
    return replace(environment(id, "disabled", *depends_on), role=role, parent=parent)


@pytest.mark.parametrize(
    ("environments", "expected"),
    [
        ((_of_role("td", "workload", "m"), _of_role("m", "tee-firmware")), "td"),
        ((_of_role("p", "platform"),), None),  # a bare platform is nobody's workload
        ((_of_role("a", "device"), _of_role("b", "device")), None),  # several devices alone
        ((_of_role("a", "device"), _of_role("w", "workload")), "w"),
        ((_of_role("w", "workload"), _of_role("p", "paravisor")), None),
        ((_of_role("u", "unspecified"), _of_role("w", "workload", "u")), "w"),
        ((_of_role("root", "unspecified"), _of_role("s", "unspecified", parent="root")), "root"),
        # its own layer leans on the device: that does not take the device's place
        ((_of_role("d", "device"), _of_role("l", "firmware-layer", "d", parent="d")), "d"),
        ((_of_role("d", "device"), _of_role("x", "platform", "d")), None),
        ((_of_role("v", "certificate-subject"),), None),
        ((_of_role("d", "device"), _of_role("l", "firmware-layer", "d", parent="l")), None),  # a circle
    ],
)
def test_1_the_target_is_the_one_thing_that_nothing_else_leans_on(
    environments: tuple[Environment, ...], expected: str | None
) -> None:
    claims = document(*environments)
    if expected is None:
        with pytest.raises(LookupError):
            _ = claims.target
        assert b'"target"' not in to_json(claims)
    else:
        assert claims.target.environment == expected
        assert json.loads(to_json(claims))["target"]["environment"] == expected


def test_2_no_plain_bytes_can_slip_in() -> None:
    for kind in structs():
        for hint in hints(kind):
            for leaf in leaves(hint):
                plain = get_args(leaf)[0] if get_origin(leaf) is Annotated else leaf
                allowed = plain in {str, int, bool, Bytes, type(None)} or is_struct(plain)
                assert allowed or get_origin(plain) is Literal, f"{kind.__name__}: {leaf}"


def test_3_every_integer_of_the_model_is_bounded() -> None:
    for kind in structs():
        for hint in hints(kind):
            for leaf in leaves(hint):
                assert leaf is not int, f"{kind.__name__} has an integer without bounds"
                if get_origin(leaf) is Annotated and get_args(leaf)[0] is int:
                    meta = next(item for item in get_args(leaf)[1:] if isinstance(item, Meta))
                    assert meta.ge in {0, -SAFE_INTEGER}
                    assert meta.le == SAFE_INTEGER == 2**53 - 1


def test_8_the_caller_binding_is_caller_data_else_the_challenge_and_never_ambiguous() -> None:
    data, nonce, key = binding("d", "caller-data"), binding("n", "challenge"), binding("k", "key-binding")
    assert document(bindings=(key, nonce, data)).caller_binding is data
    assert document(bindings=(key, nonce)).caller_binding is nonce
    for bindings in ((), (key,), (data, data), (nonce, nonce)):
        with pytest.raises(LookupError):
            _ = document(bindings=bindings).caller_binding


def tcb(layout: str | None = "amd-milan", compare: Compare = "ordered", **svns: int) -> Tcb:
    components = tuple(TcbComponent(name=name, svn=svn, compare=compare) for name, svn in svns.items())
    return Tcb(
        name="t", role="reported", layout=layout, layout_source="cpuid", raw=Bytes(8), components=components
    )


@pytest.mark.parametrize(
    ("mine", "minimum", "good"),
    [
        (tcb(a=3, b=4), tcb(a=3, b=4), True),
        (tcb(a=9, b=4), tcb(a=3, b=4), True),
        (tcb(a=9, b=3), tcb(a=3, b=4), False),  # never lexicographic, never summed
        (tcb(a=2, b=255), tcb(a=3, b=0), False),
        (tcb(compare="equal", a=1), tcb(compare="equal", a=1), True),
        (tcb(compare="equal", a=2), tcb(compare="equal", a=1), False),
    ],
)
def test_9_a_tcb_is_compared_component_by_component(mine: Tcb, minimum: Tcb, good: bool) -> None:  # noqa: FBT001 (of the table)
    assert mine.at_least(minimum) is good


@pytest.mark.parametrize(
    ("mine", "minimum"),
    [
        (tcb("amd-milan", a=1), tcb("amd-turin", a=1)),
        (tcb(None, a=1), tcb(None, a=1)),
        (tcb(a=1), tcb(a=1, b=1)),
        (tcb(a=1, b=1), tcb(a=1)),
        (tcb(), tcb(a=1)),
    ],
)
def test_9_another_layout_or_a_missing_component_raises(mine: Tcb, minimum: Tcb) -> None:
    with pytest.raises(LookupError):
        mine.at_least(minimum)


@pytest.mark.parametrize(
    ("minimum", "good"),
    [
        ({"bootloader": 4, "snp": 20}, True),
        ({"snp": 23}, True),
        ({"snp": 24}, False),
        ({"bootloader": 0, "snp": 24}, False),
        ({"bootloader": 5}, False),
    ],
)
def test_9_a_tcb_is_compared_with_the_components_that_a_rule_names(
    minimum: dict[str, int],
    good: bool,  # noqa: FBT001 (of the table)
) -> None:
    assert tcb(bootloader=4, tee=0, snp=23).at_least(minimum) is good


def test_9_a_component_that_must_be_equal_is_so_for_a_mapping_too() -> None:
    module = tcb("tdx", compare="equal", major=1)
    assert [module.at_least({"major": major}) for major in (0, 1, 2)] == [False, True, False]


DOUBLED = replace(tcb(a=1, b=1), components=tcb(a=0).components + tcb(a=9).components)


@pytest.mark.parametrize(
    ("mine", "minimum"),
    [
        (tcb(a=1), {}),
        (tcb(a=1), {"b": 0}),
        (tcb(a=1), {"a": 0, "b": 0}),
        (tcb(None), {"a": 0}),
        (tcb(), {"a": 0}),
        (tcb(), tcb()),  # nothing is no minimum
        (DOUBLED, {"a": 0}),
        (DOUBLED, tcb(a=0)),
        (tcb(a=1), DOUBLED),
        (tcb(a=1), tcb(compare="equal", a=1)),  # and one rule for both
    ],
)
def test_9_what_names_nothing_or_one_thing_twice_raises(mine: Tcb, minimum: Tcb | dict[str, int]) -> None:
    with pytest.raises(LookupError):
        mine.at_least(minimum)


def test_2_bytes_never_equal_a_text_so_hex_is_compared_with_hex() -> None:
    digest: Any = Bytes(bytes.fromhex("ab12"))
    for text in ("ab12", "AB12", "", "\u00ab\x12"):
        assert not digest == text  # noqa: SIM201 (both operators, both ways)
        assert not text == digest  # noqa: SIM201
        assert digest != text
        assert digest not in {text, "cd"}
    assert digest.hex() == "ab12"
    assert digest == bytes.fromhex("ab12")
    assert digest in {bytes.fromhex("ab12"), b""}


def test_9_one_component_by_name() -> None:
    assert tcb(a=1, b=2).component("b") == 2
    with pytest.raises(LookupError):
        tcb(a=1).component("b")


def test_11_the_model_and_its_schema_have_no_other_word() -> None:
    status = get_type_hints(Signature)["status"]
    assert get_args(status) == ("not-checked",)
    assert claims_schema()["$defs"]["Signature"]["properties"]["status"]["enum"] == ["not-checked"]


def test_values_are_immutable() -> None:
    claims = document(environment("td"))
    for kind in structs():
        assert kind.__struct_config__.frozen
        assert kind.__struct_config__.forbid_unknown_fields
    with pytest.raises(AttributeError):
        claims.notes = ()  # type: ignore[misc]  # what must not be possible
    assert hash(claims) == hash(msgspec.structs.replace(claims))


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("name", "rtmr0-replay", "rtmr0"),
        ("name", "a\nb-binding", "a-binding\n"),
        ("digest_of", "event-log", "event log"),
        ("value_of", "firmware-id", "/environments/td"),
        ("alg", "sha-256", "SHA-256"),
    ],
)
def test_words_of_facts_are_of_closed_lists(field: str, good: str, bad: str) -> None:
    fact = Consistency(name="x-binding", status="matches", compared_to="/evidence/sha256")
    claims = document(environment("td"), consistency=(replace(fact, **{field: good}),))
    assert from_json(to_json(claims)) == claims
    with pytest.raises(BadEncoding):
        from_json(to_json(document(environment("td"), consistency=(replace(fact, **{field: bad}),))))


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("source", "submods/a/x5chain-0", "chain"),
        ("source", "other-2", "x5chain-0 "),
        ("not_before", "2026-01-01T00:00:00Z", "2026-01-01"),
        ("not_after", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00+01:00"),
    ],
)
def test_words_of_certificates_are_of_closed_lists(field: str, good: str, bad: str) -> None:
    time = "2026-01-01T00:00:00Z"
    names = {"subject": "CN=a", "issuer": "CN=b"}
    digest = {"sha256": Bytes(32), "spki_sha256": Bytes(32), "serial": Bytes(b"\1")}
    one = Certificate(source="pck", not_before=time, not_after=time, encoding="der", **names, **digest)  # type: ignore[arg-type]  # two kinds of fields
    claims = document(environment("td"), certificates=(replace(one, **{field: good}),))
    assert from_json(to_json(claims)) == claims
    with pytest.raises(BadEncoding):
        from_json(to_json(document(environment("td"), certificates=(replace(one, **{field: bad}),))))


def test_an_identifier_in_text_has_one_maker() -> None:
    """It alone knows that an empty text, or zeros, name nothing. A product is a word of this library's."""
    root = Path(evidence.__file__).parent / "types"
    makers = {
        file.relative_to(root).as_posix()
        for file in root.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Identifier"
        and any(keyword.arg == "text" for keyword in call.keywords)
    }
    assert makers == {"_identifiers.py", "snp/mapping.py"}


@pytest.mark.parametrize(
    "text", ["", "0", "0000-0000", "00000000-0000-0000-0000-000000000000", "\0\0", " 0:0"]
)
def test_a_text_of_nothing_is_not_populated(text: str) -> None:
    result = written("serial", "device", text, linkable=True)
    assert (result.status, result.text, result.value) == ("not-populated", None, None)
    assert result.raw == text.encode()
    assert written("serial", "device", f"{text}1").text == f"{text}1"
