"""The standard streams, and what may be written to them: a terminal never gets a raw byte of an input.

Data is written as soon as it is there, so that an interrupt loses none.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import Any, BinaryIO, Final

from evidence.errors import UsageError, safe
from evidence.reader import as_text

text: Final = as_text

CLEAR: Final = "\r\x1b[K"
"""Empties a line of a terminal."""
COLUMNS: Final = 79
PIPED: Final = 80
"""Columns of what people read elsewhere than on a terminal."""
_whispered: Final[list[str]] = []
"""What stands on the terminal for a moment."""


def prepare() -> None:
    """Text that an encoding lacks (latin-1, cp437) is written as escapes, and no stream is read or written by half."""
    for stream in sys.stdin, sys.stdout, sys.stderr:
        if isinstance(stream, TextIOWrapper):
            if stream is not sys.stdin:
                stream.reconfigure(errors="backslashreplace")
            with suppress(OSError):  # of a stream without a descriptor
                os.set_blocking(stream.fileno(), True)  # a parent may have made it otherwise


def finish() -> bool:
    """Whether all that was written went out; if not, the interpreter has no more to complain of."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _drop(sys.stdout)
        return False
    return True


def shown(name: object) -> str:
    """The name of a file, or a message with such names, as it may stand on a terminal."""
    return safe(as_text(str(name))) or "''"


def row(members: dict[str, Any]) -> bytes:
    """One line of JSON Lines."""
    import msgspec

    from evidence.encode.json import ascii_json

    return ascii_json(msgspec.json.encode(members)) + b"\n"


def put(data: bytes) -> None:
    """Write data to standard output."""
    hush()
    try:
        rest = memoryview(data)
        while rest:  # without a buffer (`python -u`) a signal may cut a write short
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except OSError as error:
        _drop(sys.stdout)
        error.filename = "standard output"
        raise


def lines(*texts: str) -> bytes:
    """Lines for people, in the encoding of standard output."""
    return "".join(f"{text}\n" for text in texts).encode(sys.stdout.encoding, "backslashreplace")


def width() -> int:
    """The columns of the terminal that standard output is; 80 where it is none, as what is piped is read anywhere."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or PIPED
    except (OSError, ValueError):  # no terminal, or no descriptor
        return PIPED


def say(line: str) -> None:
    """Say on standard error what is wrong; that nobody hears it changes nothing else."""
    hush()
    _write_error(f"evidence: {line}\n")


def on_terminal() -> bool:
    """Whether people see standard error as it is written."""
    try:
        return sys.stderr is not None and sys.stderr.isatty()
    except ValueError:  # it is closed
        return False


def whisper(line: str) -> None:
    """Say on a terminal what holds for a moment: the next line takes its place."""
    _write_error(f"{CLEAR}{line[:COLUMNS]}")
    _whispered.append(line)


def hush() -> None:
    """Take away what was whispered."""
    if _whispered:
        _whispered.clear()
        _write_error(CLEAR)


def _write_error(text: str) -> None:
    try:
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)


def standard_input() -> BinaryIO:
    """Standard input, to read bytes from; `UsageError` if there is none."""
    if sys.stdin is None:
        raise UsageError("standard input is closed")
    return sys.stdin.buffer


def _drop(stream: Any) -> None:
    """Sends what a stream still holds nowhere: the interpreter would fail with it at its end."""
    with suppress(OSError):  # which a stream without a descriptor raises
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
