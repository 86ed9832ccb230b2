"""Every command and option: data on standard output, people on standard error, exit codes 0, 1, 2, 3."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
from click.testing import CliRunner, Result

from evidence import __version__, parse
from evidence.cli.commands import COMMANDS, commands
from evidence.encode.json import from_json, to_json
from evidence.errors import ConstraintViolation
from evidence.files import shared
from evidence.types import BUILTIN
from tests.generate.wrapping import WRAPPINGS
from tests.plugin import EXAMPLE
from tests.toys import registry, toy

VALID = Path(str(shared("fixtures"))) / "amd-sev-snp" / "valid"
GENOA, MILAN = VALID / "v5-genoa.bin", VALID / "v3-milan.bin"
TPM_QUOTE = VALID.parents[1] / "tpm2-quote/valid/bare.bin"
VERSION_2, ZEROS = VALID / "v2-unknown-product.bin", VALID / "v3-trailing-zeros.bin"


@pytest.fixture(autouse=True)
def no_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVIDENCE_CORPUS", raising=False)


def run(*words: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(commands, [str(word) for word in words], input=stdin)


def output(*words: object, stdin: bytes = b"") -> bytes:
    """What a command that succeeds writes; it has nothing to say to people."""
    answer = run(*words, stdin=stdin)
    assert (answer.exit_code, answer.stderr) == (0, "")
    return answer.stdout_bytes


def refused(code: int, *words: object, stdin: bytes = b"") -> str:
    """What a command that fails says to people; no data, no traceback."""
    answer = run(*words, stdin=stdin)
    assert answer.exit_code == code, answer.stderr
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr
    return answer.stderr


def rows(data: bytes) -> list[Any]:
    return [json.loads(line) for line in data.splitlines()]


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    path = tmp_path / "unknown.bin"
    path.write_bytes(b"\xff" * 100)
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.bin"
    path.write_bytes(MILAN.read_bytes()[:-1])
    return path


# help


def all_commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(commands, **commands.context_settings)
    for name in commands.list_commands(context):
        outcome = commands.get_command(context, name)
        assert outcome is not None
        yield name, outcome


def test_every_command_and_every_option_has_help() -> None:
    assert [name for name, _ in all_commands()] == list(COMMANDS)
    for name, command in (*all_commands(), ("evidence", commands)):
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.name}"


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS)], ids=str)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help(words: tuple[str, ...], flag: str) -> None:
    assert b"Usage:" in output(*words, flag)


def test_version() -> None:
    assert __version__.encode() in output("--version")


def test_no_command_and_an_unknown_one() -> None:
    assert run().exit_code == 2
    assert "No such command" in refused(2, "appraise")
    assert "No such option" in refused(2, "convert", "--nothing", MILAN)
    assert "Missing argument" in refused(2, "convert")


# convert


def test_one_piece_prints_its_document() -> None:
    written = output("convert", MILAN)
    assert from_json(written) == parse(MILAN.read_bytes()).claims
    assert written.startswith(b'{\n  "schema": "evidence-claims/1"')
    assert written.endswith(b"}\n")


def test_standard_input() -> None:
    assert output("convert", "-", stdin=MILAN.read_bytes()) == output("convert", MILAN)


def test_lines_for_one() -> None:
    (row,) = rows(output("convert", "--lines", MILAN))
    assert row == {"input": str(MILAN), "at": "", "claims": json.loads(output("convert", MILAN))}


def test_several_inputs_are_lines_and_a_bad_one_does_not_lose_the_others(broken: Path) -> None:
    answer = run("convert", MILAN, broken, GENOA)
    assert answer.exit_code == 1
    first, second, third = rows(answer.stdout_bytes)
    assert first["claims"]["evidence"]["version"] == "3"
    assert third["claims"]["evidence"]["version"] == "5"
    assert set(second) == {"input", "at", "error"}
    assert second["error"]["code"] == "truncated"
    assert (second["error"]["need"], second["error"]["have"]) == (1184, 1183)
    assert second["error"]["message"].startswith("Report at 0x0")
    assert answer.stderr == f"evidence: {broken}: truncated: {second['error']['message']}\n"


def test_exit_codes(broken: Path, unknown: Path, tmp_path: Path) -> None:
    assert "truncated" in refused(1, "convert", broken)
    assert "unknown-format" in refused(3, "convert", unknown)
    assert "nowhere" in refused(2, "convert", tmp_path / "nowhere")
    assert run("convert", broken, unknown).exit_code == 3
    assert run("convert", MILAN, broken).exit_code == 1
    assert run("convert", MILAN, GENOA).exit_code == 0


def test_a_forced_type(unknown: Path) -> None:
    assert output("convert", "--type", "amd-sev-snp", MILAN) == output("convert", MILAN)
    assert "unsupported-version" in refused(1, "convert", "--type", "amd-sev-snp", unknown)
    assert "no evidence type 'nothing'" in refused(2, "convert", "--type", "nothing", MILAN)


def test_options() -> None:
    document = json.loads(output("convert", "--option", "product=genoa", VERSION_2))
    assert document["environments"][1]["tcb"][0]["layout"] == "amd-genoa"
    assert "produkt" in refused(2, "convert", "--option", "produkt=genoa", VERSION_2)
    assert "product" in refused(2, "convert", "--option", "product=rome", VERSION_2)
    assert "NAME=VALUE" in refused(2, "convert", "--option", "product", VERSION_2)
    assert "NAME=VALUE" in refused(2, "convert", "--option", "=genoa", VERSION_2)


def test_attachments(tmp_path: Path) -> None:
    log = tmp_path / "CCEL"
    log.write_bytes(b"a log")
    document = json.loads(output("convert", "--event-log", log, MILAN))
    assert document["attachments"][0]["sha256"] == sha256(b"a log").hexdigest()
    assert output("convert", "--attach", f"event-log={log}", MILAN) == output(
        "convert", "--event-log", log, MILAN
    )
    assert "no attachment kind" in refused(2, "convert", "--attach", f"eventlog={log}", MILAN)
    assert "nowhere" in refused(2, "convert", "--attach", f"event-log={tmp_path}/nowhere", MILAN)
    assert "KIND=FILE" in refused(2, "convert", "--attach", "event-log", MILAN)


def test_native() -> None:
    document = json.loads(output("convert", "--native", MILAN))
    assert document["claims"] == json.loads(output("convert", MILAN))
    assert document["native"]["report"]["signature_r"] == MILAN.read_bytes()[0x2A0:0x2E8].hex()
    (row,) = rows(output("convert", "--native", "--lines", MILAN))
    assert row["native"] == document["native"]


def test_strict_turns_notes_into_errors() -> None:
    assert output("convert", "--strict", MILAN) == output("convert", MILAN)
    assert "noted: read, but with notes: trailing-zeros" in refused(1, "convert", "--strict", ZEROS)
    answer = run("convert", "--strict", "--lines", ZEROS)
    assert rows(answer.stdout_bytes)[0]["error"]["notes"] == ["trailing-zeros /evidence/trailing"]


def test_except_lets_a_note_pass_and_no_other() -> None:
    strict = ("convert", "--strict")
    assert output(*strict, "--except", "trailing-zeros", ZEROS) == output("convert", ZEROS)
    both = (*strict, "--except", "unsigned", "--except", "trailing-zeros")
    assert output(*both, ZEROS) == output("convert", ZEROS)
    assert "trailing-zeros" in refused(1, *strict, "--except", "trailing-bytes", ZEROS)
    assert "never let pass" in refused(2, *strict, "--except", "binding-differs", MILAN)
    assert "never let pass" in refused(2, *strict, "--except", "binding-unproven", MILAN)
    assert "needs that" in refused(2, "convert", "--except", "trailing-zeros", ZEROS)


def test_a_plugin_that_raises_is_named_and_strict_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever loads a plugin is told that it could not say whether the bytes are its own."""

    def fail(_: bytes) -> None:
        raise KeyError("lost")

    broken = msgspec.structs.replace(toy("broken", b"XXXX"), identify=fail)
    types = registry(broken, *BUILTIN)
    monkeypatch.setattr("evidence.convert.BUILTIN", types)
    for command in ("convert", "identify"):
        answer = run(command, MILAN, ZEROS)
        assert answer.exit_code == 0
        assert len(answer.stdout_bytes.splitlines()) == 2
        assert (
            answer.stderr.count(
                "defective-type: the code of broken raised KeyError('lost') (tests.test_cli, line "
            )
            == 2
        )
    answer = run("convert", "--strict", MILAN)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "noted: read, but with notes: defective-type broken" in answer.stderr


