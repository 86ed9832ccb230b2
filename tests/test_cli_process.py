"""The command among the things that happen to a process: files that are none, signals, closed and narrow streams."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from evidence.cli.commands import commands
from evidence.files import shared
from evidence.filesystem import load
from evidence.limits import ATTACHMENT_BYTES, INPUT_BYTES

MILAN = Path(str(shared("fixtures"))) / "amd-sev-snp" / "valid" / "v3-milan.bin"
LINE = f"{MILAN}: amd-sev-snp 3, 1184 bytes\n".encode()
ZERO = Path("/dev/zero")


def process(*words: object, **how: Any) -> subprocess.CompletedProcess[bytes]:
    """The command, which must end by itself."""
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 60, **how}
    command = [sys.executable, "-m", "evidence", *map(_word, words)]
    return subprocess.run(command, check=False, **how)


def _word(word: object) -> str | bytes:
    return word if isinstance(word, bytes) else str(word)


def shell(
    script: str, *words: object, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """A shell's script in which `$0` is Python and `$@` are the words."""
    command = ["bash", "-c", script, sys.executable, *map(str, words)]
    environment = {**os.environ, **(env or {})}
    return subprocess.run(command, capture_output=True, check=False, timeout=60, env=environment)


def one_line(done: subprocess.CompletedProcess[bytes], code: int, part: str = "") -> None:
    """One line for people and the exit code."""
    assert (done.returncode, done.stderr.count(b"\n")) == (code, 1), done.stderr
    assert done.stderr.startswith(b"evidence: ")
    assert part in done.stderr.decode()


# inputs without end, or that are no files


@pytest.mark.parametrize("command", ["convert", "identify", "inspect", "validate"])
@pytest.mark.parametrize("source", [ZERO, "-"], ids=str)
def test_an_input_without_end_is_read_no_further_than_the_limit(command: str, source: object) -> None:
    with ZERO.open("rb") as zero:
        done = process(command, source, stdin=zero)
    one_line(done, 1, f"at most {INPUT_BYTES}, got {INPUT_BYTES + 1}")


def test_an_attachment_without_end_is_read_no_further_than_the_limit() -> None:
    for words in (("--event-log", ZERO), ("--attach", f"event-log={ZERO}")):
        done = process("identify", *words, MILAN)
        one_line(
            done, 1, f"limit attachment event-log: at most {ATTACHMENT_BYTES}, got {ATTACHMENT_BYTES + 1}"
        )


