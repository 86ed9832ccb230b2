"""The fixtures as plain files: complete, the same each time, and enough to test a reader that knows nothing of ours."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing
from referencing.jsonschema import DRAFT202012

from evidence.authoring import fixtures, mistakes
from evidence.authoring.cases import Case, cases
from evidence.authoring.export import export, row
from evidence.authoring.recipe import mutate
from evidence.authoring.schema import CLAIMS_ID
from evidence.codes import NOTES
from evidence.convert import Failure, parse_all
from evidence.errors import UsageError
from evidence.registry import Registry
from evidence.types import BUILTIN

REGISTRY = Registry.builtin()
ALL = tuple(cases(BUILTIN, REGISTRY))


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "suite"
    assert export(folder, BUILTIN, REGISTRY) == len(ALL)
    return folder


def index(suite: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (suite / "index.jsonl").read_text().splitlines()]


def test_every_fixture_is_a_case_once(suite: Path) -> None:
    names = [
        f"{kind.name}/{folder}/{name}"
        for kind in BUILTIN
        if kind.fixtures is not None
        for folder, known in (
            ("valid", [loaded.name for loaded in fixtures.valid(kind.fixtures)]),
            ("invalid", [name for name, _ in fixtures.invalid(kind.fixtures)]),
        )
        for name in known
    ]
    assert [line["id"] for line in index(suite)] == names
    assert len(set(names)) == len(names) > 700


def test_a_case_is_whole_and_a_file_is_of_one_case(suite: Path) -> None:
    known = {"README.md", "index.jsonl", "flags.json", "version.json", "schemas/claims.schema.json"}
    known |= {f"schemas/{kind.name}.schema.json" for kind in BUILTIN}
    for line in index(suite):
        data = (suite / line["file"]).read_bytes()
        assert (sha256(data).hexdigest(), len(data)) == (line["sha256"], line["size"])
        assert ("claims" in line, "error" in line) == (line["result"] == "valid", line["result"] == "invalid")
        assert line["what"]
        assert line["why"]
        assert line["spec"]
        assert line["mistakes"] == [mistakes.sentence(flag) for flag in line["flags"]]
        assert line["mistakes"]
        files = {line["file"], *line.get("attachments", {}).values()}
        assert not files & known
        known |= files
    assert {str(path.relative_to(suite)) for path in suite.rglob("*") if path.is_file()} == known


def test_recipes_are_carried_out(suite: Path) -> None:
    """Each invalid file is the valid one after its edits, and what the index says is what comes out of it."""
    lines = {line["id"]: line for line in index(suite)}
    for kind in BUILTIN:
        assert kind.fixtures is not None
        for name, recipe in fixtures.invalid(kind.fixtures):
            line = lines[f"{kind.name}/invalid/{name}"]
            part = {"evidence": line["file"], **line.get("attachments", {})}[recipe.part]
            origin = lines[f"{kind.name}/valid/{recipe.origin_of}"]
            before = {"evidence": origin["file"], **origin.get("attachments", {})}[recipe.part]
            assert (suite / part).read_bytes() == mutate((suite / before).read_bytes(), recipe.edits)


def test_the_index_alone_tells_how_a_case_is_read(suite: Path) -> None:
    for line in index(suite):
        items = parse_all(
            (suite / line["file"]).read_bytes(),
            type=line["type"] if line.get("forced") else None,
            options=line.get("options"),
            attachments={
                kind: (suite / file).read_bytes() for kind, file in line.get("attachments", {}).items()
            },
        )
        errors = [item.error.code for item in items if isinstance(item, Failure)]
        assert errors[:1] == ([line["error"]["code"]] if "error" in line else []), line["id"]


def test_the_claims_of_cases_fit_the_schema_beside_them(suite: Path) -> None:
    schemas = {path.name: json.loads(path.read_text()) for path in (suite / "schemas").iterdir()}
    claims = DRAFT202012.create_resource(schemas["claims.schema.json"])
    known: Any = referencing.Registry().with_resource(CLAIMS_ID, claims)
    for kind in BUILTIN[:2]:
        validator = jsonschema.Draft202012Validator(schemas[f"{kind.name}.schema.json"], registry=known)
        for line in index(suite):
            if line["type"] == kind.name and "claims" in line:
                assert validator.is_valid(line["claims"]), line["id"]


def test_nothing_is_null(suite: Path) -> None:
    def values(value: object) -> list[object]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [value, *(deeper for item in inner for deeper in values(item))]

    assert all(item is not None for line in index(suite) for item in values(line))


def test_the_version_names_the_bytes(suite: Path) -> None:
    head = json.loads((suite / "version.json").read_text())
    assert head["index_sha256"] == sha256((suite / "index.jsonl").read_bytes()).hexdigest()
    assert sum(sum(counts.values()) for counts in head["cases"].values()) == len(ALL)
    flags = json.loads((suite / "flags.json").read_text())
    assert {flag for line in index(suite) for flag in line["flags"]} == set(flags)


def test_the_same_fixtures_give_the_same_bytes(suite: Path, tmp_path: Path) -> None:
    export(tmp_path / "again", BUILTIN, REGISTRY)

    def content(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }

    assert content(tmp_path / "again") == content(suite)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    for folder in (tmp_path, tmp_path / "mine"):
        with pytest.raises(UsageError, match="nothing is overwritten"):
            export(folder, BUILTIN, REGISTRY)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_readme_explains_every_member(suite: Path) -> None:
    text = (suite / "README.md").read_text()
    for member in {name for line in index(suite) for name in line}:
        assert f"`{member}`" in text, member


def test_every_flag_has_a_sentence_and_a_case() -> None:
    shown = {flag for case in ALL for flag in case.flags}
    for flag in shown | set(mistakes.ALL) | {f"note:{code}" for code in NOTES}:
        assert mistakes.sentence(flag).endswith("."), flag
    assert set(mistakes.ALL) <= shown


def test_a_flag_is_of_what_the_claims_show() -> None:
    by_id: dict[str, Case] = {case.id: case for case in ALL}
    turin = next(case for case in by_id.values() if "turin" in case.id and case.claims)
    assert {"fields", "tcb-layout"} <= set(turin.flags)
    assert "debug" in by_id["amd-sev-snp/valid/v3-debug-migratable"].flags
    assert "migration" in by_id["amd-sev-snp/valid/v3-debug-migratable"].flags
    assert "tcb-unknown" in by_id["amd-sev-snp/valid/v2-unknown-product"].flags
    assert row(turin)["mistakes"]
