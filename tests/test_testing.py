"""The tools of type authors: recording claims, drafting a schema, asserting admission."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evidence.authoring.corpus import Corpus
from evidence.authoring.draft import draft
from evidence.authoring.plugins import with_plugins
from evidence.authoring.schema import TypeSchema, render
from evidence.encode.json import to_json
from evidence.errors import NotAdmitted
from evidence.registry import EvidenceType, Registry
from evidence.testing import assert_admitted, main, record
from evidence.types import BUILTIN
from tests.builtin import CASES, every_type


@pytest.fixture
def tiny(plugin: Path) -> EvidenceType:
    assert plugin.is_dir()
    return with_plugins(Registry(), ("tiny",))["tiny"]


def read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text())
    return value


def test_asserting_admission(tiny: EvidenceType) -> None:
    assert len(assert_admitted(tiny)) == len(BUILTIN) + 1
    assert [kind.name for kind in assert_admitted(tiny, Registry())] == ["tiny"]
    with pytest.raises(NotAdmitted):
        assert_admitted(msgspec.structs.replace(tiny, spec=None))


def test_a_plugin_is_recorded_and_gets_a_schema_before_it_is_admitted(
    plugin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = plugin / "fixtures" / "valid" / "plain.json"
    wanted = plain.read_text()
    plain.write_text(json.dumps({**read(plain), "claims": {}}))
    (plugin / "tiny.schema.json").unlink()
    assert main(["record", "tiny"]) == 0
    assert capsys.readouterr().out == "recorded valid/plain\nrecorded tiny.schema.json\n"
    assert read(plain) == json.loads(wanted)
    assert read(plugin / "tiny.schema.json")["title"] == "Claims of tiny"
    (plugin / "tiny.schema.json").write_text("{}")  # which is the author's now
    assert main(["record", "tiny"]) == 0
    assert capsys.readouterr().out == ""
    assert read(plugin / "tiny.schema.json") == {}
    assert main(["record", "broken"]) == 2
    assert "not an EvidenceType" in capsys.readouterr().err


def test_recording_what_did_not_change_writes_nothing(tiny: EvidenceType, plugin: Path) -> None:
    before = {path: path.read_bytes() for path in plugin.rglob("*.json")}
    assert record(tiny, Registry().admit(tiny)) == []
    assert {path: path.read_bytes() for path in plugin.rglob("*.json")} == before


def test_recording_claims_and_the_digests_of_real_samples(
    tiny: EvidenceType, plugin: Path, tmp_path: Path
) -> None:
    registry = Registry().admit(tiny)
    plain = plugin / "fixtures" / "valid" / "plain.json"
    wanted = plain.read_text()
    plain.write_text(json.dumps({**read(plain), "claims": {}}))
    sample = (plain.with_suffix(".bin")).read_bytes()
    real = plugin / "fixtures" / "real" / "one.json"
    real.parent.mkdir()
    entry = {"what": "x", "source": "y", "licence": "z", "origin": "emulator"}
    real.write_text(json.dumps({**entry, "parts": {"evidence": sha256(sample).hexdigest()}}))
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    assert record(tiny, registry, Corpus(corpus)) == ["valid/plain"]
    assert json.loads(plain.read_text()) == json.loads(wanted)
    assert "claims_sha256" not in read(real)
    (corpus / "sample").write_bytes(sample)
    assert record(tiny, registry, Corpus(corpus)) == ["real/one"]
    claims = msgspec.json.encode(read(plain)["claims"])
    assert read(real)["claims_sha256"] == sha256(claims).hexdigest()


def test_the_corpus_is_found_by_digest_wherever_files_lie(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(b"one")
    corpus = Corpus(tmp_path)
    assert corpus.get(sha256(b"one").digest()) == b"one"
    assert corpus.get(sha256(b"two").digest()) is None


@every_type
def test_a_draft_is_a_schema_into_which_all_fixtures_fit(kind: EvidenceType, tmp_path: Path) -> None:
    path = tmp_path / "draft.schema.json"
    path.write_text(render(draft(kind, Registry.builtin())))
    result = TypeSchema(path)
    assert list(result.shortcomings(kind.name)) == []
    validator = result.validator()
    for case in CASES:
        if case.type is kind:
            assert [error.message for error in validator.iter_errors(case.document())] == []


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVIDENCE_CORPUS", raising=False)
    assert main(["record", "amd-sev-snp"]) == 0
    assert capsys.readouterr().out == ""
    for wrong in ([], ["record"], ["record", "nobody"], ["draft", "amd-sev-snp"]):
        assert main(wrong) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err


def test_the_command_as_a_process() -> None:
    command = [sys.executable, "-m", "evidence.testing"]
    output = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (output.returncode, output.stdout) == (2, "")
    assert output.stderr.startswith("usage:")


def test_a_recorded_fixture_is_the_document(tiny: EvidenceType) -> None:
    for case in CASES[:3]:
        assert json.loads(to_json(case.read().claims)) == case.loaded.fixture.claims
    assert tiny.fixtures is not None
