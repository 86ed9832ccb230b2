"""Fixture files: recipes do exactly what they say, files are read strictly, generators know nothing of the library."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cbor2
import pytest

from evidence.authoring import fixtures
from evidence.authoring.fixtures import FixtureError
from evidence.authoring.recipe import Edit, RecipeError, mutate
from evidence.authoring.schema import fixture_schema
from evidence.registry import EvidenceType, Registry
from tests.builtin import every_type
from tests.oracles.common import origin

ROOT = Path(__file__).parents[1]
DATA = bytes(range(16))


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Edit(set=2, hex="ffee"), DATA[:2] + b"\xff\xee" + DATA[4:]),
        (Edit(set=14, hex="ffee"), DATA[:14] + b"\xff\xee"),
        (Edit(insert=0, hex="aa"), b"\xaa" + DATA),
        (Edit(insert=16, hex="aa"), DATA + b"\xaa"),
        (Edit(delete=3, size=2), DATA[:3] + DATA[5:]),
        (Edit(cut=0), b""),
        (Edit(cut=15), DATA[:15]),
        (Edit(append="0102"), DATA + b"\1\2"),
        (Edit(pad=18), DATA + b"\0\0"),
        (Edit(replace="00"), b"\0"),
    ],
)
def test_edits_of_bytes(edit: Edit, expected: bytes) -> None:
    assert mutate(DATA, (edit,)) == expected


def test_edits_go_one_after_the_other() -> None:
    edits = (Edit(cut=4), Edit(append="ff"), Edit(set=0, hex="80"), Edit(delete=1, size=1))
    assert mutate(DATA, edits) == b"\x80\2\3\xff"


NESTED = {
    1: b"nonce",
    2: [10, {"a": 1}, 30],
    "text": "x",
    -1: cbor2.CBORTag(18, [b"", {}, cbor2.dumps({5: 6}), b""]),
}
ITEM = cbor2.dumps(NESTED)


def changed(edit: Callable[[dict[Any, Any]], object]) -> bytes:
    """ITEM as another encoder writes it with the change."""
    result = dict(NESTED)
    edit(result)
    return cbor2.dumps(result)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Edit(cbor_set=(1,), hex="f6"), changed(lambda m: m.update({1: None}))),
        (Edit(cbor_set=("text",), hex="20"), changed(lambda m: m.update(text=-1))),
        (Edit(cbor_set=(2, 1, "a"), hex="182a"), changed(lambda m: m.update({2: [10, {"a": 42}, 30]}))),
        (Edit(cbor_set=(2, 1, "b"), hex="00"), changed(lambda m: m.update({2: [10, {"a": 1, "b": 0}, 30]}))),
        (Edit(cbor_set=(9,), hex="6178"), changed(lambda m: m.update({9: "x"}))),
        (Edit(cbor_set=(2,), hex="80"), changed(lambda m: m.update({2: []}))),
        (
            Edit(cbor_set=(-1, "tag", 2, "bstr", 5), hex="1903e8"),
            changed(lambda m: m.update({-1: cbor2.CBORTag(18, [b"", {}, cbor2.dumps({5: 1000}), b""])})),
        ),
        (Edit(cbor_delete=(1,)), changed(lambda m: m.pop(1))),
        (Edit(cbor_delete=(2, 0)), changed(lambda m: m.update({2: [{"a": 1}, 30]}))),
        (Edit(cbor_set=(), hex="00"), b"\0"),
    ],
)
def test_edits_of_cbor(edit: Edit, expected: bytes) -> None:
    assert mutate(ITEM, (edit,)) == expected


def test_an_entry_twice() -> None:
    data = cbor2.dumps({1: 2, 3: 4})
    assert mutate(data, (Edit(cbor_duplicate=(3,)),)) == bytes.fromhex("a3 0102 0304 0304")
    assert mutate(cbor2.dumps([1, 2]), (Edit(cbor_duplicate=(0,)),)) == bytes.fromhex("83 01 01 02")


def test_what_an_edit_does_not_name_stays_byte_for_byte() -> None:
    data = bytes.fromhex("a2 1801 1800 02 03")  # heads that are not the shortest
    assert mutate(data, (Edit(cbor_set=(2,), hex="04"),)) == bytes.fromhex("a2 1801 1800 02 04")


@pytest.mark.parametrize(
    "edit",
    [
        Edit(),
        Edit(hex="00"),
        Edit(set=0, cut=1, hex="00"),
        Edit(cut=1, append="00"),
        Edit(set=15, hex="0000"),
        Edit(set=-1, hex="00"),
        Edit(set=0, hex="0"),
        Edit(insert=17, hex="00"),
        Edit(insert=-1, hex="00"),
        Edit(delete=15, size=2),
        Edit(delete=-2, size=1),
        Edit(cut=17),
        Edit(cut=-1),
        Edit(append="zz"),
        Edit(cbor_set=("a",), hex="00"),
        Edit(cbor_delete=(0,)),
        Edit(cbor_duplicate=("tag", 0)),
    ],
)
def test_edits_that_cannot_be_done(edit: Edit) -> None:
    with pytest.raises(RecipeError):
        mutate(DATA, (edit,))


@pytest.mark.parametrize(
    "edit",
    [
        Edit(cbor_delete=(7,)),
        Edit(cbor_duplicate=("nobody",)),
        Edit(cbor_set=(2, 3), hex="00"),
        Edit(cbor_set=(7, 8), hex="00"),
        Edit(cbor_set=(1, 0), hex="00"),
        Edit(cbor_set=(2, "tag"), hex="00"),
    ],
)
def test_edits_of_cbor_that_cannot_be_done(edit: Edit) -> None:
    with pytest.raises(RecipeError):
        mutate(ITEM, (edit,))


# files


def folder(tmp_path: Path, name: str, document: object, data: bytes | None = b"") -> Path:
    inside = tmp_path / name.partition("/")[0]
    inside.mkdir()
    (tmp_path / f"{name}.json").write_text(json.dumps(document))
    if data is not None:
        (tmp_path / f"{name}.bin").write_bytes(data)
    return tmp_path


VALID: dict[str, Any] = {"what": "x", "why": "y", "origin": "generator", "generator": "z", "claims": {}}


def test_a_valid_fixture_with_its_attachment(tmp_path: Path) -> None:
    where = folder(tmp_path, "valid/one", {**VALID, "attachments": {"event-log": "one.log"}}, b"data")
    (where / "valid" / "one.log").write_bytes(b"log")
    (result,) = fixtures.valid(where)
    assert (result.name, result.data, result.attachments) == ("one", b"data", {"event-log": b"log"})
    assert result.part("evidence") == b"data"
    assert result.part("event-log") == b"log"
    assert result.with_part("event-log", b"").attachments == {"event-log": b""}
    assert result.with_part("evidence", b"").data == b""
    with pytest.raises(FixtureError):
        result.part("certificates")


@pytest.mark.parametrize(
    "change",
    [{"wyh": "a slip"}, {"origin": "hardware"}, {"attachments": {"event-log": "../one.bin"}}, {"force": 1}],
)
def test_a_valid_fixture_that_is_not_one(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(FixtureError):
        list(fixtures.valid(folder(tmp_path, "valid/one", {**VALID, **change})))


def test_a_valid_fixture_without_bytes_or_without_its_attachment(tmp_path: Path) -> None:
    where = folder(tmp_path, "valid/one", {**VALID, "attachments": {"event-log": "one.log"}}, None)
    with pytest.raises(FixtureError, match=r"one\.bin"):
        list(fixtures.valid(where))
    (where / "valid" / "one.bin").write_bytes(b"")
    with pytest.raises(FixtureError, match=r"one\.log"):
        list(fixtures.valid(where))


def test_an_empty_folder_has_no_fixtures(tmp_path: Path) -> None:
    assert not [*fixtures.valid(tmp_path), *fixtures.invalid(tmp_path), *fixtures.real(tmp_path)]


def test_a_digest_that_is_none(tmp_path: Path) -> None:
    real = {"what": "x", "source": "y", "licence": "z", "origin": "hardware", "parts": {"evidence": "zz"}}
    with pytest.raises(FixtureError):
        list(fixtures.real(folder(tmp_path, "real/one", real, None)))


@every_type
def test_fixture_files_fit_their_schema(kind: EvidenceType) -> None:
    import jsonschema
    import referencing

    schema = fixture_schema()
    for part, name in (("valid", "Valid"), ("invalid", "Invalid"), ("real", "Real")):
        validator = jsonschema.Draft202012Validator(
            {"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}, registry=referencing.Registry()
        )
        for path in sorted(Path(str(kind.fixtures)).joinpath(part).glob("*.json")):
            errors = [error.message[:200] for error in validator.iter_errors(json.loads(path.read_bytes()))]
            assert errors == [], path


@every_type
def test_fixture_files_are_tidy(kind: EvidenceType) -> None:
    """Every file belongs to a fixture, and says what it is and why."""
    where = Path(str(kind.fixtures))
    for loaded in fixtures.valid(where):
        assert loaded.fixture.what
        assert loaded.fixture.why
        assert (ROOT / loaded.fixture.generator).is_file(), loaded.fixture.generator
    named = {f"{loaded.name}{end}" for loaded in fixtures.valid(where) for end in (".bin", ".json")}
    named |= {file for loaded in fixtures.valid(where) for file in loaded.fixture.attachments.values()}
    assert {path.name for path in (where / "valid").iterdir()} == named
    assert {path.suffix for part in ("invalid", "real") for path in (where / part).glob("*")} <= {".json"}
    for _, recipe in fixtures.invalid(where):
        assert recipe.what
        assert recipe.why


# generators

GENERATORS = sorted(
    path
    for path in (ROOT / "tests" / "generate").glob("*.py")
    if "__main__" in path.read_text(encoding="utf-8") and path.stem != "fleet"
)
"""Those that are commands; others are what they share, and `fleet` makes reports for tests of bulk input."""


def imported(path: Path) -> set[str]:
    """The top names of all that a file imports, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add((node.module or "").partition(".")[0])
    return names


