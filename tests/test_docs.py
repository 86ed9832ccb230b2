"""Pages that are made from the code are current, and what people write about commands is so."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from docs import generate
from docs.markdown import section, table
from evidence.cli import COMMANDS
from evidence.registry import EvidenceType
from evidence.types import BUILTIN
from tests.builtin import every_type

ROOT = Path(__file__).parents[1]
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")})


def test_pages_and_schemas_are_current() -> None:
    assert [str(path.relative_to(ROOT)) for path in generate.stale()] == [], "make docs"


def test_a_page_that_is_not_current_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    assert generate.main(check=True) == 1
    assert generate.main(check=False) == 0
    assert generate.main(check=True) == 0
    (tmp_path / "docs" / "types" / "amd-sev-snp.md").write_text("old")
    (tmp_path / "docs" / "types" / "gone.md").write_text("of a type that there is no more")
    assert len(generate.stale()) == 2
    assert generate.main(check=True) == 1
    assert generate.main(check=False) == 0
    assert generate.stale() == {}


def test_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@every_type
def test_a_types_page_says_what_a_reader_looks_for(kind: EvidenceType) -> None:
    text = (ROOT / "docs" / "types" / f"{kind.name}.md").read_text()
    for reference in kind.references:
        assert reference.name in text
    for title in ("References", "Claims", "Refused", "Structures", "Examples"):
        assert f"\n## {title}\n" in text
    for option in kind.options.__struct_fields__:
        assert f"`{option}`" in text


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "command-line.md").read_text()
    assert re.findall(r"^## `(.+)`$", text, re.MULTILINE) == [
        "evidence",
        *(f"evidence {name}" for name in COMMANDS),
    ]
    for option in ("--native", "--strict", "--check", "--no-identifiers", "--corpus", "--plugin"):
        assert option in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_pages_show_exist(page: Path) -> None:
    shown = re.findall(r"^(?: {4}|    \$ )evidence ([a-z]+)\b", page.read_text(), re.MULTILINE)
    assert set(shown) <= set(COMMANDS)


def test_the_example_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    sample = ROOT / "fixtures" / "amd-sev-snp" / "valid" / "v3-milan.bin"
    (tmp_path / "report.bin").write_bytes(sample.read_bytes())
    monkeypatch.chdir(tmp_path)
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("unknown-format 3 bytes beginning 2e2e2e: not recognised")


def test_the_demo_shows_every_type() -> None:
    demo = str(ROOT / "examples" / "demo.py")
    done = subprocess.run([sys.executable, demo], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    shown = runpy.run_path(demo)["SHOWN"]
    assert set(shown) == {kind.name for kind in BUILTIN}
    for kind in BUILTIN:
        assert f"== {kind.title}: {kind.name} version " in done.stdout
        assert (ROOT / "fixtures" / kind.name / "valid" / f"{shown[kind.name]}.json").exists()


def test_markdown() -> None:
    assert table(("a", "b"), []) == ""
    assert table(("a", "b"), [(1, "x|y")]) == "| a | b |\n| --- | --- |\n| 1 | x\\|y |\n"
    assert section("T", "", "") == ""
    assert section("T", "one\n", "", "two") == "## T\n\none\n\ntwo\n\n"