def test_check(monkeypatch: pytest.MonkeyPatch) -> None:
    assert output("convert", "--check", MILAN) == output("convert", MILAN)
    misfit = ConstraintViolation(what="claims document", path="$.evidence", got="x", allowed="y")
    monkeypatch.setattr("evidence.authoring.check.misfit", lambda *_: misfit)
    assert "constraint-violation" in refused(1, "convert", "--check", MILAN)
    assert output("convert", MILAN)


def test_no_identifiers() -> None:
    written = output("convert", "--no-identifiers", GENOA)
    assert GENOA.read_bytes()[0x1A0:0x1E0].hex().encode() not in written
    document = json.loads(written)
    assert document["environments"][1]["identifiers"][0]["status"] == "withheld"
    assert document["notes"][-1]["code"] == "identifiers-withheld"
    assert "ask for one of them" in refused(2, "convert", "--no-identifiers", "--native", GENOA)


def test_an_output_file(tmp_path: Path) -> None:
    target = tmp_path / "claims.json"
    assert output("convert", "-o", target, MILAN) == b""
    assert target.read_bytes() == output("convert", MILAN)
    assert output("convert", "--output", target, "--lines", MILAN) == b""
    assert target.read_bytes() == output("convert", "--lines", MILAN)
    assert "where" in refused(2, "convert", "-o", tmp_path / "no" / "where", MILAN)