OF_THE_WHOLE = frozenset({"unknown-format", "not-evidence"})
PLACELESS = {"eat/duplicate-member", "eat/json-nan"}
"""The reader of JSON does not say where it met a name twice, or a word that is none."""


@every_type
def test_a_recipe_names_a_place_unless_its_error_is_about_the_whole(kind: EvidenceType) -> None:
    assert kind.fixtures is not None
    for name, recipe in fixtures.invalid(kind.fixtures):
        if recipe.at is None and f"{kind.name}/{name}" not in PLACELESS:
            assert recipe.code in OF_THE_WHOLE or recipe.kind == "oversize", name


def test_generators_do_not_import_the_library() -> None:
    assert GENERATORS
    for path in (ROOT / "tests" / "generate").glob("**/*.py"):
        assert "evidence" not in imported(path), path


@pytest.mark.parametrize("path", GENERATORS, ids=lambda path: path.stem)
def test_a_generator_makes_the_fixtures_that_are_committed(path: Path, tmp_path: Path) -> None:
    module = f"tests.generate.{path.stem}"
    done = subprocess.run(
        [sys.executable, "-m", module, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    made = sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file())
    assert made
    for file in made:
        assert (tmp_path / file).read_bytes() == (ROOT / "fixtures" / file).read_bytes(), file


def test_every_type_has_a_generator() -> None:
    for kind in Registry.builtin():
        for loaded in fixtures.valid(kind.fixtures) if kind.fixtures else ():
            assert ROOT / loaded.fixture.generator in GENERATORS


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("real", "hardware"),
        ("real (2026-06-17 Milan)", "hardware"),
        ("real, tampered by peer", "other-implementation"),
        ("REAL output of an independent implementation", "other-implementation"),
        ("SYNTHETIC (port), layer 0 real", "other-implementation"),
        ("emulator (TF-M)", "emulator"),
        ("spec example", "other-implementation"),
    ],
)
def test_only_what_hardware_made_is_of_hardware(words: str, kind: str) -> None:
    assert origin({"origin": words}) == kind
