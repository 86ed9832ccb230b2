"""CONTRIBUTING is right: what it says of adding a field is done, in a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SECTION = re.compile(r"## How to add a field to a type\n(.*?)\n## ", re.DOTALL)
STEP = re.compile(r"```diff (?P<file>\S+)\n(?P<diff>.*?)```|`(?P<command>python -m [^`]+)`", re.DOTALL)
COPIED = ("evidence", "tests/__init__.py", "tests/generate", "fixtures", "schemas", "docs")


class Step(NamedTuple):
    """One step: a file with what is there and what is to be there, or a command."""

    file: str = ""
    old: str = ""
    new: str = ""
    command: str = ""


def steps() -> Iterator[Step]:
    (text,) = SECTION.findall((ROOT / "CONTRIBUTING.md").read_text())
    for item in STEP.finditer(text):
        if item["command"]:
            yield Step(command=item["command"])
        else:
            lines = item["diff"].splitlines(keepends=True)
            old = "".join(line[1:] for line in lines if line[0] in " -")
            yield Step(item["file"], old, "".join(line[1:] for line in lines if line[0] in " +"))


class Copy:
    """A copy of the repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                shutil.copy(ROOT / name, folder / name)
            else:
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("EVIDENCE_CORPUS", None)
        environment.pop("COVERAGE_PROCESS_START", None)
        return subprocess.run(
            (sys.executable, *arguments),
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def do(self, step: Step) -> None:
        if step.command:
            done = self.run(*step.command.split()[1:])
            assert done.returncode == 0, done.stderr
            return
        path = self.folder / step.file
        text = path.read_text()
        assert text.count(step.old) == 1, f"{step.file} has not just one place like\n{step.old}"
        path.write_text(text.replace(step.old, step.new))

    def conformance(self) -> tuple[int, str]:
        done = self.run("-m", "evidence", "conformance", "amd-sev-snp")
        return done.returncode, done.stdout + done.stderr


@pytest.mark.no_cover  # in processes of their own
def test_a_field_is_added_as_contributing_says(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    layout, mapping, *rest = steps()
    assert [step.file for step in (layout, mapping)] == [
        f"evidence/types/snp/{name}.py" for name in ("layout", "mapping")
    ]
    assert len({step.file for step in (layout, mapping, *rest) if step.file}) == 4
    copy.do(layout)
    code, text = copy.conformance()
    assert code
    assert "no row says what becomes of launch_seed" in text
    copy.do(mapping)
    code, text = copy.conformance()
    assert code
    assert "/environments/platform/values/launch_seed/name: 'launch_seed' is not one of" in text
    for step in rest:
        copy.do(step)
    code, text = copy.conformance()
    assert (code, "admitted" in text) == (0, True), text
