"""`evidence events`: a log alone proves nothing, one with a quote what its registers prove, and a terminal is safe."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from evidence import parse
from evidence.authoring.schema import document_schema, schema_id
from evidence.cli.commands import commands
from evidence.logs import forms, report
from evidence.logs.entries import Events
from tests.conftest import CORPUS
from tests.generate import event_logs as made

FIXTURES: Final = Path(__file__).parents[1] / "fixtures" / "intel-tdx" / "valid"
LOG: Final = FIXTURES / "v4-boot-log.log"
QUOTE: Final = FIXTURES / "v4-boot-log.bin"


def run(*arguments: object, standard: bytes | None = None) -> Result:
    return CliRunner().invoke(commands, ["events", *map(str, arguments)], input=standard)


def document(*arguments: object, code: int = 0) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    return dict(json.loads(result.stdout))


def fits(text: dict[str, Any]) -> bool:
    import jsonschema

    schema = document_schema(Events, schema_id("events"), "")
    return bool(jsonschema.Draft202012Validator(schema).is_valid(text))


def test_a_log_alone_is_no_evidence() -> None:
    output = document(LOG)
    assert fits(output)
    assert output["log"]["evidence"] is False
    assert "quote" not in output
    assert {event["committed"] for event in output["events"]} == {"unchecked", "not-extended"}
    assert {fact["committed"] for fact in output["boot"]} == {"unchecked"}
    assert [note["code"] for note in output["notes"]] == ["log-alone"]


QUOTES: Final = FIXTURES.parents[1] / "tpm2-quote" / "valid"


def committed(name: str, code: int = 0) -> set[str]:
    """What the events of the first PCRs are, by a quote whose values lie beside it."""
    beside = ["--attach", f"pcr-values={QUOTES / name}.pcr-values"]
    log = QUOTES / f"{name}.event-log"
    piece = CliRunner().invoke(
        commands, ["convert", "--event-log", str(log), *beside, str(QUOTES / f"{name}.bin")]
    )
    assert piece.exit_code == 0, piece.output
    return {entry["committed"] for entry in json.loads(piece.stdout)["logs"][0]["boot"]}


def test_values_beside_a_quote_prove_a_log_only_where_they_are_the_quotes() -> None:
    assert committed("event-log") == {"matches", "unchecked"}
    assert committed("event-log-longer") == {"matches", "differs", "unchecked"}
    assert committed("event-log-forged") == {"unchecked"}


@pytest.mark.parametrize(("name", "words"), [("event-log", {"matches"}), ("event-log-forged", set())])
def test_registers_that_a_quote_reports_are_those_that_it_vouches_for(name: str, words: set[str]) -> None:
    piece = parse(
        (QUOTES / f"{name}.bin").read_bytes(),
        attachments={"pcr-values": (QUOTES / f"{name}.pcr-values").read_bytes()},
    )
    log = (QUOTES / f"{name}.event-log").read_bytes()
    output = report.document(log, forms.read(log), piece.claims)
    assert {one.status for one in output.replay} - {"unchecked", "not-in-log"} == words
    alone = replace(piece.claims, consistency=())
    assert report.reported(alone) == {}


def test_a_quote_proves_what_its_registers_say() -> None:
    output = document(LOG, "--quote", QUOTE)
    assert fits(output)
    assert (output["log"]["evidence"], output["quote"]["type"], output["quote"]["status"]) == (
        True,
        "intel-tdx",
        "not-checked",
    )
    assert {event["committed"] for event in output["events"]} == {"matches", "not-extended"}
    assert [(one["register"], one["status"]) for one in output["replay"]] == [
        (f"rtmr{number}", "matches") for number in range(4)
    ]


def test_a_difference_is_told_by_register_and_ends_so() -> None:
    output = document(LOG, "--quote", FIXTURES / "v4-boot-log-prefix.bin", code=1)
    words = {one["register"]: (one["status"], one.get("prefix")) for one in output["replay"]}
    assert words == {
        "rtmr0": ("matches", None),
        "rtmr1": ("matches", None),
        "rtmr2": ("differs", 9),
        "rtmr3": ("matches", None),
    }
    assert {event["committed"] for event in output["events"] if event.get("register") == "rtmr2"} == {
        "differs"
    }
    assert "replay-differs" in {note["code"] for note in output["notes"]}


def test_a_log_in_base64_is_a_log(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b64encode(made.cel((0, "a"))) + b"\n")
    assert document(file)["log"]["format"] == "tcg-cel"


def test_a_log_that_lies_beside_its_quote_is_compared_with_that(tmp_path: Path) -> None:
    quote, log = (
        (FIXTURES / "v5-dstack-log-v2.bin").read_bytes(),
        (FIXTURES / "v5-dstack-log-v2.log").read_bytes(),
    )
    file = tmp_path / "quote.json"
    file.write_text(json.dumps({"quote": quote.hex(), "event_log": log.decode()}))
    output = document(file)
    assert (output["log"]["format"], output["log"]["evidence"]) == ("dstack", True)
    assert {event["committed"] for event in output["events"]} == {"matches"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((QUOTE,), 1, "no event log came with it"),
        ((LOG, "--quote", LOG), 1, "evidence events"),
        (
            (LOG, "--quote", FIXTURES.parent.parent / "amd-sev-snp" / "valid" / "v3-milan.bin"),
            2,
            "reports a register",
        ),
        ((__file__,), 3, "not recognised"),
        (("no such file",), 2, "no such file"),
        (("-", "--quote", "-"), 2, "twice"),
    ],
)
def test_what_is_no_log_is_said_in_one_line(arguments: tuple[object, ...], code: int, words: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr.lower()
    assert len(result.stderr.splitlines()) == 1


def test_standard_input_is_a_log() -> None:
    assert run("-", standard=LOG.read_bytes()).exit_code == 0


def test_convert_refuses_a_log_and_names_the_command() -> None:
    for data in (
        LOG.read_bytes(),
        made.sha1(),
        made.cel((0, "a")),
        made.agent("a b c"),
        *made.ima(("a", b"b")),
    ):
        result = CliRunner().invoke(commands, ["convert", "-"], input=data)
        assert result.exit_code == 1
        assert "not-evidence" in result.stderr
        assert "evidence events" in result.stderr


HOSTILE: Final = "\x1b]0;title\x07\x1b[2J\u202eEVIL\x9b\r\n界" * 40


def test_a_terminal_gets_printable_lines_of_its_width(tmp_path: Path) -> None:
    name = HOSTILE.encode("utf-16-le")
    path = made.path(made.node(4, 4, made.wide(HOSTILE)))
    told = (
        made.whole(1, 0x80000007, HOSTILE.encode()),
        made.whole(1, 0x80000001, made.GLOBAL + (len(name) // 2).to_bytes(8, "little") + bytes(8) + name),
        made.whole(1, 0x80000003, made.image(path)),
        made.whole(1, 0x80000006, made.disk("\x1b[31m")),
        made.Told(3, 13, b"kernel_cmdline: " + HOSTILE.encode(), HOSTILE.encode(), ""),
        made.whole(3, 6, made.tag(0x4C454141, f"{HOSTILE} {HOSTILE} {HOSTILE}".encode())),
        made.whole(3, 8, made.wide(HOSTILE)),
    )
    log = tmp_path / "log"
    log.write_bytes(made.ccel(told))
    result = run(log)
    assert result.exit_code == 0
    for line in result.stdout.split("\n")[1:]:
        assert len(line) <= 80
        assert line.isascii()
        assert not line or line.isprintable()
    assert run(log, "--json").stdout.rstrip("\n").isprintable()


def test_what_people_read() -> None:
    lines = run(LOG, "--quote", QUOTE).stdout.splitlines()
    assert "rtmr0     sha-384       15  matches" in lines
    at = next(index for index, line in enumerate(lines) if "kernel_command_line  data-part" in line)
    assert lines[at].split() == ["24", "kernel_command_line", "data-part", "matches"]
    assert lines[at + 1].strip() == "/vmlinuz quiet"
    assert "      label: grub_kernel_cmdline /vmlinuz debug" in lines


REAL: Final = [("tdx/gtg_ccel_data.dat", "tdx/gtg_cos-113-tdx-quote.dat")] if CORPUS else []


@pytest.mark.parametrize(("log", "quote"), REAL)
def test_a_log_of_a_cloud_is_proven_by_its_quote(log: str, quote: str) -> None:
    assert CORPUS is not None
    output = document(CORPUS / log, "--quote", CORPUS / quote)
    assert {event["committed"] for event in output["events"]} == {"matches", "not-extended"}
    assert len(output["events"]) == 44