def test_a_configfs_entry(tmp_path: Path) -> None:
    entry = tmp_path / "report0"
    entry.mkdir()
    contents = {
        "outblob": MILAN.read_bytes(),
        "provider": b"sev_guest\n",
        "generation": b"1\n",
        "privlevel": b"0\n",
    }
    for name, content in contents.items():
        (entry / name).write_bytes(content)
    header = json.loads(output("convert", entry))["evidence"]
    assert header["carriers"][0]["name"] == "configfs-tsm"
    (entry / "provider").write_bytes(b"tdx_guest\n")
    assert run("convert", entry).exit_code in {0, 1}
    (entry / "outblob").write_bytes(b"")
    assert "carrier-error" in refused(1, "convert", entry)


def test_a_directory_that_is_no_entry(tmp_path: Path) -> None:
    assert "known are a report entry of configfs-tsm" in refused(3, "convert", tmp_path)


def test_an_input_that_cannot_be_read_does_not_stop_the_others(unknown: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert refused(2, "convert", nowhere) == f"evidence: {nowhere}: unreadable: No such file or directory\n"
    answer = run("convert", MILAN, nowhere, unknown, GENOA)
    assert answer.exit_code == 2
    codes = [row.get("error", {}).get("code") for row in rows(answer.stdout_bytes)]
    assert codes == [None, "unreadable", "unknown-format", None]
    assert run("identify", nowhere, MILAN).stdout.startswith(str(MILAN))
    assert run("inspect", nowhere, MILAN).stdout.startswith(str(MILAN))


def test_what_is_given_twice(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"")
    twice = ("--option", "product=milan", "--option", "product=genoa")
    assert "'product' is given twice" in refused(2, "convert", MILAN, *twice)
    twice = ("--attach", f"event-log={log}", "--event-log", str(log))
    assert "name the same attachment" in refused(2, "convert", MILAN, *twice)


def test_an_option_is_for_the_pieces_whose_type_has_it() -> None:
    both = ("--option", "environment=paravisor", MILAN, TPM_QUOTE)
    report, _ = rows(output("convert", *both))
    assert report["claims"]["environments"][0]["id"] == "paravisor"
    for command in ("convert", "identify", "inspect", "group"):
        said = refused(2, command, "--option", "environment=paravisor", TPM_QUOTE)
        assert "no piece takes the option environment: there is tpm2-quote alone" in said, command
    for command, name, *files in (
        ("show", "environment=paravisor", TPM_QUOTE),
        ("diff", "environment=paravisor", TPM_QUOTE, TPM_QUOTE),
        ("convert", "base_hash=sha-384", *both),
    ):
        done = run(command, "--option", name, *files)
        assert done.exit_code == 2
        assert f"no piece takes the option {name.partition('=')[0]}: " in done.stderr
    assert "no option of tpm2-quote 'environment'" in refused(2, "convert", "--type", "tpm2-quote", *both)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_option_that_no_input_of_a_large_run_takes_is_told(jobs: str) -> None:
    wide = ("convert", "--lines", "--jobs", jobs, "--option", "environment=paravisor")
    assert len(run(*wide, TPM_QUOTE, MILAN).stdout.splitlines()) == 2
    done = run(*wide, TPM_QUOTE)
    assert done.exit_code == 2
    assert "no piece takes the option environment" in done.stderr


def test_options_that_do_not_apply(tmp_path: Path) -> None:
    assert "no option of any type 'colour' (known: product, " in refused(
        2, "convert", MILAN, "--option", "colour=red"
    )
    assert "'red'" in refused(2, "convert", MILAN, "--option", "product=red")
    statement = refused(2, "convert", MILAN, "--event-log", tmp_path / "nowhere")
    assert statement == f"evidence: {tmp_path / 'nowhere'}: No such file or directory\n"


def test_names_of_files_are_shown_safely(tmp_path: Path) -> None:
    path = tmp_path / "a\nreal.bin: amd-sev-snp 3\x1b[2J"
    path.write_bytes(MILAN.read_bytes())
    for command in ("identify", "inspect"):
        shown = output(command, path)
        whole = b"".join(line.strip() for line in shown.split(b"\n"))  # a long name is broken
        assert b"a\\nreal.bin:amd-sev-snp3\\x1b[2J:amd-sev-snp" in whole.replace(b" ", b"")
        assert not re.search(rb"\n *real", shown)
    path.write_bytes(b"")
    assert "\nreal" not in refused(3, "convert", path)
    assert "\nreal" not in refused(1, "validate", path)
    path.write_bytes(output("convert", MILAN))
    assert b"\nreal" not in output("validate", path)


@pytest.mark.parametrize(
    ("words", "closed"),
    [(("convert", "-"), 0), (("validate", "-"), 0), (("types",), 1), (("convert", str(MILAN)), 1)],
)
def test_a_closed_standard_stream(words: tuple[str, ...], closed: int) -> None:
    code = f"import os, sys; os.close({closed}); os.execv(sys.executable, sys.argv[1:])"
    child = [sys.executable, "-c", code, sys.executable, "-m", "evidence", *words]
    done = subprocess.run(child, capture_output=True, text=True, check=False)
    names = "input", "output"
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"evidence: standard {names[closed]} is closed\n",
    )


