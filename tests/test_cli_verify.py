"""`evidence verify`: a table for people, documents for machines, and the exit codes of both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evidence.authoring import fixtures
from evidence.authoring.fixtures import Checked
from evidence.cli.commands import commands
from evidence.convert import BUILTIN
from evidence.files import shared

FIXTURES = Path(str(shared("fixtures")))
EXTENDED = FIXTURES / "amd-sev-snp" / "valid" / "v3-extended.bin"
TOKEN = FIXTURES / "arm-cca" / "valid" / "2024-907.bin"
AT = ("--at", "2026-11-01T00:00:00Z")


def run(*words: object) -> Result:
    return CliRunner().invoke(commands, ["verify", *map(str, words)])


def checked(kind: str, name: str) -> Checked:
    return next(one for at, one in fixtures.checked(BUILTIN[kind].fixtures) if at == name)  # type: ignore[arg-type]


@pytest.fixture
def ark(tmp_path: Path) -> Path:
    path = tmp_path / "trusted" / "ark.der"
    path.parent.mkdir()
    path.write_bytes(checked("amd-sev-snp", "table").anchors[0])
    return path


@pytest.fixture
def cpak(tmp_path: Path) -> Path:
    path = tmp_path / "cpak.jwk"
    path.write_text(json.dumps(checked("arm-cca", "token").keys["cpak"]))
    return path


def test_people_get_a_table(ark: Path) -> None:
    done = run(EXTENDED, *AT, "--trust", ark)
    assert done.exit_code == 0, done.stderr
    first, *lines = done.stdout.splitlines()
    assert first.endswith("amd-sev-snp: verified")
    assert [line.split()[:3] for line in lines[:2]] == [
        ["passed", "signature", "report"],
        ["passed", "chain", "vek"],
    ]
    assert "2026-11-01T00:00:00Z; not checked: freshness" in done.stdout


def test_a_folder_holds_anchors(ark: Path, tmp_path: Path) -> None:
    assert run(EXTENDED, *AT, "--trust", ark.parent).exit_code == 0
    assert run(EXTENDED, *AT, "--trust", tmp_path).exit_code == 2


def test_who_is_not_trusted_is_told_with_exit_code_1() -> None:
    done = run(EXTENDED, *AT)
    assert done.exit_code == 1
    assert "not verified:" in done.stdout
    assert "chain:vek: untrusted-root" in done.stdout
    assert "untrusted-root" in done.stdout


def test_documents_for_machines(ark: Path) -> None:
    document = json.loads(run(EXTENDED, *AT, "--trust", ark, "--json").stdout)
    assert (document["schema"], document["verdict"]) == ("evidence-verification/1", "verified")
    assert document["at"] == "2026-11-01T00:00:00Z"
    lines = [json.loads(line) for line in run(EXTENDED, TOKEN, *AT, "--lines").stdout.splitlines()]
    assert [line["verification"]["evidence"]["type"] for line in lines] == ["amd-sev-snp", "arm-cca"]


def test_a_check_that_is_done_without_stands_in_the_document() -> None:
    done = run(EXTENDED, *AT, "--without", "chain:vek", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["accepted_without"] == ["chain:vek"]
    assert run(EXTENDED, *AT, "--without", "chain:pck").exit_code == 2


def test_keys_and_nonces(cpak: Path) -> None:
    assert run(TOKEN, *AT).exit_code == 1
    assert run(TOKEN, *AT, "--key", f"cpak={cpak}").exit_code == 0
    assert run(TOKEN, *AT, "--key", f"iak={cpak}").exit_code == 1
    assert "differs" in run(TOKEN, *AT, "--key", f"cpak={cpak}", "--nonce", "00" * 64).stdout


def test_without_a_time_it_is_now() -> None:
    document = json.loads(run(TOKEN, "--json").stdout)
    assert document["at"].startswith("2")


@pytest.mark.parametrize(
    "words",
    [
        ("--at", "yesterday"),
        ("--at", "2026-11-01T00:00:00"),
        ("--nonce", "xyz"),
        ("--key", "cpak"),
        ("--key", f"cpak={TOKEN}"),
        ("--crl", TOKEN),
        ("--trust", TOKEN),
        ("--cert", "nowhere"),
    ],
    ids=lambda words: " ".join(map(str, words)),
)
def test_the_callers_faults_have_exit_code_2(words: tuple[str, ...]) -> None:
    done = run(TOKEN, *words)
    assert done.exit_code == 2
    assert "Traceback" not in done.stderr


def test_evidence_that_cannot_be_read_has_its_own_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.bin"
    broken.write_bytes(EXTENDED.read_bytes()[:-1])
    nothing = tmp_path / "nothing.bin"
    nothing.write_bytes(b"\xff" * 99)
    assert run(nothing).exit_code == 3
    done = run(nothing, EXTENDED, *AT, "--lines")
    assert done.exit_code == 3
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["error"]["code"] == "unknown-format"
    assert second["verification"]["verdict"] == "not-verified"


def test_conformance_counts_the_facts_of_a_type() -> None:
    done = CliRunner().invoke(commands, ["conformance", "arm-psa", "--verify"], env={"EVIDENCE_CORPUS": ""})
    assert done.exit_code == 0, done.stderr
    assert (
        "verification: 5 of 5 facts of its fixtures hold; real samples, by the anchors that ship: none"
        in done.stdout
    )