def test_a_line_without_end_among_good_ones(tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    row = process("convert", "--lines", MILAN).stdout
    with lines.open("wb") as file:
        file.write(row + row)
        file.truncate(len(row) * 2 + INPUT_BYTES * 3)
    done = process("validate", lines)
    one_line(done, 1, f"{lines}:3: limit-exceeded")
    assert done.stdout.count(b": good\n") == 2


def test_a_fifo_that_nobody_writes_to_does_not_hold_up_the_others(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    done = process("identify", fifo, MILAN)
    one_line(done, 2, f"{fifo}: unreadable: a FIFO that nobody writes to")
    assert done.stdout == LINE
    one_line(process("identify", "--event-log", fifo, MILAN), 2, "a FIFO that nobody writes to")
    one_line(process("validate", fifo), 2, "a FIFO that nobody writes to")
    with pytest.raises(OSError, match="a FIFO that nobody writes to"):
        load(fifo)


def test_a_fifo_in_an_entry_is_a_broken_entry(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "outblob")
    (tmp_path / "provider").write_text("sev_guest\n")
    done = process("identify", tmp_path, MILAN)
    one_line(done, 1, "carrier-error")
    assert done.stdout == LINE


@pytest.mark.parametrize("silence", [0, 1.5], ids=["at once", "after a while"])
def test_a_fifo_with_a_writer_is_read_to_its_end(tmp_path: Path, silence: float) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    def write() -> None:
        with fifo.open("wb", buffering=0) as file:
            time.sleep(silence)
            file.write(MILAN.read_bytes())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert load(fifo).data == MILAN.read_bytes()
    finally:
        writer.join()


def test_what_a_shell_substitutes_is_read() -> None:
    done = shell('"$0" -m evidence identify <(cat "$1") <(sleep 1.5; cat "$1")', MILAN)
    assert (done.returncode, done.stdout.count(b": amd-sev-snp 3, 1184 bytes\n")) == (0, 2)


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    for name in ("a\0b", "", "\ud800"):
        done = CliRunner().invoke(commands, ["identify", name, str(MILAN)])
        assert (done.exit_code, done.stdout_bytes, done.stderr.count("\n")) == (2, LINE, 1)
        for words in (["--event-log", name], ["--attach", f"event-log={name}"], ["-o", name]):
            done = CliRunner().invoke(commands, ["convert", str(MILAN), *words])
            assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), words
        assert CliRunner().invoke(commands, ["validate", name]).exit_code == 2
        with pytest.raises(OSError, match=r"no file can have this name|No such file"):
            load(name)
    assert list(tmp_path.iterdir()) == []


def test_a_directory_or_a_socket_where_a_file_must_be(tmp_path: Path) -> None:
    import socket

    one_line(process("identify", "--event-log", tmp_path, MILAN), 2, "Is a directory")
    one_line(process("convert", "-o", tmp_path, MILAN), 2, "Is a directory")
    one_line(process("convert", "-o", f"{tmp_path}/new/", MILAN), 2, "Is a directory")
    one_line(process("validate", tmp_path), 2, "Is a directory")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        done = process("identify", tmp_path / "s", MILAN)
    one_line(done, 2, "unreadable")
    assert done.stdout == LINE


def test_a_file_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/a\xff\xc3\xa9\x1b.bin"
    Path(os.fsdecode(path)).write_bytes(MILAN.read_bytes())
    shown = f"{tmp_path}/a\\xff\u00e9\\x1b.bin"
    done = process("identify", path, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert (done.returncode, done.stdout.decode()) == (0, f"{shown}: amd-sev-snp 3, 1184 bytes\n")
    for command in ("convert", "identify"):
        for locale in ({}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
            done = process(command, "--lines", path, MILAN, env={**os.environ, **locale})
            assert done.returncode == 0
            assert done.stdout.isascii()
            first, second = map(json.loads, done.stdout.splitlines())
            assert first["input"] == f"{tmp_path}/a\\xff\u00e9\x1b.bin"
            assert second["input"] == str(MILAN)
    broken = os.fsencode(tmp_path) + b"/\xfe"
    one_line(process("convert", broken), 2, "/\\xfe: unreadable")


def test_standard_input_is_read_once() -> None:
    for command in ("identify", "validate"):
        one_line(process(command, "-", "-", stdin=subprocess.DEVNULL), 2, "standard input is named twice")


# signals

INTERRUPTED_AT = """
import os, signal, sys

class Finder:
    def find_spec(self, name, *_):
        if name == NAME:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
from evidence.cli import main
main()
"""


def heard() -> None:
    """Signals reach the command even where whoever runs these tests ignores them, as a shell in the background does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize(
    "module",
    [
        *("evidence.cli.commands", "typing", "click", "click.core", "evidence.cli.convert", "msgspec"),
        *("evidence.claims", "evidence.convert", "evidence.types", "evidence.types.snp.read"),
    ],
)
def test_an_interrupt_while_modules_load(module: str, tmp_path: Path) -> None:
    program = INTERRUPTED_AT.replace("NAME", repr(module))
    command = [sys.executable, "-c", program, "convert", str(MILAN), "-o", str(tmp_path / "claims.json")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60, preexec_fn=heard)
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"evidence: interrupted\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 2), (signal.SIGTERM, -15), (signal.SIGHUP, -1)])
def test_a_signal_leaves_the_old_output_and_nothing_else(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    target, fifo = tmp_path / "claims.json", tmp_path / "fifo"
    target.write_text("old")
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "evidence", "convert", str(MILAN), "-o", str(target), str(fifo)]
    with (
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=heard,  # noqa: PLW1509 (the same)
        ) as running,
        fifo.open("wb"),
    ):
        while len(list(tmp_path.iterdir())) < 3:
            time.sleep(0.01)
        time.sleep(0.2)  # now it waits for the writer that says nothing
        running.send_signal(number)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (code, b"")
    assert err == (b"evidence: interrupted\n" if number == signal.SIGINT else b"")
    assert target.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.json", "fifo"]


def test_a_signal_that_the_parent_ignores_stays_ignored() -> None:
    program = INTERRUPTED_AT.replace("NAME", "'click'")
    done = shell('trap "" INT; exec "$0" -c "$1" identify "$2"', program, MILAN)
    assert (done.returncode, done.stdout, done.stderr) == (0, LINE, b"")


# standard streams


def test_a_full_disk_under_standard_output() -> None:
    with Path("/dev/full").open("wb") as full:
        for words in (("identify", MILAN), ("convert", MILAN), ("inspect", MILAN), ("types",), ("--help",)):
            one_line(process(*words, stdout=full), 2, "No space left on device")
        done = process("identify", MILAN, "nowhere", stderr=full)
        assert (done.returncode, done.stdout) == (2, LINE)
    one_line(process("convert", "-o", "/dev/full", MILAN), 2, "/dev/full: No space left on device")


@pytest.mark.parametrize("words", [["--help"], ["types"], ["identify", MILAN], ["inspect", MILAN]], ids=str)
def test_a_pipe_that_nobody_reads(words: list[object]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = process(*words, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (2, b"")


def test_closed_streams() -> None:
    done = shell('"$0" -m evidence identify "$1" nowhere 2>&-', MILAN)
    assert (done.returncode, done.stdout) == (2, LINE)
    done = shell('"$0" -m evidence identify "$1" <&- 2>&-', MILAN)
    assert (done.returncode, done.stdout) == (0, LINE)


def test_an_output_never_becomes_a_standard_stream(tmp_path: Path) -> None:
    target = tmp_path / "claims.json"
    shell('"$0" -m evidence convert --lines "$1" nowhere -o "$2" 2>&-', MILAN, target)
    rows = [json.loads(line) for line in target.read_bytes().splitlines()]
    assert [row["input"] for row in rows] == [str(MILAN), "nowhere"]


def test_streams_that_a_parent_made_non_blocking(tmp_path: Path) -> None:
    to_child, from_child = os.pipe(), os.pipe()
    for end in (to_child[0], from_child[1]):
        os.set_blocking(end, False)
    command = [sys.executable, "-m", "evidence", "convert", "--native", "-", *[str(MILAN)] * 60]
    with subprocess.Popen(
        command, stdin=to_child[0], stdout=from_child[1], stderr=subprocess.PIPE
    ) as running:
        for end in (to_child[0], from_child[1]):
            os.close(end)
        time.sleep(0.5)  # it waits for its input, and then for its reader
        with os.fdopen(to_child[1], "wb") as file:
            file.write(MILAN.read_bytes())
        time.sleep(0.5)
        with os.fdopen(from_child[0], "rb") as file:
            rows = [json.loads(line) for line in file]
        assert running.stderr is not None
        assert running.stderr.read() == b""
    assert (running.returncode, len(rows)) == (0, 61)
    assert all("claims" in row for row in rows)


@pytest.mark.parametrize("encoding", ["latin-1", "cp437", "ascii", "ascii:strict", "utf-8"])
def test_standard_output_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "\u20ac\u0416.bin"
    path.write_bytes(MILAN.read_bytes())
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    for words in (("inspect", path), ("identify", path), ("convert", "--lines", path), ("types",)):
        done = process(*words, env=environment)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode(encoding.split(":", maxsplit=1)[0])
    done = process("convert", tmp_path / "\u20ac\u0416", env=environment)
    one_line(done, 2)


def test_what_the_caller_wrote_reaches_a_terminal_safely() -> None:
    evil = "\x1b[2J\u202e\x9b"
    for words in (
        *((evil,), ("identify", f"--{evil}", MILAN), ("identify", "--type", evil, MILAN)),
        *(("identify", "--option", f"{evil}={evil}", MILAN), ("identify", "--attach", evil, MILAN)),
        *(("--plugin", evil, "types"), ("conformance", evil), ("conformance", "--corpus", evil)),
        *(("convert", "-o", f"/nowhere/{evil}", MILAN), ("validate", evil), ("convert", evil)),
    ):
        done = process(*words)
        one_line(done, 2)
        for character in evil.replace("[2J", ""):
            assert character.encode() not in done.stderr, words


def test_options_of_any_size_are_said_in_a_short_line() -> None:
    long = "9" * 100_000
    for words in (("--type", long), ("--option", f"product={long}"), ("--option", f"{long}=1"), ("-o", long)):
        done = process("convert", MILAN, *words)
        one_line(done, 2)
        assert len(done.stderr) < 1000


# `-o FILE`


def test_an_output_is_never_an_input_by_any_name(tmp_path: Path) -> None:
    source, hard, symbolic = tmp_path / "in", tmp_path / "hard", tmp_path / "symbolic"
    source.write_bytes(MILAN.read_bytes())
    hard.hardlink_to(source)
    symbolic.symlink_to("in")
    for target in (source, hard, symbolic, tmp_path / ".." / tmp_path.name / "in"):
        for words in (
            (source,),
            (MILAN, source),
            ("--event-log", source, MILAN),
            ("--attach", f"event-log={source}", MILAN),
        ):
            one_line(process("convert", *words, "-o", target), 2, "would be lost")
        with source.open("rb") as file:
            one_line(process("convert", "-", "-o", target, stdin=file), 2, "would be lost")
    assert source.read_bytes() == MILAN.read_bytes()
    assert symbolic.is_symlink()
    assert len(list(tmp_path.iterdir())) == 3


def test_an_output_is_never_a_file_of_an_entry(tmp_path: Path) -> None:
    (tmp_path / "outblob").write_bytes(MILAN.read_bytes())
    (tmp_path / "provider").write_text("sev_guest\n")
    one_line(process("convert", tmp_path, "-o", tmp_path / "outblob"), 2, "would be lost")
    assert (tmp_path / "outblob").read_bytes() == MILAN.read_bytes()


def test_an_output_that_is_not_whole_replaces_nothing(tmp_path: Path) -> None:
    target = tmp_path / "claims.json"
    target.write_text("old")
    for words in (("nowhere",), (MILAN, MILAN, "--option", "product=nothing")):
        assert process("convert", *words, "-o", target).returncode == 2
        assert target.read_text() == "old"
    limited = shell('ulimit -f 8; "$0" -m evidence convert "$@"', *[MILAN] * 40, "-o", target)
    assert limited.returncode == 2
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
    assert process("convert", MILAN, "nowhere", "-o", target).returncode == 2
    assert len(target.read_bytes().splitlines()) == 2  # whole: what failed is in it


def test_an_output_keeps_its_link_and_its_permissions(tmp_path: Path) -> None:
    target, link = tmp_path / "claims.json", tmp_path / "link"
    shell('umask 027; "$0" -m evidence convert "$1" -o "$2"', MILAN, target)
    assert target.stat().st_mode & 0o777 == 0o640
    target.chmod(0o604)
    link.symlink_to(target)
    before = target.stat().st_ino
    shell('umask 077; "$0" -m evidence convert --lines "$1" -o "$2"', MILAN, link)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o604
    assert target.stat().st_ino != before
    assert json.loads(target.read_bytes())["input"] == str(MILAN)


def test_an_output_that_is_a_device_or_a_pipe_is_written_to(tmp_path: Path) -> None:
    assert process("convert", "-o", os.devnull, MILAN).returncode == 0
    assert Path(os.devnull).is_char_device()
    assert process("convert", "-o", "/dev/stdout", MILAN).stdout == process("convert", MILAN).stdout
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    done = shell('cat "$2" & "$0" -m evidence convert -o "$2" "$1"; wait', MILAN, fifo)
    assert sha256(done.stdout).digest() == sha256(process("convert", MILAN).stdout).digest()


def test_an_output_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "claims.json"
    target.write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write to any file
    done = CliRunner().invoke(commands, ["convert", "-o", str(target), str(MILAN)])
    assert (done.exit_code, done.stderr) == (2, f"evidence: {target}: Permission denied\n")
    assert target.read_text() == "old"