def test_an_interrupt_is_not_the_fault_of_the_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evidence.cli.inputs.each", interrupted)
    assert refused(2, "convert", MILAN) == "evidence: interrupted\n"


# identify


def test_identify(unknown: Path, tmp_path: Path) -> None:
    assert output("identify", MILAN) == f"{MILAN}: amd-sev-snp 3, 1184 bytes\n".encode()
    text = tmp_path / "report.hex"
    text.write_text(MILAN.read_bytes().hex())
    assert output("identify", text) == f"{text}: amd-sev-snp 3, 1184 bytes\n  in hex\n".encode()
    (row,) = rows(output("identify", "--lines", GENOA))
    assert (row["input"], row["at"], row["type"], row["version"]) == (str(GENOA), "", "amd-sev-snp", "5")
    assert "unknown-format" in refused(3, "identify", unknown)
    answer = run("identify", unknown, MILAN)
    assert answer.exit_code == 3
    assert answer.stdout.startswith(str(MILAN))


def test_identify_shows_the_whole_way_in(tmp_path: Path) -> None:
    wrappings = {wrapping.name: wrapping for wrapping in WRAPPINGS}
    data = MILAN.read_bytes()
    for name in ("pem", "zip", "json"):
        data = wrappings[name].put(data)
    path = tmp_path / "ticket.json"
    path.write_bytes(data)
    assert output("identify", path).decode().splitlines() == [
        f"{path}: amd-sev-snp 3, 1184 bytes",
        "  in json-member at a/0/b",
        "  in zip at dir/quote.bin",
        "  in pem at THING",
    ]
    document = json.loads(output("identify", "--json", path))
    assert [layer["name"] for layer in document["carriers"]] == ["json-member", "zip", "pem"]
    assert (document["input"], document["at"]) == (str(path), "a/0/b/dir/quote.bin/THING")
    assert "two forms" in refused(2, "identify", "--json", "--lines", path)


def test_identify_shows_what_layers_say(tmp_path: Path) -> None:
    for name, content in {
        "provider": b"sev_guest\n",
        "outblob": MILAN.read_bytes(),
        "privlevel": b"1",
    }.items():
        (tmp_path / name).write_bytes(content)
    _, layer = output("identify", tmp_path).decode().splitlines()
    assert layer == "  in configfs-tsm (provider sev_guest, privlevel 1)"


