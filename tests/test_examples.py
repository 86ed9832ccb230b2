"""The example types are distributions of others: installed, admitted, tested by themselves, made of public names alone."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evidence.authoring import fixtures
from evidence.authoring.conformance import _real
from evidence.authoring.plugins import unproven
from evidence.convert import Evidence, parse
from evidence.errors import NotAdmitted
from evidence.input import Input
from evidence.registry import Body, EvidenceType, Registry
from evidence.verify import Trust, verify
from tests.conftest import CORPUS, forget
from tests.plugin import EXAMPLES, metadata
from tests.test_packaging import ROOT, environment, install, run

TYPES = ("tiny", "aws-nitro")
NITRO = EXAMPLES / "aws-nitro" / "aws_nitro_evidence"
PUBLISHED = "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b"
"""SHA-256 of the root certificate that AWS publishes for its commercial regions."""
SAMPLES = (
    sorted(CORPUS.glob("wrappers/dstack/nitro_*.bin")) if CORPUS else []
)  # by which tests over samples do not exist without them
at_hand = pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)


@pytest.fixture
def nitro(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """The built-in types and that of Nitro, which `test_they_are_installed_admitted_and_tested` admits."""
    site = tmp_path / "site"
    site.mkdir()
    metadata(site, "aws-nitro-evidence", {"aws-nitro": "aws_nitro_evidence"})
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.syspath_prepend(str(NITRO.parent))
    _, registry = unproven(Registry.builtin(), "aws-nitro")
    yield registry
    forget("aws_nitro_evidence")


def document(name: str = "plain") -> bytes:
    return (NITRO / "fixtures" / "valid" / f"{name}.bin").read_bytes()


def checked(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((NITRO / "fixtures" / "verify" / f"{name}.json").read_text())
    return content


# as distributions


def targets(path: Path) -> Iterator[str]:
    """What a file imports: of `from a import b` both `a` and `a.b`, as the one or the other is the module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("name", TYPES)
def test_a_type_from_outside_needs_public_names_alone(name: str) -> None:
    module = f"{name.replace('-', '_')}_evidence"
    files = [*(EXAMPLES / name / module).glob("*.py")]
    assert len(files) >= 7
    for file in files:
        own = [target for target in targets(file) if target.split(".")[0] == "evidence"]
        for target in own:
            assert not [part for part in target.split(".") if part.startswith("_")], (file.name, target)
            assert target.split(".")[1] not in {"types", "authoring", "cli", "verify"}, (file.name, target)
    for file in (EXAMPLES / name / "tests").glob("*.py"):
        if not file.name.startswith(
            "test_"
        ):  # what makes fixtures and facts knows neither the library nor the type
            assert not [t for t in targets(file) if t.split(".")[0] in {"evidence", module}], file.name


