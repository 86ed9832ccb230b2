"""A command of somebody else, run on every case: what it gets right, what wrong, what it refuses or accepts wrongly.

It is run without a shell, in an empty folder, without input. Its time and its output are bounded; whatever it writes is
data and is shown as such. What it leaves running is ended.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, Final

import msgspec
from msgspec import Struct

from evidence.authoring.cases import Case
from evidence.authoring.comparison import NameMap, differences
from evidence.authoring.reports import Outcome, Result, Tell
from evidence.errors import UsageError, safe

HERE: Final = "{}"
CASE: Final = "{case}"
CHUNK: Final = 1 << 16
KEPT: Final = 1 << 12
"""Bytes of standard error that are kept, for the reason of a refusal."""
DETAILS: Final = 8
"""Differences of one case that are shown."""


class Bounds(Struct, frozen=True):
    """How long the command may take for a case (seconds), and how much it may write (bytes)."""

    seconds: float = 10
    output: int = 1 << 22


class Answer(Struct, frozen=True):
    """What a command did: its exit code, None where it was ended, and why; what it wrote."""

    code: int | None
    output: bytes
    errors: bytes
    why: str = ""


class ForeignCommand:
    """The command, with a place for the path of the evidence (`{}`), and where it takes one, for that of a JSON file with all
    else that a case needs (`{case}`).
    """

    def __init__(self, text: str, bounds: Bounds | None = None) -> None:
        try:
            self.words = shlex.split(text)
        except ValueError as error:
            raise UsageError(f"--against {text!r}: {error}") from None
        if not any(HERE in word for word in self.words[1:]):
            raise UsageError(f"--against {text!r}: no {HERE} where the path of the evidence belongs")
        self.takes_all = any(CASE in word for word in self.words)
        self.bounds = bounds or Bounds()

    def takes(self, case: Case) -> bool:
        """Whether the command can be told all that belongs to the case."""
        return self.takes_all or not (case.attachments or case.options or case.forced)

    def answer(self, case: Case) -> Answer:
        """What it makes of a case. `UsageError` if there is no such command."""
        with tempfile.TemporaryDirectory(prefix="evidence-case-") as name:
            folder = Path(name)
            evidence, description = folder / "evidence.bin", folder / "case.json"
            evidence.write_bytes(case.data)
            files = {}
            for kind, content in case.attachments.items():
                (folder / f"{kind}.bin").write_bytes(content)
                files[kind] = str(folder / f"{kind}.bin")
            members = {
                "type": case.type,
                "forced": case.forced,
                "options": dict(case.options),
                "attachments": files,
            }
            description.write_bytes(msgspec.json.encode(members))
            work = folder / "work"
            work.mkdir()
            words = [word.replace(HERE, str(evidence)).replace(CASE, str(description)) for word in self.words]
            return _run(words, work, self.bounds)


def _run(words: list[str], folder: Path, bounds: Bounds) -> Answer:
    try:
        process = subprocess.Popen(  # noqa: S603 (the caller's own command, without a shell)
            words,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise UsageError(f"{words[0]}: {error.strerror or error}") from None
    output, errors = bytearray(), bytearray()
    pipes = (
        Thread(target=_read, args=(process.stdout, output, bounds.output, process), daemon=True),
        Thread(target=_read, args=(process.stderr, errors, None, process), daemon=True),
    )
    for pipe in pipes:
        pipe.start()
    why = ""
    try:
        process.wait(timeout=bounds.seconds)
    except subprocess.TimeoutExpired:
        why = f"it took more than {bounds.seconds:g} seconds"
    _end(process)  # and whatever it started, which may hold the pipes
    process.wait()
    for pipe in pipes:
        pipe.join(timeout=bounds.seconds)
    if len(output) > bounds.output:
        why = f"it wrote more than {bounds.output} bytes"
    elif not why and process.returncode < 0:
        why = f"it was ended by signal {-process.returncode}"
    return Answer(None if why else process.returncode, bytes(output), bytes(errors), why)


def _read(stream: IO[bytes], kept: bytearray, most: int | None, process: subprocess.Popen[bytes]) -> None:
    """Reads a pipe to its end; keeps so much of it, and ends the process where there is more than it may write."""
    with stream, suppress(OSError, ValueError):
        while chunk := os.read(stream.fileno(), CHUNK):
            if most is None:
                kept += chunk[: max(0, KEPT - len(kept))]
                continue
            kept += chunk
            if len(kept) > most:
                _end(process)
                return


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and all of its session."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def judge(case: Case, answer: Answer, known: NameMap | None) -> tuple[Outcome, tuple[str, ...]]:
    """What an answer is for a case, and in what it differs."""
    if answer.code is None:
        return "no-answer", (answer.why,)
    if case.refusal is not None:
        if answer.code:
            return "right", ()
        at = "" if case.refusal.at is None else f" at {case.refusal.at}"
        return "accepts-wrongly", (f"expected a refusal: {case.refusal.code}{at}", *case.mistakes)
    if answer.code:
        lines = answer.errors.decode("utf-8", "replace").strip().splitlines()
        return "refuses-wrongly", (safe(lines[-1], 160) if lines else f"exit code {answer.code}",)
    try:
        wrong = tuple(safe(text, 300) for text in differences(case, answer.output, known))
    except ValueError as error:
        return "no-answer", (safe(str(error), 160),)
    more = (f"and {len(wrong) - DETAILS} more",) if len(wrong) > DETAILS else ()
    return ("wrong", (*wrong[:DETAILS], *more)) if wrong else ("right", ())


def against(
    command: ForeignCommand,
    chosen: Iterable[Case],
    known: NameMap | None = None,
    *,
    jobs: int = 1,
    tell: Tell = lambda _: None,
) -> Iterator[Result]:
    """The results of the cases, in their order; those that it cannot be asked are `left-out`, with the reason."""

    def result(case: Case) -> Result:
        if known is not None and not known.asks(case):
            outcome, details = _left_out(f"not a case for {known.reader}")
        elif not command.takes(case):
            outcome, details = _left_out("needs what the command is not told: attachments or options")
        else:
            outcome, details = judge(case, command.answer(case), known)
        return Result(
            id=case.id, type=case.type, origin=case.origin, what=case.what, outcome=outcome, details=details
        )

    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        for done in pool.map(result, chosen):
            tell(done)
            yield done


def _left_out(why: str) -> tuple[Outcome, tuple[str, ...]]:
    return "left-out", (why,)