def test_every_file_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "report").write_bytes(MILAN.read_bytes())
    (tmp_path / "bad").write_bytes(b"hello")
    done = run("convert", "-r", tmp_path)
    assert done.exit_code == 3
    assert f"{tmp_path}/bad: unknown-format" in done.stderr
    bad, good = map(json.loads, done.stdout.splitlines())
    assert (bad["input"], bad["error"]["code"]) == (f"{tmp_path}/bad", "unknown-format")
    assert (good["input"], good["claims"]["evidence"]["type"]) == (f"{tmp_path}/deep/report", "amd-sev-snp")
    assert "every file is read" in refused(2, "convert", "-r", tmp_path, "-o", tmp_path / "deep" / "out")
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["report"]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_progress_is_for_terminals_and_leaves_nothing(
    is_terminal: bool,  # noqa: FBT001 (a case)
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    from evidence.cli import progress, streams

    monkeypatch.setattr(streams, "on_terminal", lambda: is_terminal)
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.setattr(progress, "PAUSE", 0)
    for name in ("one", "two\x1b[2J"):
        (tmp_path / name).write_bytes(MILAN.read_bytes())
    done = run("convert", "-r", tmp_path)
    assert done.exit_code == 0
    if is_terminal:
        assert "1 inputs" in done.stderr
        assert done.stderr.endswith(streams.CLEAR)
        assert "\x1b[2J" not in done.stderr
    else:
        assert done.stderr == ""


def test_identify_has_a_line_for_every_input(unknown: Path, broken: Path, tmp_path: Path) -> None:
    text, empty, nowhere = tmp_path / "report.hex", tmp_path / "empty", tmp_path / "nowhere"
    text.write_text(MILAN.read_bytes().hex())
    empty.write_bytes(b"")
    answer = run("identify", "--lines", MILAN, unknown, text, broken, empty, nowhere, GENOA)
    assert answer.exit_code == 2
    lines = rows(answer.stdout_bytes)
    assert [Path(row["input"]) for row in lines] == [MILAN, unknown, text, broken, empty, nowhere, GENOA]
    assert [row.get("error", {}).get("code") for row in lines] == [
        *(None, "unknown-format", None, "truncated", "unknown-format", "unreadable", None)
    ]
    assert [carrier["name"] for carrier in lines[2]["carriers"]] == ["hex"]
    assert lines[0]["carriers"] == []
    assert answer.stderr.count("\n") == 4
    for row in lines:  # what is absent is left out
        assert None not in row.values()


def test_an_input_without_a_result_has_one_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.cli.inputs.convert_all", lambda *_, **__: iter(()))
    (row,) = rows(run("identify", "--lines", MILAN).stdout_bytes)
    assert row["error"]["reason"] == "holds no evidence"


# inspect


def test_inspect(broken: Path) -> None:
    lines = output("inspect", MILAN).decode().splitlines()
    assert "".join(line.strip() for line in lines[:2]).startswith(str(MILAN)[:70])
    (at,) = [number for number, line in enumerate(lines) if line.split()[2:3] == ["report_data"]]
    assert lines[at].split()[:3] == ["0x00050", "64", "report_data"]
    assert lines[at + 1].strip().startswith("> /bindings/report_data = 1011")
    offsets = [int(line.split()[0], 16) for line in lines if line.startswith("0x")]
    assert offsets == sorted(offsets)
    assert not lines[-1].startswith(" ")  # signature values become no claim
    result = run("inspect", broken)
    assert result.exit_code == 1
    assert "truncated" in result.stderr
    assert "stopped: truncated" in result.stdout


# types


def test_types() -> None:
    text = output("types").decode()
    assert [line.split()[0] for line in text.splitlines() if not line.startswith(" ")][: len(BUILTIN)] == [
        kind.name for kind in BUILTIN
    ]
    outcome = rows(output("types", "--json"))
    assert [row["name"] for row in outcome][: len(BUILTIN)] == [kind.name for kind in BUILTIN]
    (snp,) = [row for row in outcome if row.get("name") == "amd-sev-snp"]
    assert snp["options"] == ["product", "service", "nonce", "environment"]
    assert snp["providers"] == ["sev_guest"]
    assert set(snp) >= {"title", "versions", "status", "media_types", "attachments", "references"}


# validate


def test_validate(tmp_path: Path) -> None:
    good, bad, narrow = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "narrow.json"
    document = output("convert", MILAN)
    good.write_bytes(document)
    bad.write_bytes(document.replace(b'"not-checked"', b'"passed"'))
    narrow.write_bytes(document.replace(b'"disabled-since-boot"', b'"disabled-permanently"'))
    assert output("validate", good) == f"{good}: amd-sev-snp: good\n".encode()
    assert output("validate", "-", stdin=document) == b"-: amd-sev-snp: good\n"
    assert "bad-encoding" in refused(1, "validate", bad)
    assert "constraint-violation" in refused(1, "validate", narrow)
    assert "bad-encoding" in refused(1, "validate", "-", stdin=b"{}")
    answer = run("validate", bad, good)
    assert (answer.exit_code, answer.stdout) == (1, f"{good}: amd-sev-snp: good\n")
    assert run("validate", tmp_path / "nowhere").exit_code == 2
    assert run("validate").exit_code == 2
    other = tmp_path / "other.json"
    other.write_bytes(document.replace(b'"amd-sev-snp"', b'"nobody"'))
    assert "no evidence type" in refused(2, "validate", other)


def test_validate_reads_what_convert_wrote(broken: Path, tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    for words in (["--lines"], ["--native"], ["--lines", "--native"]):
        for source in (MILAN, GENOA):
            written = output("convert", *words, source)
            assert output("validate", "-", stdin=written) == b"-: amd-sev-snp: good\n"
    written = output("convert", MILAN, GENOA) + b"\n" + output("convert", "--lines", "--native", GENOA)
    lines.write_bytes(written)
    assert output("validate", lines).decode().splitlines() == [
        f"{lines}:{number}: amd-sev-snp: good" for number in (1, 2, 4)
    ]
    lines.write_bytes(run("convert", MILAN, broken, GENOA).stdout_bytes)
    answer = run("validate", lines)
    assert (answer.exit_code, answer.stdout.count(": good\n")) == (1, 2)
    assert answer.stderr.startswith(f"evidence: {lines}:2: not-evidence:")
    assert "truncated" in answer.stderr


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.replace(b'"not-checked"', b'"passed"'),
        lambda row: row.replace(b'"claims":', b'"claims":{},"claims":'),
        lambda row: row.replace(b'"claims":', b'"clams":'),
        lambda row: b'{"claims":' + row.strip() + b"}\n",
        lambda row: row[:-20] + b"\n",
        lambda _: b"{}\n",
        lambda _: b"[]\n",
        lambda _: b'{"error":1}\n',
        lambda _: b'{"error":{"code":"\\ud800"}}\n',
        lambda _: b'{"claims":' + b"[" * 100_000 + b"\n",
        lambda _: b"\xff\n",
    ],
)
def test_validate_refuses_a_line_that_is_none_of_it(change: Any) -> None:
    row = output("convert", "--lines", MILAN)
    assert refused(1, "validate", "-", stdin=change(row)).count("\n") == 1
    answer = run("validate", "-", stdin=row + row + change(row) + row)
    assert (answer.exit_code, answer.stdout_bytes.count(b": good\n")) == (1, 3)
    assert answer.stderr.startswith("evidence: -:3: ")


