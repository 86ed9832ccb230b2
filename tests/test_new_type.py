"""A new type as a package of its own: what is written, what the gate then asks for, and that this is enough."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from evidence.authoring.new_type import new_type
from evidence.authoring.plugins import unproven, with_plugins
from evidence.cli.commands import commands
from evidence.errors import NotAdmitted, UsageError
from evidence.registry import EvidenceType, Registry
from evidence.testing import main
from tests.conftest import forget
from tests.plugin import EXAMPLE, EXAMPLES, metadata

REGISTRY = Registry.builtin()
CLASSES = (
    *("duplicate-key", "length-overflow", "oversize", "reserved-bytes"),
    *("trailing", "truncated", "wrong-magic", "wrong-version"),
)
TO_DO = (
    "schema: there is none",
    "fixtures: 0 valid ones, at least 2 are needed",
    "fixtures: no valid one shows version 1",
    *(f"invalid/{name}: made from 'plain', which is no valid fixture" for name in CLASSES),
    "SPEC.md: the type names no reference",
)
"""All that the gate says of a package that nobody has touched."""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new package for a type `tiny`, installed; its folder."""
    folder = tmp_path / "tiny"
    new_type("tiny", folder, REGISTRY)
    metadata(folder, "tiny-evidence", {"tiny": "tiny_evidence"})
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    forget("tiny_evidence")


def reasons() -> tuple[str, ...]:
    with pytest.raises(NotAdmitted) as caught:
        with_plugins(REGISTRY, ("tiny",))
    return caught.value.reasons


def test_a_new_package_lacks_its_format_and_nothing_else(package: Path) -> None:
    assert package.is_dir()
    assert reasons() == TO_DO
    kind, _ = unproven(REGISTRY, "tiny")
    assert (kind.name, kind.identify(b""), kind.identify(b"TINY")) == ("tiny", None, None)


def test_the_command_says_what_is_to_be_done(package: Path) -> None:
    done = CliRunner().invoke(commands, ["--plugin", "tiny", "types"])
    assert done.exit_code == 2
    assert done.stderr.splitlines() == [
        "evidence: tiny is not admitted:",
        *(f"  - {line}" for line in TO_DO),
    ]


def test_each_step_of_the_readme_takes_its_reasons_away_until_the_type_is_admitted(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inside, format_of = package / "tiny_evidence", EXAMPLE.glob("*.py")
    for module in format_of:  # 1 and 2: the tables, and what reads by them
        shutil.copy(module, inside / module.name)
    forget("tiny_evidence")
    assert set(reasons()) == {
        *TO_DO[:-1],
        "SPEC.md: does not name TINY 1",
        "inapplicable: duplicate-key is none of the classes that there must be, or a fixture shows it",
    }
    shutil.copy(EXAMPLES / "tiny" / "tests" / "generate.py", package / "tests")  # 3
    subprocess.run([sys.executable, package / "tests" / "generate.py"], check=True)
    assert main(["record", "tiny"]) == 0  # 4
    assert capsys.readouterr().out.splitlines() == [
        f"recorded {name}" for name in ("valid/plain", "valid/zero-digest", "tiny.schema.json")
    ]
    left = reasons()
    assert [reason.split(":")[0] for reason in left] == [
        *("inapplicable", "invalid/duplicate-key", "invalid/length-overflow", "invalid/reserved-bytes"),
        *("invalid/trailing", "invalid/truncated", "invalid/wrong-version", "SPEC.md"),
    ]
    shutil.rmtree(inside / "fixtures" / "invalid")  # 5
    shutil.copytree(EXAMPLE / "fixtures" / "invalid", inside / "fixtures" / "invalid")
    assert reasons() == ("SPEC.md: does not name TINY 1",)
    shutil.copy(EXAMPLE / "SPEC.md", inside)  # 6
    assert "tiny" in with_plugins(REGISTRY, ("tiny",))
    for made in ("fixtures/valid/plain.json", "fixtures/valid/plain.bin", "tiny.schema.json"):
        assert (inside / made).read_bytes() == (EXAMPLE / made).read_bytes()


def test_the_example_is_such_a_package(package: Path) -> None:
    """What the format does not decide is as it was written."""
    for name in ("pyproject.toml", "tests/test_conformance.py", "tiny_evidence/py.typed"):
        assert (package / name).read_bytes() == (EXAMPLES / "tiny" / name).read_bytes()
    here, there = (
        {str(path.relative_to(folder)) for path in folder.rglob("*.py")}
        for folder in (package, EXAMPLES / "tiny")
    )
    assert here == there


def test_a_new_package_is_as_our_own_code_is(tmp_path: Path) -> None:
    folder = tmp_path / "acme-report"
    new_type("acme-report", folder, REGISTRY)
    ruff = (sys.executable, "-m", "ruff")
    rules = "--config", str(EXAMPLES.parent / "pyproject.toml"), "--no-cache"
    for words in (("check", *rules, "--ignore", "INP001,S101,I001"), ("format", "--check", *rules)):
        done = subprocess.run([*ruff, *words, folder], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    assert "acme_report_evidence" in (folder / "pyproject.toml").read_text()


def test_recipes_of_a_new_package_are_one_of_each_class(package: Path) -> None:
    recipes = sorted((package / "tiny_evidence" / "fixtures" / "invalid").glob("*.json"))
    assert tuple(path.stem for path in recipes) == CLASSES
    for path in recipes:
        recipe = json.loads(path.read_text())
        assert (recipe["kind"], recipe["origin_of"]) == (path.stem, "plain")


@pytest.mark.parametrize(
    "name", ["", "Acme", "acme_report", "acme-", "-acme", "1acme", "a b", "../acme", "amd-sev-snp"]
)
def test_a_name_that_no_type_can_have(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        new_type(name, tmp_path / "new", REGISTRY)
    assert not (tmp_path / "new").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    (tmp_path / "plain").write_text("mine")
    for there in (tmp_path / "full", tmp_path / "plain"):
        with pytest.raises(UsageError):
            new_type("acme", there, REGISTRY)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["file"]


def test_the_command_writes_into_a_folder_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(commands, ["new-type", "acme-report"])
    assert done.exit_code == 0, done.stderr
    assert "acme-report: pip install --editable acme-report" in done.stderr
    monkeypatch.syspath_prepend(str(tmp_path / "acme-report"))
    assert import_module("acme_report_evidence").TYPE.name == "acme-report"
    forget("acme_report_evidence")
    assert CliRunner().invoke(commands, ["new-type", "acme-report"]).exit_code == 2


def test_the_page_shows_what_the_gate_says_and_names_members_that_there_are() -> None:
    page = (EXAMPLES.parent / "docs" / "adding-a-type.md").read_text()
    shown = re.findall(r"^  - (.+)$", page, re.MULTILINE)
    assert len(shown) == 5
    assert set(shown) <= {*TO_DO}
    table = page.split("## What the descriptor says")[1]
    members = {
        word
        for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
        for word in re.findall(r"`(\w+)`", row)
    }
    assert members > {"name", "identify", "inapplicable"}
    assert members <= set(EvidenceType.__struct_fields__)
