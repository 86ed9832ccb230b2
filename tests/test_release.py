"""Freezing the schemas of a release: all of them, and never over one that readers would miss something of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from docs import pages
from docs.release import freeze
from evidence.authoring.gate import ADMIT
from evidence.authoring.gate.brought import duty_3_real, duty_8_compatible
from evidence.authoring.gate.proof import Proof
from evidence.authoring.gate.valid import duty_4_valid
from evidence.authoring.release import differences, misnamed, names, since
from evidence.cli.commands import commands
from evidence.registry import Deprecated, Registry
from evidence.types import BUILTIN

KIND = BUILTIN[0]


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / f"{KIND.name}.schema.json"
    schema = json.loads(path.read_text())
    change(schema)
    path.write_text(json.dumps(schema))


def test_every_schema_is_frozen(tmp_path: Path) -> None:
    assert freeze(tmp_path) == 0
    for kind in BUILTIN:
        assert kind.schema is not None
        assert (tmp_path / f"{kind.name}.schema.json").read_bytes() == kind.schema.read_bytes()
    assert freeze(tmp_path) == 0


def guest(schema: dict[str, Any]) -> dict[str, Any]:
    environment: dict[str, Any] = schema["$defs"]["guest"]
    return environment


BREAKS: list[tuple[Callable[[dict[str, Any]], object], str, str]] = [
    (lambda s: s["properties"].update(more={"type": "string"}), "/more", "removed"),
    (lambda s: guest(s)["required"].remove("id"), "/environments/guest", "newly-required"),
    (
        lambda s: guest(s)["properties"]["debug"]["enum"].append("perhaps"),
        "/environments/guest/debug",
        "narrowed",
    ),
    (lambda s: s["properties"]["certificates"].update(maxItems=99), "/certificates", "narrowed"),
    (lambda s: s["properties"]["environments"].update(type="object"), "/environments", "retyped"),
]
"""What the last release had, and the schema of now has not: where that is, and how it breaks a reader."""


@pytest.mark.parametrize(("change", "path", "sort"), BREAKS)
def test_what_breaks_a_reader_is_told_with_its_path_and_never_frozen(
    tmp_path: Path,
    change: Callable[[dict[str, Any]], object],
    path: str,
    sort: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    freeze(tmp_path)
    edit(tmp_path, change)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    (broken,) = (item for item in since(Registry.builtin(), tmp_path) if item.breaks)
    assert (broken.type, broken.path, broken.sort) == (KIND.name, path, sort)
    assert freeze(tmp_path) == 1
    assert f"{KIND.name}: {path}: " in capsys.readouterr().out
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    released = replace(KIND, released=tmp_path / f"{KIND.name}.schema.json")
    reasons = list(duty_8_compatible(Proof(released, Registry.builtin(), ADMIT)))
    assert reasons == [f"schema: not compatible with the one last released: {broken}"]
    result = CliRunner().invoke(commands, ["registry", "check", "--against", str(tmp_path)])
    assert result.exit_code == 1
    assert f"BREAKS {KIND.name}: {broken}" in result.stdout


@pytest.mark.parametrize(("change", "path", "sort"), BREAKS)
def test_the_other_way_round_it_only_adds(
    change: Callable[[dict[str, Any]], object], path: str, sort: str
) -> None:
    assert KIND.schema is not None
    now = json.loads(KIND.schema.read_bytes())
    later = json.loads(KIND.schema.read_bytes())
    change(later)
    entries = list(differences(KIND.name, now, later))
    assert [difference.path for difference in entries] == [path]
    assert entries[0].breaks == (sort == "retyped")


def test_a_new_major_may_be_anything() -> None:
    assert KIND.schema is not None
    now = json.loads(KIND.schema.read_bytes())
    entries = list(differences(KIND.name, now, {"$id": "another"}))
    assert [(difference.sort, difference.breaks) for difference in entries] == [("new-major", False)]


def test_a_descriptor_that_says_less_breaks_readers(tmp_path: Path) -> None:
    less = replace(KIND, media_types=(), title="Another title")
    freeze(tmp_path)
    registry = Registry._of(less if kind.name == KIND.name else kind for kind in BUILTIN)
    entries = list(since(registry, tmp_path))
    assert {(one.path, one.sort) for one in entries} == {("media_types", "removed"), ("title", "reworded")}
    registry = Registry._of(kind for kind in BUILTIN if kind.name != KIND.name)
    assert [one.what for one in since(registry, tmp_path)] == ["the type is no longer there"]


def test_every_name_is_kept_and_none_is_reused() -> None:
    assert {kind.name for kind in BUILTIN} <= {known.name for known in names()}
    assert [reason for kind in BUILTIN for reason in misnamed(kind)] == []
    other = replace(KIND, change_controller="somebody else")
    assert list(duty_8_compatible(Proof(other, Registry.builtin(), ADMIT))) == [
        f"name: {next(misnamed(other))}"
    ]


def test_a_deprecated_type_says_what_replaces_it_and_its_documents_do_not_change() -> None:
    old = replace(KIND, deprecated=Deprecated("0.2.0", "Nobody has it any more.", "intel-tdx"))
    assert list(duty_8_compatible(Proof(old, Registry.builtin(), ADMIT))) == []
    page = pages.page(old)
    assert "since 0.2.0: Nobody has it any more. [intel-tdx](intel-tdx.md) replaces it." in page
    assert list(duty_4_valid(Proof(old, Registry._of((old, *BUILTIN[1:])), ADMIT))) == []
    lost = replace(KIND, deprecated=Deprecated("0.2.0", "Nobody has it.", "no-such"))
    assert "no-such instead" in next(duty_8_compatible(Proof(lost, Registry.builtin(), ADMIT)))


def test_a_type_that_loses_its_last_independent_sample_is_provisional(tmp_path: Path) -> None:
    """A sample that must be refused shows nothing of how evidence is read."""
    proof = Proof(KIND, Registry.builtin(), ADMIT)
    assert list(duty_3_real(proof)) == []
    proof.real = tuple((name, replace(entry, code="truncated")) for name, entry in proof.real)
    assert "without one it is provisional" in next(duty_3_real(proof))
    proof.kind = replace(KIND, status="provisional")
    assert list(duty_3_real(proof)) == []