def test_a_document_that_cannot_be_checked_does_not_stop_the_others(tmp_path: Path) -> None:
    good, other = tmp_path / "good.json", tmp_path / "other.json"
    good.write_bytes(output("convert", MILAN))
    other.write_bytes(good.read_bytes().replace(b'"amd-sev-snp"', b'"nobody"'))
    answer = run("validate", tmp_path / "nowhere", other, good)
    assert (answer.exit_code, answer.stdout) == (2, f"{good}: amd-sev-snp: good\n")
    assert answer.stderr.count("\n") == 2


# conformance and plugins


def renamed(folder: Path, old: str, new: str) -> None:
    """The entry points of the installed distribution, changed."""
    (points,) = folder.parent.glob("*.dist-info/entry_points.txt")
    points.write_text(points.read_text().replace(old, new))


def test_a_plugin_has_the_same_names_everywhere(plugin: Path) -> None:
    from evidence.testing import main as authors

    renamed(
        plugin,
        "tiny = tiny_evidence:TYPE\nbroken = broken_plugin:TYPE\nraising",
        "acme = tiny_evidence:TYPE\n#",
    )
    plain = plugin / "fixtures" / "valid" / "plain.json"
    recorded = plain.read_text()
    for name in ("acme", "tiny-evidence", "Tiny.Evidence"):
        plain.write_text(json.dumps({**json.loads(recorded), "claims": {}}))
        assert authors(["record", name]) == 0
        assert json.loads(plain.read_text()) == json.loads(recorded)
        plain.write_text(recorded)
        for again in (name, "tiny"):  # a type that is loaded has its own name as well
            assert output("--plugin", name, "conformance", again).startswith(b"tiny: admitted;")
        listed = rows(output("--plugin", name, "types", "--json"))
        assert {"plugin": "acme", "distribution": "tiny-evidence", "loaded": True} in listed