@pytest.mark.parametrize("name", TYPES)
def test_a_generator_gives_the_bytes_that_are_there(name: str, tmp_path: Path) -> None:
    copy = tmp_path / name
    shutil.copytree(EXAMPLES / name, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for old in copy.rglob("valid/*.bin"):
        old.unlink()
    subprocess.run([sys.executable, copy / "tests" / "generate.py"], check=True)
    made = {path.relative_to(copy): path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert len(made) > 20
    for path, content in made.items():
        assert (EXAMPLES / name / path).read_bytes() == content, path


@pytest.mark.no_cover  # in processes of their own
def test_they_are_installed_admitted_and_tested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pip, offline; and so is a package that nobody has filled in, which is refused."""
    for variable in ("PYTHONPATH", "EVIDENCE_CORPUS", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        monkeypatch.delenv(variable, raising=False)
    python = environment(tmp_path / "new")
    new = tmp_path / "acme-report"
    run(sys.executable, "-m", "evidence", "new-type", "acme-report", "--to", new, cwd=ROOT)
    sources = []
    for name in TYPES:
        copy = tmp_path / name
        shutil.copytree(EXAMPLES / name, copy, ignore=shutil.ignore_patterns("__pycache__"))
        sources.append(copy)
    install(python, *(word for folder in (ROOT, *sources, new) for word in ("--editable", folder)))
    plugins = [word for name in TYPES for word in ("--plugin", name)]
    claims = json.loads(  # which admits both
        run(python, "-m", "evidence", *plugins, "convert", NITRO / "fixtures/valid/debug.bin", cwd=tmp_path)
    )
    assert (claims["evidence"]["type"], claims["target"]["debug"]) == ("aws-nitro", "enabled")
    test = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    for folder, more in zip(sources, ((), ("-p", "evidence.pytest_plugin")), strict=True):  # named or not
        assert "1 passed" in run(python, *test, *more, cwd=folder)
    words = [str(python), "-m", "evidence", "--plugin", "acme-report", "types"]
    refused = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "acme-report is not admitted:\n  - schema: there is none\n" in refused.stderr
    failed = subprocess.run([str(python), *test], cwd=new, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert "acme-report is not admitted" in failed.stdout


# Nitro


def test_a_document_is_known_without_the_plugin_and_not_read() -> None:
    with pytest.raises(ValueError, match="Nitro"):
        parse(document())


@pytest.mark.parametrize("form", [bytes.hex, lambda data: b"\0\2" + scale(len(data)) + data + bytes(400)])
def test_a_document_is_found_in_carriers(nitro: Registry, form: Any) -> None:
    wrapped = form(document())
    piece = parse(wrapped.encode() if isinstance(wrapped, str) else wrapped, registry=nitro)
    assert piece.type.name == "aws-nitro"
    assert piece.data == document()


def scale(size: int) -> bytes:
    """A compact length of SCALE below 2^14, as dstack writes it."""
    return (size << 2 | 1).to_bytes(2, "little")


def test_a_workload_that_nobody_asked_says_so_or_is_refused(nitro: Registry) -> None:
    kind = nitro["aws-nitro"]
    (note,) = parse(document("null-claims"), registry=nitro).claims.notes
    assert (note.code, note.path) == ("no-caller-data", "/environments/enclave")

    def silent(native: Any, source: Input) -> Body:
        body = kind.claims(native, source)
        return msgspec.structs.replace(body, notes=())

    reasons = refusals(msgspec.structs.replace(kind, claims=silent))
    assert "valid/null-claims: a workload with 0 values of its caller" in reasons
    assert "valid/no-claims: a workload with 0 values of its caller" in reasons
    assert "valid/nonce-alone: a workload with 0 values of its caller" not in reasons


def refusals(kind: EvidenceType) -> tuple[str, ...]:
    with pytest.raises(NotAdmitted) as caught:
        Registry.builtin().admit(kind)
    return caught.value.reasons


AT = datetime(2026, 11, 1, tzinfo=UTC)


def outcomes(piece: Evidence, trust: Trust, at: datetime = AT) -> dict[str, str]:
    return {check.id: check.reason or check.status for check in verify(piece, trust=trust, at=at).checks}


def test_a_chain_of_a_type_from_outside_leads_to_the_callers_anchor_or_nowhere(nitro: Registry) -> None:
    piece = parse(document(), registry=nitro)
    root = Trust().with_anchors(bytes.fromhex(checked("root")["anchors"][0]))
    assert outcomes(piece, root) == {"signature:document": "passed", "chain:document": "passed"}
    for trust, at, reason in (
        (Trust(), AT, "untrusted-root"),
        (Trust.shipped(), AT, "untrusted-root"),
        (root, datetime(2056, 1, 1, tzinfo=UTC), "expired"),
        (root, datetime(2016, 1, 1, tzinfo=UTC), "not-yet-valid"),
    ):
        assert outcomes(piece, trust, at) == {"signature:document": "no-key", "chain:document": reason}


def test_a_leaf_that_may_not_sign_gives_no_key(nitro: Registry) -> None:
    """A bundle whose authority stands in the place of the leaf: the signature would be by another key as well."""
    plain = document("definite")
    piece = parse(plain, registry=nitro)
    authority = piece.certificate("intermediate-1")
    leaf = piece.certificate("certificate")
    heads = [b"\x59" + len(one).to_bytes(2, "big") + one for one in (leaf, authority)]
    swapped = plain.replace(b"\x6bcertificate" + heads[0], b"\x6bcertificate" + heads[1])
    grown = len(swapped) - len(plain)
    size = int.from_bytes(plain[8:10], "big") + grown
    changed = parse(swapped[:8] + size.to_bytes(2, "big") + swapped[10:], registry=nitro)
    root = Trust().with_anchors(bytes.fromhex(checked("root")["anchors"][0]))
    assert outcomes(changed, root) == {"signature:document": "no-key", "chain:document": "bad-certificate"}


@at_hand
def test_a_real_document_is_verified_by_the_root_that_aws_publishes(nitro: Registry, sample: Path) -> None:
    piece = parse(sample.read_bytes(), registry=nitro)
    root = piece.certificate("root-0")
    assert sha256(root).hexdigest() == PUBLISHED
    (made,) = (value.int for value in piece.claims.workload.values if value.name == "timestamp")
    assert made is not None
    at = datetime.fromtimestamp(made / 1000, UTC)
    trust = Trust().with_anchors(root)
    assert outcomes(piece, trust, at) == {"signature:document": "passed", "chain:document": "passed"}
    assert outcomes(piece, trust)["chain:document"] == "expired"
    debug = "enabled" if sample.stem.endswith("dbg") else "disabled-since-boot"
    assert piece.claims.target.debug == debug


@at_hand
def test_a_real_document_is_a_public_sample_that_is_proven(nitro: Registry, sample: Path) -> None:
    content, kind = sample.read_bytes(), nitro["aws-nitro"]
    assert kind.fixtures is not None
    digest = sha256(content).digest()
    (entry,) = (entry for _, entry in fixtures.real(kind.fixtures) if entry.parts["evidence"] == digest)
    assert entry.origin == "hardware"
    assert len(entry.facts) > 20
    assert {reader.split()[0] for reader in entry.facts_from} == {"cbor2", "cwt"}
    assert [*_real(kind, nitro, entry, {"evidence": content})] == []
    wrong = msgspec.structs.replace(entry, facts={**entry.facts, "/evidence/size": 1})
    assert len([*_real(kind, nitro, wrong, {"evidence": content})]) == 1


def test_no_sample_of_others_is_here() -> None:
    assert not [path for path in EXAMPLES.rglob("real/*") if path.suffix != ".json"]
    for path in EXAMPLES.rglob("*.bin"):  # made with keys of our own
        assert b"aws.nitro-enclaves" not in path.read_bytes(), path
