"""What the commands that read evidence share: their inputs, their options, and what they do with each piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

import click
from msgspec import Struct

from evidence import limits
from evidence.cli import streams
from evidence.cli.ending import BAD, ENVIRONMENT, GOOD, UNKNOWN
from evidence.cli.progress import Progress
from evidence.convert import BUILTIN, Evidence, Failure, attached, convert_all, make_input, make_options
from evidence.errors import (
    CarrierError,
    Defective,
    EvidenceError,
    UnknownFormat,
    UsageError,
    defective,
    safe,
)
from evidence.input import ATTACHMENT_KINDS, Input, Refusal
from evidence.inputs import NamedInput, Unreadable, each
from evidence.options import Options
from evidence.reader import as_text, read_file
from evidence.registry import Registry

EVENT_LOG: Final = "event-log"


class Request(NamedTuple):
    """What was asked for: inputs, and how to read them. `files` are the paths of all that is read.

    Whoever reads all inputs settles the `options`.
    """

    inputs: tuple[str, ...]
    kind: str | None
    options: Options
    attachments: dict[str, bytes]
    registry: Registry
    unwrap_results: bool
    recursive: bool
    files: tuple[str, ...]

    @property
    def reader(self) -> PieceReader:
        """What reads each input."""
        registry = None if self.registry is BUILTIN else self.registry
        return PieceReader(self.kind, self.options, registry, self.unwrap_results)


class PieceReader(Struct, frozen=True):
    """What gives the pieces of an input, as a command was asked to read it; it can be sent to another process."""

    kind: str | None
    options: Options
    registry: Registry | None
    unwrap_results: bool

    def __call__(self, content: Input) -> Iterator[Evidence | Failure]:
        """Every piece; an error is the last one. Raises `UsageError`."""
        try:
            yield from convert_all(
                content,
                type=self.kind,
                options=self.options,
                registry=self.registry,
                unwrap_results=self.unwrap_results,
            )
        except UsageError:
            raise
        except EvidenceError as error:
            yield Failure("", error)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (a plugin may do anything; the others are still read)
            yield Failure("", defective(error))


class InputResult(NamedTuple):
    """One piece of one input, or why there is none. `taken` is the input as it came, where there was one to read."""

    source: str
    piece: Evidence | Failure
    taken: Input | None = None


Render = Callable[[str, Evidence], bytes]
"""What a command writes of a piece of a source."""


def pairs(_: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """`NAME=VALUE` texts as pairs, for click to call."""
    values: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"{text!r} is not {getattr(option, 'metavar', '')}")
        if name in values:
            raise click.BadParameter(f"{name!r} is given twice")
        values[name] = value
    return tuple(values.items())


Command = Callable[..., Any]
FILES: Final = click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
FILES_OR_NONE: Final = click.argument("inputs", nargs=-1, metavar="[FILE...]")


def reading(command: Command) -> Command:
    """The arguments and options of a command that reads evidence; `request` gathers them."""
    return _reading(command, FILES)


def reading_or_none(command: Command) -> Command:
    """The same where inputs may be named in another way."""
    return _reading(command, FILES_OR_NONE)


def _reading(command: Command, files: Callable[[Command], Command]) -> Command:
    for decorate in (
        click.pass_obj,
        click.option(
            "--attach",
            callback=pairs,
            metavar="KIND=FILE",
            multiple=True,
            help=f"Content beside the evidence. KIND is {', '.join(ATTACHMENT_KINDS)}.",
        ),
        click.option("--event-log", metavar="FILE", help="The same as --attach event-log=FILE."),
        click.option(
            "--option",
            "options",
            callback=pairs,
            metavar="NAME=VALUE",
            multiple=True,
            help="An option of a type, as its page in docs/types lists them, for all pieces of types that have it.",
        ),
        click.option(
            "--unwrap-results",
            is_flag=True,
            help="Take evidence out of attestation results, which are refused otherwise.",
        ),
        click.option(
            "-r",
            "--recursive",
            is_flag=True,
            help="Every file of a folder and of the folders in it, by name. Links to folders are not followed.",
        ),
        click.option(
            "--type",
            "kind",
            metavar="TYPE",
            help="Read as this type; content that contradicts it is an error.",
        ),
        files,
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
    recursive: bool,
) -> Request:
    """The options of `reading` as one value; attached files are read, as far as an attachment may go."""
    files = dict(attach)
    if event_log is not None:
        if EVENT_LOG in files:
            raise UsageError(f"--event-log and --attach {EVENT_LOG} name the same attachment")
        files[EVENT_LOG] = event_log
    check_once(inputs)
    attached(dict.fromkeys(files, b""))  # a kind that there is not, before its file is looked for
    return Request(
        inputs,
        kind,
        make_options(dict(options), kind, registry),
        {name: read_file(path, limits.ATTACHMENT_BYTES) for name, path in files.items()},
        registry,
        unwrap_results,
        recursive,
        (*inputs, *files.values()),
    )


def check_once(inputs: tuple[str, ...]) -> None:
    """Raise `UsageError` if standard input is named twice: nothing is left of it the second time."""
    if inputs.count("-") > 1:
        raise UsageError("standard input is named twice")


def results(request: Request) -> Iterator[InputResult]:
    """Every piece of every input, in order; what is wrong with one does not lose the others.

    Every input has a result: for one in which there is nothing, that is an error. An option that no piece takes raises
    `UsageError` before the last one is given, so that nothing is written of a single piece.
    """
    last = None
    if not request.options.values:  # each at once
        yield from _results(request)
        return
    for result in _results(request):
        if last is not None:
            yield last
        last = result
    request.options.settle()
    if last is not None:
        yield last


def _results(request: Request) -> Iterator[InputResult]:
    progress = Progress()
    for source, content in contents(request):
        progress.tick(source)
        count, taken = 0, content if isinstance(content, Input) else None
        for piece in pieces_of(content, request):
            count += 1
            yield InputResult(source, piece, taken)
            for fault in piece.faults if isinstance(piece, Evidence) else ():
                complain(source, Failure(piece.at, fault))
        if not count:
            empty = Failure("", CarrierError(carrier="input", reason="holds no evidence"))
            yield InputResult(source, empty, taken)
    progress.end()


def contents(request: Request) -> Iterator[NamedInput]:
    """What the arguments name; `-` is standard input."""
    for source in request.inputs:
        if source == "-":
            yield NamedInput(source, _standard_input(request.attachments))
        else:
            yield from each((source,), request.attachments, recursive=request.recursive)


def each_input(source: str) -> Iterator[Input]:
    """Every input that an argument names, for a command that reads one; what is wrong with any is raised."""
    named = (NamedInput(source, _standard_input({})),) if source == "-" else each((source,))
    for _, content in named:
        if isinstance(content, OSError):
            raise content
        if isinstance(content, Refusal):
            raise content.error
        yield content


def _standard_input(attachments: dict[str, bytes]) -> Input | OSError:
    try:
        return make_input(streams.standard_input().read(limits.INPUT_BYTES + 1), attachments)
    except OSError as error:
        return error


def pieces_of(content: Input | Refusal | OSError, request: Request) -> Iterator[Evidence | Failure]:
    """The pieces of one input, or why there are none."""
    if isinstance(content, OSError):
        yield Failure("", Unreadable(reason=content.strerror or str(content)))
    elif isinstance(content, Refusal):
        yield Failure(*content)
    else:
        yield from request.reader(content)


def write_all(
    pieces: Iterable[InputResult], render: Render, write: Callable[[bytes], object], *, failures: bool
) -> int:
    """Writes what `render` makes of every piece, says what is wrong with the others; gives the exit code.

    `failures` asks for a line of JSON of each of these as well.
    """
    code = GOOD
    for source, piece, _ in pieces:
        failure = piece if isinstance(piece, Failure) else None
        if isinstance(piece, Evidence):
            try:
                data = render(source, piece)
            except EvidenceError as error:
                failure = Failure(piece.at, error)
            except (Exception, SystemExit) as error:  # noqa: BLE001 (claims are of a type's own making)
                failure = Failure(piece.at, defective(error))
        if failure is not None:
            code = worse(code, failure.error)
            complain(source, failure)
            data = (
                streams.row(members(source, failure.at, error=failure.error.as_dict())) if failures else b""
            )
        write(data)
    return code


def members(source: str, at: str, **more: Any) -> dict[str, Any]:
    """What a line of JSON says: which piece of which input, and what it is."""
    return {"input": as_text(source), "at": at, **more}


def complain(source: str, failure: Failure) -> None:
    """Say on standard error what is wrong with one piece."""
    at = f" ({safe(failure.at)})" if failure.at else ""
    streams.say(f"{streams.shown(source)}{at}: {failure.error.code}: {failure.error}")


def worse(code: int, error: EvidenceError) -> int:
    """The exit code after one more error.

    2 if an input could not be read or a type is at fault, else 3 if any format is unknown, else 1 or 0.
    """
    if code == ENVIRONMENT or isinstance(error, Unreadable | Defective):
        return ENVIRONMENT
    return UNKNOWN if code == UNKNOWN or isinstance(error, UnknownFormat) else BAD