def test_a_plugin_that_ends_the_process_when_it_loads(plugin: Path) -> None:
    (plugin.parent / "raising_plugin.py").write_text("raise SystemExit(0)\n")
    assert "cannot be loaded: SystemExit(0)" in refused(2, "--plugin", "raising", "types")


def test_a_name_of_several_plugins_or_of_another_type(plugin: Path) -> None:
    assert "3 plugins named 'tiny-evidence' (known: broken of tiny-evidence, raising of tiny" in refused(
        2, "--plugin", "tiny-evidence", "types"
    )
    assert "no evidence type 'tiny'" in refused(
        2, "conformance", "tiny"
    )  # its code does not run unless named
    renamed(plugin, "tiny = ", "eat = ")
    assert "plugin 'eat' is tiny, and has the name of another type" in refused(2, "--plugin", "eat", "types")


RAISES = """
def _trap(call):
    def trapped(first, *rest):
        if getattr(first, "data", first)[-4:] == b"TRAP" or getattr(rest[0] if rest else first, "data", b"")[-4:] == b"TRAP":
            raise ERROR
        return call(first, *rest)
    return trapped

import msgspec
TYPE = msgspec.structs.replace(TYPE, FUNCTION=_trap(TYPE.FUNCTION))
"""


@pytest.mark.parametrize(
    ("function", "error"),
    [
        *((name, "RuntimeError('a\\x1b')") for name in ("identify", "read", "claims", "signed", "sources")),
        *(("identify", error) for error in ("SystemExit(0)", "MemoryError()", "RecursionError()")),
    ],
)
def test_a_plugin_that_raises_does_not_end_the_command(plugin: Path, function: str, error: str) -> None:
    module = plugin / "__init__.py"
    module.write_text(module.read_text() + RAISES.replace("ERROR", error).replace("FUNCTION", function))
    trap = plugin / "trap"
    trap.write_bytes((plugin / "fixtures" / "valid" / "plain.bin").read_bytes()[:-4] + b"TRAP")
    for command in ("convert", "identify", "inspect"):
        words = ["--lines"] if command != "inspect" else []
        answer = run("--plugin", "tiny", command, *words, trap, MILAN)
        if command != "inspect" and function == "sources":
            assert answer.exit_code == 0  # nobody asked for them
            continue
        assert (answer.exit_code, answer.stderr.count("\n")) == (2, 1)
        assert answer.stderr.startswith(f"evidence: {trap}: defective-type: ")
        assert "tiny_evidence" in answer.stderr
        assert "\x1b" not in answer.stderr
        if words:
            first, second = rows(answer.stdout_bytes)
            assert first["error"]["code"] == "defective-type"
            assert second["input"] == str(MILAN)
        else:
            assert f"{MILAN}:amd-sev-snp3,1184bytes" in "".join(answer.stdout.split())
            assert "refused: defective-type" in answer.stdout


def real(folder: Path, **more: object) -> bytes:
    """A real entry of the example type, and its sample."""
    sample = b"TINY\1\0\x20\0" + bytes(range(32))
    entry = {
        "what": "a report",
        "source": "nowhere",
        "licence": "none",
        "origin": "hardware",
        "parts": {"evidence": sha256(sample).hexdigest()},
        **more,
    }
    (folder / "fixtures" / "real").mkdir()
    (folder / "fixtures" / "real" / "one.json").write_text(json.dumps(entry))
    return sample


def test_a_plugin_is_listed_and_admitted_when_named(plugin: Path) -> None:
    text = output("types").decode()
    assert "tiny           plugin       --plugin tiny admits it" in text
    assert {"plugin": "tiny", "distribution": "tiny-evidence", "loaded": False} in rows(
        output("types", "--json")
    )
    outcome = rows(output("--plugin", "tiny", "types", "--json"))
    assert {"plugin": "tiny", "distribution": "tiny-evidence", "loaded": True} in outcome
    assert outcome[len(BUILTIN)]["name"] == "tiny"
    sample = EXAMPLE / "fixtures" / "valid" / "plain.bin"
    assert json.loads(output("--plugin", "tiny", "convert", sample))["evidence"]["type"] == "tiny"
    assert run("convert", sample).exit_code == 3
    assert "plugin 'raising' (raising_plugin:TYPE) cannot be loaded: RuntimeError(" in refused(
        2, "--plugin", "raising", "types"
    )
    assert "no plugin 'tony', did you mean tiny? (known: " in refused(2, "--plugin", "tony", "types")
    (plugin / "SPEC.md").unlink()
    assert "tiny is not admitted:\n  - SPEC.md: there is none" in refused(2, "--plugin", "tiny", "types")


