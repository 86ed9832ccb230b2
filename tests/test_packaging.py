"""Schemas and fixtures are found from a built wheel, from an editable install and in a plain checkout. Offline."""

from __future__ import annotations

import email
import importlib.metadata
import json
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from evidence import __version__
from evidence.types import BUILTIN
from release import __main__ as command
from release import sbom
from release.build import build, copy_of, different

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
    (result,) = target.glob("*.whl")
    return result


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
    template = "evidence/authoring/template/"  # a package for a new type, whose tests are texts here
    rest = {name for name in own if not name.startswith(template)}
    assert not [name for name in own if name.endswith(".pyc")] + [name for name in rest if "/tests/" in name]


def test_another_place_clock_language_and_umask_give_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    build(copy_of(ROOT, tmp_path / "elsewhere"), again, apart=True)
    assert different(wheel.parent, again) == []
    (built,) = again.glob("*.whl")
    built.write_bytes(built.read_bytes() + b"\n")
    assert different(wheel.parent, again) == [wheel.name]


def test_the_source_distribution_has_the_documentation_and_all_that_it_is_made_of(wheel: Path) -> None:
    (archive,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        names = {name.partition("/")[2] for name in files.getnames()}
    for folder in ("docs", "examples", "policies"):
        wanted = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        }
        assert wanted <= names
    assert {"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE", "mkdocs.yml"} <= names


def test_links_of_the_description_lead_somewhere_from_an_index_of_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    text = str(metadata.get_payload())
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    urls = dict(line.split(", ", 1) for line in metadata.get_all("Project-URL", []))
    assert {"Repository", "Documentation", "Changelog", "Issues", "Security"} == set(urls)
    assert len(targets) > 5
    for target in targets:
        assert target.startswith((f"{urls['Repository']}/", "#", "https://")), target
        inside = target.removeprefix(f"{urls['Repository']}/").partition("#")[0]
        if inside != target.partition("#")[0]:
            kind, branch, path = inside.split("/", 2)
            assert branch == "main"
            assert (ROOT / path).is_dir() if kind == "tree" else (ROOT / path).is_file()


def test_the_bill_of_materials_names_what_is_required_and_what_is_shipped() -> None:
    bill = sbom.document(ROOT)
    assert sbom.render(ROOT) == sbom.render(ROOT)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    parts = {part["name"]: part for part in bill["components"]}
    required = {
        name for name, part in parts.items() if part["scope"] == "required" and part["type"] == "library"
    }
    names = {re.split(r"[^\w-]", line)[0] for line in project["dependencies"]}
    assert names <= required
    assert {"asn1crypto", "cryptography", "jwcrypto", "pycose"} <= parts.keys() - required
    assert not {"pytest", "mypy", "hatchling", "mkdocs-material"} & parts.keys()
    for name, part in parts.items():
        if part["type"] == "library":
            assert part["version"] == importlib.metadata.version(name)
    anchors = {path.relative_to(ROOT).as_posix() for path in (ROOT / "evidence/verify/anchors").glob("*.der")}
    assert {name for name, part in parts.items() if part["type"] == "file"} == anchors
    for name in anchors:
        assert parts[name]["hashes"] == [
            {"alg": "SHA-256", "content": sha256((ROOT / name).read_bytes()).hexdigest()}
        ]
    references = {part["bom-ref"] for part in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    edges = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    assert set(edges) <= references
    assert {reference for targets in edges.values() for reference in targets} <= references


def test_the_bill_of_materials_has_no_hole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sbom, "requirements", lambda _: {"no-such-library"})
    with pytest.raises(SystemExit, match="no-such-library is required and not installed"):
        sbom.document(ROOT)


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


def test_the_command_writes_digests_and_tells_other_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = [b"first"]

    def built(_: Path, folder: Path, **__: bool) -> list[Path]:
        folder.mkdir(exist_ok=True)
        path = folder / "evidence-1.tar.gz"
        path.write_bytes(content[0])
        return [path]

    monkeypatch.setattr(command, "build", built)
    monkeypatch.setattr(command, "copy_of", lambda root, _: root)
    assert command.main([str(tmp_path)]) == 0
    lines = dict(line.split("  ")[::-1] for line in (tmp_path / "SHA256SUMS").read_text().splitlines())
    assert lines == {
        name: sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in ("evidence-1.cdx.json", "evidence-1.tar.gz")
    }
    assert command.main(["--check", str(tmp_path)]) == 0
    content[0] = b"second"
    assert command.main(["--check", str(tmp_path)]) == 1
    assert capsys.readouterr().out.endswith("evidence-1.tar.gz: other bytes\n")
