"""Questions that people ask, each answered by one command: whose value is in a field, and what a register adds up to."""

from __future__ import annotations

import json
import os
from hashlib import sha384
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from evidence.cli.commands import commands
from evidence.convert import Evidence
from tests.evidences import LOADED, PIECES


def answer(*words: object) -> tuple[int, list[dict[str, Any]], str]:
    """The exit code, the fields that fit, and what is said to people."""
    output = CliRunner().invoke(commands, ["match", *map(str, words)])
    document = CliRunner().invoke(commands, ["match", *map(str, words), "--json"])
    assert output.exit_code == document.exit_code
    return output.exit_code, json.loads(document.stdout).get("matches", []), output.stdout


def written(name: str, folder: Path) -> list[object]:
    """The words of a command that names a fixture, with all that came beside it."""
    kind, loaded = LOADED[name]
    path = folder / "evidence.bin"
    path.write_bytes(loaded.data)
    words: list[object] = ["--type", kind.aliases[0], path] if loaded.fixture.force else [path]
    for beside, content in loaded.attachments.items():
        (folder / beside).write_bytes(content)
        words += ["--attach", f"{beside}={folder / beside}"]
    for option, value in (loaded.fixture.options or {}).items():
        words += ["--option", f"{option}={value}"]
    return words


def named(pieces: list[Any]) -> list[Any]:
    """Each piece with the name of its fixture."""
    return [pytest.param(each.id, each.values[0], id=each.id) for each in pieces]


def with_caller_binding() -> list[Any]:
    """A piece of each type that has the caller's bytes in it."""
    first: dict[str, Any] = {}
    for each in PIECES:
        piece = each.values[0]
        if any(binding.role == "caller-data" and any(binding.value) for binding in piece.claims.bindings):
            first.setdefault(piece.type.name, each)
    return list(first.values())


CALLER_TYPES: Final = {
    "amd-sev-snp",
    "intel-tdx",
    "intel-sgx",
    "arm-cca",
    "arm-psa",
    "riscv-cove",
    "tpm2-quote",
}


def test_every_type_with_a_value_of_the_caller_is_asked() -> None:
    assert {each.values[0].type.name for each in with_caller_binding()} >= CALLER_TYPES


@pytest.mark.parametrize(("name", "piece"), named(with_caller_binding()))
def test_why_does_my_report_data_not_match(name: str, piece: Evidence, tmp_path: Path) -> None:
    """It is there in another form than was thought; or it is not there, and what is there is said."""
    (binding,) = [each for each in piece.claims.bindings if each.role == "caller-data"][:1]
    path = f"/bindings/{binding.name}"
    (tmp_path / "mine").write_text(binding.value.hex().upper() + "\n")
    words = written(name, tmp_path)
    code, fields, text = answer(*words, "--candidate", tmp_path / "mine")
    assert code == 0
    assert path in {field["path"] for field in fields if field["how"] == "is"}
    code, fields, text = answer(*words, "--candidate", "text:another nonce")
    assert (code, fields) == (1, [])
    assert "nothing fits" in text
    assert f"{binding.name} ({binding.role}, {len(binding.value)} bytes)" in " ".join(text.split())


PARAVISORS: Final = [
    each
    for each in PIECES
    if any(binding.name == "user_data" and any(binding.value) for binding in each.values[0].claims.bindings)
]


@pytest.mark.parametrize(("name", "piece"), named(PARAVISORS))
def test_where_is_my_nonce_behind_a_paravisor(name: str, piece: Evidence, tmp_path: Path) -> None:
    """In `user_data`; REPORT_DATA is the digest of the runtime data, and that is said."""
    nonce = bytes(piece.claims.binding("user_data").value)[:32]
    words = written(name, tmp_path)
    code, fields, text = answer(*words, "--candidate", f"hex:{nonce.hex()}")
    assert code == 0
    assert "/bindings/user_data" in {field["path"] for field in fields}
    assert "SHA-" in text
    assert "of the attachment runtime-data" in " ".join(text.split())


AZURE: Final = [
    path
    for folder in [os.environ.get("EVIDENCE_CORPUS", "")]
    if folder and (path := Path(folder) / "snp" / "trustee-az-evidence-v2.json").is_file()
]


@pytest.mark.parametrize("path", AZURE)
def test_where_is_my_nonce_in_this_blob_of_azure(path: Path) -> None:
    """In both layers of a real one: the runtime data, and the TPM's quote."""
    output = CliRunner().invoke(
        commands, ["match", str(path), "--candidate", "hex:982f5c6e45df0ed3f10b6f60b02f0c83"]
    )
    assert output.exit_code == 0
    assert "user_data begins with" in output.stdout
    assert "extra_data begins with" in output.stdout


def test_there_are_paravisors() -> None:
    assert {each.values[0].type.name for each in PARAVISORS} == {"amd-sev-snp", "intel-tdx"}


@pytest.mark.parametrize("piece", [each for each in PIECES if each.id == "intel-tdx-v4-ccel"])
def test_is_this_register_what_my_log_or_my_list_of_events_gives(piece: Evidence, tmp_path: Path) -> None:
    (tmp_path / "evidence.bin").write_bytes(piece.data)
    (tmp_path / "log").write_bytes(piece.input.attachments["event-log"])
    code, fields, _ = answer(tmp_path / "evidence.bin", "--candidate", tmp_path / "log")
    registers = {field["register"] for field in fields if "register" in field}
    assert code == 0
    assert "rtmr0" in registers
    digest = sha384(bytes(48) + sha384(b"an event").digest()).digest()
    data = piece.data.replace(bytes(piece.claims.workload.measurement("rtmr0").digests[0].digest), digest)
    (tmp_path / "other.bin").write_bytes(data)
    (tmp_path / "list").write_text(sha384(b"an event").hexdigest())
    code, fields, _ = answer(tmp_path / "other.bin", "--candidate", tmp_path / "list")
    assert (code, [(field["path"], field["events"]) for field in fields]) == (
        0,
        [("/environments/td/measurements/rtmr0/digests/0", 1)],
    )
    (tmp_path / "list").write_text(sha384(b"another event").hexdigest())
    assert answer(tmp_path / "other.bin", "--candidate", tmp_path / "list")[0] == 1


def tpm_quotes() -> list[Any]:
    return [
        each for each in PIECES if each.values[0].type.name == "tpm2-quote" and each.values[0].claims.bindings
    ]


@pytest.mark.parametrize(("name", "piece"), named(tpm_quotes()))
def test_what_a_quote_of_a_tpm_holds_is_found(name: str, piece: Evidence, tmp_path: Path) -> None:
    for binding in piece.claims.bindings:
        if any(binding.value):
            code, fields, _ = answer(*written(name, tmp_path), "--candidate", f"hex:{binding.value.hex()}")
            assert code == 0
            assert f"/bindings/{binding.name}" in {field["path"] for field in fields}
