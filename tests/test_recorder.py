"""What is recorded while evidence is walked: entries with their fields, and rows that nobody records."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import cbor2
import pytest

from evidence import limits
from evidence.claims import Binding, Bytes, Svn
from evidence.errors import LimitExceeded
from evidence.types._coev import layout as coev
from evidence.types._eat import layout as eat
from evidence.types._recorder import Layer, Recorder, complete, in_cbor
from evidence.types.cove import layout as cove
from evidence.wire.claimset import ClaimLabel, ClaimTable, anything

DATA = b"\xff" + cbor2.dumps({1: 7, "a": [8, {2: b"deep"}]})
WORDS = {"role": "device", "origin": "evidence", "debug": "disabled", "migration": "not-defined"}


def svn(name: str, number: int = 1) -> Svn:
    return Svn(name=name, set_by="unspecified", svn=number)


def recorded() -> Recorder:
    record, layer = Recorder(), Layer(DATA)
    device = record.environment("a/b", in_cbor(layer, 1, "claims"))
    device.add("svns", svn("one"), (1,))
    device.add("svns", svn("two"), ("a", 0))
    device.also((1,), "/debug")
    device.add("svns", svn("mine"))
    device.also(layer.source("head", 0, 1))
    nonce = Binding(
        name="nonce",
        role="challenge",
        declared="nonce",
        requested_by="unspecified",
        environment="a/b",
        value=Bytes(b"deep"),
    )
    record.add("bindings", nonce, device.at("a", 1, 2))
    record.also(in_cbor(layer, 1, "claims").label("a"), "/bindings/nonce/name")
    device.note("code", "/svns/one", "words")
    device.end(**WORDS)
    return record


def test_every_claim_has_its_field_and_a_field_all_of_its_claims() -> None:
    sources = {source.field: source for source in recorded().sources()}
    assert {name: source.claims for name, source in sources.items()} == {
        "claims/1": ("/environments/a~1b/svns/one", "/environments/a~1b/debug"),
        "claims/a/0": ("/environments/a~1b/svns/two",),
        "head": (),
        "claims/a/1/2": ("/bindings/nonce",),
        "claims/a.label": ("/bindings/nonce/name",),
    }
    places = {name: DATA[source.start : source.end] for name, source in sources.items()}
    assert places == {
        "claims/1": b"\7",
        "claims/a/0": b"\x08",
        "head": b"\xff",
        "claims/a/1/2": b"\x44deep",
        "claims/a.label": b"\x61a",
    }


def test_the_document_has_what_was_recorded() -> None:
    body = recorded().body(version="1", size=4, protection="none")
    (device,) = body.environments
    assert (device.id, [entry.name for entry in device.svns]) == ("a/b", ["one", "two", "mine"])
    assert [entry.name for entry in body.bindings] == ["nonce"]
    assert [(note.code, note.path) for note in body.notes] == [("code", "/environments/a~1b/svns/one")]


def test_one_takes_what_another_has_recorded() -> None:
    record = Recorder()
    record.take(recorded())
    assert list(record.sources()) == list(recorded().sources())
    assert record.body(version="1", size=4, protection="none") == recorded().body(
        version="1", size=4, protection="none"
    )


def test_names_are_unique_in_a_list_with_an_index() -> None:
    entries = Recorder().environment("device")
    names = [entries.name("values", name) for name in ("a", "a", "a-2", "a", "b")]
    assert names == ["a", "a-2", "a-2-2", "a-3", "b"]
    assert [entries.name("measurements", "a", index) for index in (1, 2, 1)] == ["a", "a", "a-2"]


def test_lists_and_environments_are_bounded() -> None:
    record = Recorder()
    entries = record.environment("device")
    for number in range(limits.ENTRIES):
        entries.add("svns", svn(str(number)))
    with pytest.raises(LimitExceeded):
        entries.add("svns", svn("more"))
    for number in range(limits.ENVIRONMENTS):
        record.environment(str(number)).end(**WORDS)
    with pytest.raises(LimitExceeded):
        entries.end(**WORDS)


def test_a_path_needs_a_page() -> None:
    entries = Recorder().environment("device")
    with pytest.raises(TypeError, match="device"):
        entries.at(1)


TABLE = ClaimTable("toys", "none", (ClaimLabel(1, "one", anything()), ClaimLabel(2, "two", anything())))


@pytest.mark.parametrize(
    ("handlers", "elsewhere", "names"),
    [
        ({"one": print}, {}, "two"),
        ({"one": print, "two": print, "three": print}, {}, "three"),
        ({"one": print, "two": print}, {"two": "said twice"}, "two"),
        ({"one": print, "two": print}, {"four": "there is none"}, "four"),
    ],
)
def test_a_row_has_one_handler_or_a_reason(
    handlers: dict[str, object], elsewhere: dict[str, str], names: str
) -> None:
    complete({"one": print}, TABLE, elsewhere={"two": "a reason"})
    with pytest.raises(TypeError, match=f"toys: .*{names}"):
        complete(handlers, TABLE, elsewhere=elsewhere)


def imported_again(name: str) -> ModuleType:
    """A module of the package, run once more with what its imports hold now."""
    path = Path(__file__).parents[1] / f"{name.replace('.', '/')}.py"
    spec = spec_from_file_location(f"again.{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TABLES = [("evidence.types._eat.entries", table) for table in (eat.CBOR, eat.JSON)] + [
    ("evidence.types._coev.subject", table)
    for table in (coev.CLASS, coev.ENVIRONMENT, coev.VALUES, coev.MEASUREMENT)
]
TABLES += [
    ("evidence.types._coev.claims", table)
    for table in (coev.TRIPLES, coev.CONCISE_EVIDENCE, coev.LOCATOR, coev.TOC)
]
TABLES += [
    ("evidence.types.cove.claims", table)
    for table in (*cove.SHADOWFAX.tokens.values(), cove.COMPONENT, cove.REGISTER)
]


@pytest.mark.parametrize(("module", "table"), TABLES, ids=lambda value: getattr(value, "what", value))
def test_a_row_that_nobody_records_fails_at_import(
    module: str, table: ClaimTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was an `AttributeError` for whoever sent the claim first, or nothing at all."""
    imported_again(module)
    monkeypatch.setattr(table, "rows", (*table.rows, ClaimLabel(-65537, "forgotten", anything())))
    with pytest.raises(TypeError, match=f"{table.what}.*forgotten"):
        imported_again(module)
