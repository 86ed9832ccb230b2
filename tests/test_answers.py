"""What people ask in public, each question answered by one command: the words of the command, and what stands in its answer."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from click.testing import CliRunner

from evidence.cli.commands import commands

FIXTURES: Final = Path(__file__).parents[1] / "fixtures"
SNP, TDX, SPDM = (FIXTURES / name / "valid" for name in ("amd-sev-snp", "intel-tdx", "dmtf-spdm"))
NONCE: Final = bytes(range(0x10, 0x50)).hex()
IN_RUNTIME_DATA: Final = bytes(range(0x40, 0x80)).hex()


class Question(NamedTuple):
    """A question: the command, its exit code, and texts of its answer, in their order."""

    question: str
    command: str
    code: int
    says: tuple[str, ...]


QUESTIONS: Final = (
    Question(
        "why does my REPORT_DATA not match",
        f"match {SNP}/v3-milan.bin --candidate hex:{NONCE}",
        0,
        ("report_data is hex:",),
    ),
    Question(
        "the same, for another value",
        f"match {SNP}/v3-milan.bin --candidate text:hello",
        1,
        ("nothing fits", "report_data"),
    ),
    Question(
        "where is my nonce in this blob of Azure",
        f"match {SNP}/v3-paravisor.bin --candidate hex:{IN_RUNTIME_DATA}",
        0,
        ("user_data", "report_data", "compared with runtime-data: matches"),
    ),
    Question(
        "which TCB is older",
        f"show {SNP}/v3-milan.bin",
        0,
        ("current", "committed", "reported", "launch"),
    ),
    Question(
        "is debug on, anywhere in what this depends on",
        f"show {SNP}/v3-milan.bin",
        0,
        ("debug of guest and all that it depends on: disabled-since-boot",),
    ),
    Question(
        "the bare quote and its certificates as PEM",
        f"extract {TDX}/v4-chain.bin -o again",
        0,
        ("16 files in again",),
    ),
    Question(
        "what does my event log say",
        f"events {TDX}/v4-boot-log.log --quote {TDX}/v4-boot-log.bin",
        0,
        ("rtmr0", "matches", "secure_boot", "kernel_command_line"),
    ),
    Question(
        "what changed between these two boots",
        f"diff {SNP}/v3-milan.bin {SNP}/v4-genoa.bin",
        1,
        ("product", "Milan", "Genoa"),
    ),
    Question(
        "which certificate holds the key of this signature, and which bytes were signed",
        f"show {TDX}/v4-chain.bin",
        0,
        ("key        in certificate pck",),
    ),
    Question("is this evidence at all", "identify zeros.bin", 3, ("the platform gave nothing",)),
    Question("a certificate", "identify leaf.pem", 1, ("not-evidence", "certificate", "--attach")),
    Question("a dump that was cut", "identify cut.bin", 1, ("truncated", "need 1184 bytes, have 500")),
    Question(
        "which claims does no signature cover",
        f"show {TDX}/v4-boot-log.bin",
        0,
        ("Claims that no signature covers",),
    ),
    Question(
        "this report of a GPU to JSON, with the nonce and every measurement",
        f"convert {SPDM}/v11-nvidia-gpu.bin",
        0,
        ('"requester_nonce"', '"measurements"'),
    ),
    Question(
        "is this register what this list of events gives",
        f"match {TDX}/v4-boot-log.bin --candidate {TDX}/v4-boot-log.log",
        0,
        ("td/measurements/rtmr0/digests/0 is what the 15 events",),
    ),
    Question(
        "which product and which firmware is this from",
        f"show {SNP}/v3-milan.bin",
        0,
        ("product", "Milan", "firmware_current"),
    ),
    Question(
        "why was this file refused",
        "show cut.bin",
        1,
        ("REFUSED: truncated", "offset", "specification  AMD 56860", "bytes needed   1184"),
    ),
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what is no evidence, or not all of it."""
    (tmp_path / "zeros.bin").write_bytes(bytes(1184))
    (tmp_path / "cut.bin").write_bytes((SNP / "v3-milan.bin").read_bytes()[:500])
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(commands, ["extract", f"{TDX}/v4-chain.bin", "-o", "parts"])
    assert done.exit_code == 0, done.output
    pem = tmp_path / "parts" / "certificate-pck.pem"
    (tmp_path / "leaf.pem").write_bytes(pem.read_bytes())
    return tmp_path


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.question)
def test_a_question_is_answered_by_one_command(question: Question, here: Path) -> None:
    done = CliRunner().invoke(commands, shlex.split(question.command))
    assert done.exit_code == question.code, done.output
    output, at = done.stdout + done.stderr, 0
    for text in question.says:
        assert text in output[at:], output
        at = output.index(text, at)
