"""What the commands that read evidence share: their inputs, their options, their exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

import click
from msgspec import Struct

from evidence.convert import Evidence, Failure, convert_all, make_input
from evidence.errors import EvidenceError, UnknownFormat, UsageError, safe
from evidence.input import ATTACHMENT_KINDS, Input
from evidence.load import read_all
from evidence.registry import Registry

GOOD: Final = 0
BAD: Final = 1
ENVIRONMENT: Final = 2
UNKNOWN: Final = 3

EVENT_LOG: Final = "event-log"


class Unreadable(EvidenceError):
    """An input of the command line that cannot be opened or read: not the evidence's fault, exit code 2."""

    code: ClassVar[str] = "unreadable"

    reason: str

    def text(self) -> str:
        return self.reason


class Request(Struct, frozen=True):
    """What was asked for: inputs, and how to read them."""

    inputs: tuple[str, ...]
    kind: str | None
    options: dict[str, str]
    attachments: dict[str, bytes]
    registry: Registry
    unwrap_results: bool


class Result(NamedTuple):
    """One piece of one input, or why there is none."""

    source: str
    found: Evidence | Failure


def pairs(_: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """`NAME=VALUE` texts as pairs, for click to call."""
    found: list[tuple[str, str]] = []
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"{text!r} is not {getattr(option, 'metavar', '')}")
        if name in (known for known, _ in found):
            raise click.BadParameter(f"{name!r} is given twice")
        found.append((name, value))
    return tuple(found)


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments and options of a command that reads evidence; `request` gathers them."""
    for decorate in (
        click.pass_obj,
        click.option(
            "--attach",
            callback=pairs,
            metavar="KIND=FILE",
            multiple=True,
            help=f"Content beside the evidence. KIND is {', '.join(ATTACHMENT_KINDS)}.",
        ),
        click.option(
            "--event-log",
            metavar="FILE",
            type=click.Path(dir_okay=False),
            help="The same as --attach event-log=FILE.",
        ),
        click.option(
            "--option",
            "options",
            callback=pairs,
            metavar="NAME=VALUE",
            multiple=True,
            help="An option of the type, as its page in docs/types lists them.",
        ),
        click.option(
            "--unwrap-results",
            is_flag=True,
            help="Take evidence out of attestation results, which are refused otherwise.",
        ),
        click.option(
            "--type",
            "kind",
            metavar="TYPE",
            help="Read as this type; content that contradicts it is an error.",
        ),
        click.argument("inputs", nargs=-1, required=True, metavar="FILE..."),
    ):
        command = decorate(command)
    return command


def request(
    registry: Registry,
    inputs: tuple[str, ...],
    kind: str | None,
    options: tuple[tuple[str, str], ...],
    attach: tuple[tuple[str, str], ...],
    event_log: str | None,
    *,
    unwrap_results: bool,
) -> Request:
    """The options of `reading` as one value; attached files are read."""
    if event_log and EVENT_LOG in dict(attach):
        raise UsageError(f"--event-log and --attach {EVENT_LOG} name the same attachment")
    files = dict(attach) | ({EVENT_LOG: event_log} if event_log else {})
    attachments = {name: Path(path).read_bytes() for name, path in files.items()}
    return Request(inputs, kind, dict(options), attachments, registry, unwrap_results)


def results(asked: Request) -> Iterator[Result]:
    """Every piece of every input, in order; what is wrong with one does not lose the others."""
    for source in asked.inputs:
        try:
            given = take(source, asked.attachments)
        except EvidenceError as error:
            yield Result(source, Failure("", error))
            continue
        except OSError as error:
            yield Result(source, Failure("", Unreadable(reason=error.strerror or str(error))))
            continue
        for one in given:
            for found in convert_all(
                one,
                type=asked.kind,
                options=asked.options,
                registry=asked.registry,
                unwrap_results=asked.unwrap_results,
            ):
                yield Result(source, found)
                for fault in found.faults if isinstance(found, Evidence) else ():
                    complain(source, Failure(found.at, fault))


def take(source: str, attachments: dict[str, bytes]) -> tuple[Input, ...]:
    """The inputs that an argument names; `-` is standard input."""
    if source == "-":
        return (make_input(standard_input(), attachments),)
    return read_all(source, attachments)


def standard_input() -> bytes:
    """All of standard input; `UsageError` if there is none."""
    if sys.stdin is None:
        raise UsageError("standard input is closed")
    return sys.stdin.buffer.read()


def complain(source: str, failure: Failure) -> None:
    """Say on standard error what is wrong with one piece."""
    at = f" ({safe(failure.at)})" if failure.at else ""
    click.echo(f"evidence: {safe(source)}{at}: {failure.error.code}: {failure.error}", err=True)


def exit_code(failures: list[Failure]) -> int:
    """2 if an input could not be read, else 3 if any format is unknown, else 1 if anything failed, else 0."""
    if any(isinstance(failure.error, Unreadable) for failure in failures):
        return ENVIRONMENT
    if any(isinstance(failure.error, UnknownFormat) for failure in failures):
        return UNKNOWN
    return BAD if failures else GOOD