def test_conformance_without_samples(plugin: Path) -> None:
    real(plugin)
    text = output("--plugin", "tiny", "conformance", "tiny").decode()
    assert text == (
        "tiny: admitted; 2 valid and 8 invalid fixtures; real samples: 1 declared, 0 proven, 1 not found\n"
        "  generated: 11 right\n"
    )
    assert output("--plugin", "tiny", "conformance", "tiny", "--deep").decode() == text
    assert "no evidence type" in refused(2, "conformance", "tiny")


def test_conformance_with_samples(plugin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tmp_path / "corpus" / "deep" / "inside"
    corpus.mkdir(parents=True)
    sample = real(plugin, facts={"/evidence/size": 40}, facts_from=["another reader"])
    request = ("--plugin", "tiny", "conformance", "tiny", "--corpus", tmp_path / "corpus")
    assert f"real/one: not found in {tmp_path / 'corpus'}" in output(*request).decode()
    (corpus / "any-name").write_bytes(sample)
    assert "1 declared, 1 proven, 0 not found" in output(*request).decode()
    monkeypatch.setenv("EVIDENCE_CORPUS", str(tmp_path / "corpus"))
    assert "1 declared, 1 proven, 0 not found" in output(*request[:-2]).decode()
    assert run("conformance", "--corpus", tmp_path / "nowhere").exit_code == 2


@pytest.mark.parametrize(
    ("more", "defect"),
    [
        (
            {"facts": {"/evidence/size": 41}, "facts_from": ["a reader"]},
            "/evidence/size is 40, a reader say 41",
        ),
        ({"claims_sha256": "00" * 32}, "the claims are no longer what they were"),
        ({"code": "truncated"}, "is accepted, expected truncated"),
        ({"at": "quote"}, "`at` is 'quote', and the pieces of the sample are ''"),
    ],
)
def test_conformance_that_fails(plugin: Path, tmp_path: Path, more: dict[str, Any], defect: str) -> None:
    (tmp_path / "sample").write_bytes(real(plugin, **more))
    answer = run("--plugin", "tiny", "conformance", "tiny", "--corpus", tmp_path)
    assert answer.exit_code == 1
    assert f"  real/one: {defect}" in answer.stdout
    assert "1 declared, 0 proven" in answer.stdout


def test_a_type_that_is_no_longer_admitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.cli.proving.prove", _no_longer)
    answer = run("conformance", "amd-sev-snp")
    assert answer.exit_code == 1
    assert answer.stdout.startswith("amd-sev-snp: NOT admitted;")
    assert "\n  a defect\n" in answer.stdout


def _no_longer(kind: Any, *_: object, **__: object) -> Any:
    from evidence.authoring.conformance import ConformanceReport

    return ConformanceReport(
        name=kind.name, valid=1, invalid=1, declared=0, proven=0, missing=(), defects=("a defect",)
    )


# as a process


def process(*words: object, **how: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "evidence", *map(str, words)]
    return subprocess.run(command, capture_output=True, check=False, **how)


def test_the_process_says_what_the_function_says(broken: Path) -> None:
    outcome = process("convert", MILAN, broken)
    assert outcome.returncode == 1
    assert len(rows(outcome.stdout)) == 2
    assert outcome.stderr.count(b"\n") == 1
    script = shutil.which("evidence", path=str(Path(sys.executable).parent))
    assert script is not None
    again = subprocess.run([script, "convert", MILAN], capture_output=True, check=True)
    assert again.stdout == output("convert", MILAN)


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = [sys.executable, "-m", "evidence", "convert", *[str(MILAN)] * 400]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 2


def test_nothing_of_the_input_reaches_a_terminal_raw(tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.json"
    hostile.write_text('{"schema":"evidence-claims/1","\\u001b[2J":1}')
    outcome = process("validate", hostile, env={**os.environ, "NO_COLOR": "1"})
    assert outcome.returncode == 1
    assert b"\x1b" not in outcome.stderr
    assert to_json(parse(MILAN.read_bytes()).claims).isascii()
