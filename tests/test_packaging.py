"""Schemas and fixtures are found from a built wheel, from an editable install and in a plain checkout. Offline."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from evidence import __version__
from evidence.types import BUILTIN

ROOT = Path(__file__).parents[1]
DEPENDENCIES = sysconfig.get_path("purelib")
"""Where this environment has the libraries that a new one borrows."""
SAMPLE = ROOT / "fixtures" / "amd-sev-snp" / "valid" / "v3-milan.bin"
WHERE = (
    "import evidence.files as f; print(f.__file__); print(f.shared('schemas')); print(f.shared('fixtures'))"
)


def run(*command: object, cwd: Path, env: dict[str, str] | None = None) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def environment(folder: Path) -> Path:
    """A new environment with the dependencies and without the library; its Python."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    site = Path(
        run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    )
    # a path that a .pth file names is no site: the .pth of an editable install there is not read
    (site / "dependencies.pth").write_text(f"{DEPENDENCIES}\n")
    missing = subprocess.run(
        [python, "-c", "import evidence.convert"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert "ModuleNotFoundError" in missing.stderr
    return python


def install(python: Path, *what: object) -> None:
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index")
    run(*pip, "--no-build-isolation", "--disable-pip-version-check", *what, cwd=python.parent)


def proves_itself(python: Path, cwd: Path, env: dict[str, str] | None = None) -> None:
    """Converts, checks against its schema, and is admitted with its fixtures."""
    document = json.loads(run(python, "-m", "evidence", "convert", "--check", SAMPLE, cwd=cwd, env=env))
    assert document["evidence"]["type"] == "amd-sev-snp"
    admitted = run(python, "-m", "evidence", "conformance", "amd-sev-snp", cwd=cwd, env=env)
    assert admitted.startswith("amd-sev-snp: admitted;")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EVIDENCE_CORPUS", "PYTHONPATH", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, so that both are whole."""
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", target, ROOT, cwd=target)
    assert (target / f"attestation_evidence-{__version__}.tar.gz").is_file()
    (found,) = target.glob("*.whl")
    return found


def test_the_wheel_holds_what_belongs_to_it_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    own = {name for name in names if name.startswith("evidence/")}
    assert {name.split("/")[0] for name in names - own} == {f"attestation_evidence-{__version__}.dist-info"}
    for folder in ("schemas", "fixtures"):
        files = {
            f"evidence/{path.relative_to(ROOT)}" for path in (ROOT / folder).rglob("*") if path.is_file()
        }
        assert files <= own
    assert {"evidence/py.typed", "evidence/inspect/page.css", "evidence/inspect/page.js"} <= own
    specs = {
        f"evidence/{path.relative_to(ROOT / 'evidence')}" for path in (ROOT / "evidence").rglob("SPEC.md")
    }
    assert len(specs) == len(BUILTIN)
    assert specs <= own
    assert not [name for name in own if name.endswith(".pyc") or ("/tests/" in name and name.endswith(".py"))]


def test_an_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "new")
    install(python, wheel)
    package, schemas, fixtures = map(Path, run(python, "-c", WHERE, cwd=tmp_path).split())
    assert package.is_relative_to(tmp_path)
    assert (schemas, fixtures) == (package.parent / "schemas", package.parent / "fixtures")
    command = python.parent / "evidence"
    assert __version__ in run(command, "--version", cwd=tmp_path)
    assert json.loads(run(command, "convert", SAMPLE, cwd=tmp_path))["evidence"]["size"] == 1184
    run(command, "new-type", "acme-report", cwd=tmp_path)  # its templates are in the wheel
    assert (tmp_path / "acme-report" / "acme_report_evidence" / "layout.py").is_file()
    proves_itself(python, tmp_path)


def test_an_editable_install(tmp_path: Path) -> None:
    python = environment(tmp_path / "new")
    install(python, "--editable", ROOT)
    package, schemas, fixtures = map(Path, run(python, "-c", WHERE, cwd=tmp_path).split())
    assert (package, schemas, fixtures) == (
        ROOT / "evidence" / "files.py",
        ROOT / "schemas",
        ROOT / "fixtures",
    )
    proves_itself(python, tmp_path)


def test_a_plain_checkout(tmp_path: Path) -> None:
    python = environment(tmp_path / "new")
    env = {"PYTHONPATH": str(ROOT)}
    _, schemas, fixtures = map(Path, run(python, "-c", WHERE, cwd=tmp_path, env=env).split())
    assert (schemas, fixtures) == (ROOT / "schemas", ROOT / "fixtures")
    proves_itself(python, tmp_path, env)
