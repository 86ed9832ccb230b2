"""`evidence convert` for inputs by the million: options that say where they are and how they are converted."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click
import msgspec

from evidence.cli import forms, streams
from evidence.cli.ending import BAD, ENVIRONMENT, GOOD, UNKNOWN
from evidence.cli.inputs import Request
from evidence.cli.progress import Rate
from evidence.cli.target import check_apart
from evidence.errors import Defective, UnknownFormat, UsageError, safe
from evidence.inputs import Unreadable
from evidence.reader import as_text

if TYPE_CHECKING:
    from evidence.bulk.chunks import InputChunk
    from evidence.bulk.jobs import Task
    from evidence.bulk.sources import Query
    from evidence.bulk.summary import ChunkOutcome, Tally
    from evidence.cli.convert import DocumentForm

LINES: Final = 256
"""Inputs that a process converts to lines at a time."""
MOST: Final = 20
"""Errors that are named on standard error; the output has all."""


class Scale(NamedTuple):
    """Where many inputs are, and how they are converted."""

    listed: str | None
    packed: bool
    size: int | None
    column: str | None
    jobs: int | None
    resume: bool

    @classmethod
    def of(cls, how: Mapping[str, Any]) -> tuple[Scale, dict[str, Any]]:
        """The options of `scaling`, and all others."""
        rest = {name: value for name, value in how.items() if name not in cls._fields}
        return cls(**{name: how[name] for name in cls._fields}), rest

    @property
    def is_wide(self) -> bool:
        """Whether one of the options is there."""
        return any(value not in {None, False} for value in self)


def scaling(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of `Scale`."""
    for decorate in (
        click.option(
            "--resume", is_flag=True, help="Go on with what a run that ended early has written with -o."
        ),
        click.option(
            "--jobs",
            type=click.IntRange(1, 256),
            metavar="N",
            help="Convert with N processes; the order stays.",
        ),
        click.option(
            "--column",
            metavar="NAME",
            help="Every FILE is a table with evidence in this column: Parquet, Arrow IPC, CSV, or JSON LineWork.",
        ),
        click.option(
            "--size",
            type=click.IntRange(min=1),
            metavar="BYTES",
            help="--packed: bytes of a piece, where they are not those of the first.",
        ),
        click.option(
            "--packed", is_flag=True, help="Every FILE is pieces of one size, one behind the other."
        ),
        click.option(
            "--from-list",
            "listed",
            metavar="LIST",
            help="A file of paths to read as well, each with a NUL or a line feed behind it; - for standard input.",
        ),
    ):
        command = decorate(command)
    return command


def write(query: Request, scale: Scale, to: str, document: DocumentForm, *, output: str) -> int:
    """Convert everything; gives the exit code. Good pieces stand, whatever is wrong with others."""
    _check(query, scale, to, document, output)
    tally = (_parts if to in forms.COLUMNS else _lines)(query, scale, to, document, output)
    streams.hush()
    streams.say("\n".join(tally.lines()))
    for name, _ in tally.pieces:  # of all processes, and of a run that ended early
        query.options.of(query.registry[name])
    query.options.settle()
    return code_of(tally)


def _check(query: Request, scale: Scale, to: str, document: DocumentForm, output: str) -> None:
    columns = to in forms.COLUMNS
    if scale.packed and scale.column is not None:
        raise UsageError("--packed and --column are two things that a file can be: ask for one of them")
    if scale.size is not None and not scale.packed:
        raise UsageError("--size is of --packed")
    if query.recursive and (scale.packed or scale.column is not None):
        raise UsageError(
            "-r finds files that are evidence: name those of --packed and --column, or list them"
        )
    if not columns and to != "claims":
        raise UsageError(
            f"--to {to} writes piece by piece: many inputs at once become claims, parquet or arrow"
        )
    if (scale.resume or columns) and output == "-":
        raise UsageError(f"{'--resume' if scale.resume else f'--to {to}'} needs -o")
    if columns:
        _check_columns(query, to, document)
    if output != "-":
        check_apart(output, [*query.files, *([scale.listed] if scale.listed not in {None, "-"} else [])])


def _check_columns(query: Request, to: str, document: DocumentForm) -> None:
    """Columns say what `convert_batch` says of bytes, and nothing is left out of them."""
    for value, option in (
        (query.kind, "--type"),
        (query.options.values, "--option"),
        (query.attachments, "--attach"),
        (query.unwrap_results, "--unwrap-results"),
        (query.reader.registry, "--plugin"),
        (document.strict, "--strict"),
        (document.check, "--check"),
        (document.native, "--native"),
        (document.no_identifiers, "--no-identifiers"),
    ):
        if value:
            raise UsageError(f"{option} is about one piece after the other, and not about --to {to}")
    try:
        import pyarrow as pa  # noqa: F401 (whether it is there)
    except ImportError:
        raise UsageError("pyarrow is not installed: pip install 'attestation-evidence[arrow]'") from None


def _sources(query: Request, scale: Scale) -> Query:
    from evidence.bulk.sources import Query

    return Query(
        inputs=query.inputs,
        listed=scale.listed,
        packed=scale.packed,
        size=scale.size,
        column=scale.column,
        recursive=query.recursive,
        kind=query.kind,
        attachments=query.attachments,
        standard_input=None if sys.stdin is None else sys.stdin.buffer,
    )


def _run(query: Request, scale: Scale, to: str, document: DocumentForm) -> Mapping[str, Any]:
    """What a run is asked for, as far as its output depends on it."""
    names = [*query.files, *([scale.listed] if scale.listed else [])]
    return {
        "to": to,
        "inputs": [as_text(name) for name in query.inputs],
        "sizes": {as_text(name): size for name in names if (size := _size(name)) is not None},
        "list": scale.listed and as_text(scale.listed),
        "packed": scale.packed,
        "size": scale.size,
        "column": scale.column,
        "recursive": query.recursive,
        "type": query.kind,
        "options": query.options.values,
        "attachments": sorted(query.attachments),
        "unwrap-results": query.unwrap_results,
        "document": msgspec.to_builtins(document),
    }


def _size(name: str) -> int | None:
    """Bytes of a file; None of what has none of its own."""
    try:
        status = os.stat(name)  # noqa: PTH116 (an empty path is none, and Path makes a directory of it)
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _lines(query: Request, scale: Scale, to: str, document: DocumentForm, output: str) -> Tally:
    from evidence.bulk.jobs import Task
    from evidence.bulk.lines import LineWork
    from evidence.bulk.runs import LinesFile
    from evidence.bulk.summary import Tally

    tally, first, file = Tally(), 0, None
    if output != "-":
        file = LinesFile(output)
        first, tally = file.begin(_run(query, scale, to, document), resume=scale.resume)
    work = LineWork(query.reader, document, query.attachments)
    chunks = _after(_sources(query, scale).chunks(LINES), first)
    tasks = (Task(number, chunk) for number, chunk in enumerate(chunks))
    for _, outcome in _outcomes(work, tasks, scale, tally):
        (streams.put if file is None else file.write)(outcome.data)
    if file is not None:
        file.finish()
    return tally


def _after(chunks: Iterator[InputChunk], first: int) -> Iterator[InputChunk]:
    """The chunks from the input of this number on."""
    for chunk in chunks:
        if chunk.start + chunk.rows > first:
            yield chunk.after(first - chunk.start) if chunk.start < first else chunk


def _parts(query: Request, scale: Scale, to: str, document: DocumentForm, output: str) -> Tally:
    from evidence.bulk.jobs import Task
    from evidence.bulk.parts import PART, PartWork
    from evidence.bulk.runs import Folder
    from evidence.bulk.summary import Tally

    tally, folder, run = Tally(), Folder(output, to), _run(query, scale, to, document)
    there = folder.begin(run, resume=scale.resume)

    def tasks() -> Iterator[Task]:
        for number, chunk in enumerate(_sources(query, scale).chunks(PART)):
            if number not in there:
                yield Task(number, chunk)
            elif there[number].inputs < chunk.rows:
                raise UsageError(f"{output}: part {number} has fewer rows than its inputs are: another run")
            else:
                tally.add(there[number])

    for _ in _outcomes(PartWork(output, to), tasks(), scale, tally):
        pass
    folder.finish(run, tally)
    return tally


def _outcomes(
    work: Callable[..., ChunkOutcome], tasks: Iterator[Task], scale: Scale, tally: Tally
) -> Iterator[tuple[Task, ChunkOutcome]]:
    """Every outcome in order, counted, with what is wrong said of the first bad inputs."""
    from evidence.bulk.jobs import run

    rate, printed = Rate(), 0
    for task, outcome in run(work, tasks, scale.jobs or 1):
        yield task, outcome
        tally.add(outcome.tally)
        for one in outcome.complaints[: MOST - printed]:
            row = "" if one.row is None else f" row {one.row}"
            at = f" ({safe(one.at)})" if one.at else ""
            streams.say(f"{streams.shown(one.path)}{row}{at}: {one.code}: {one.text}")
            printed += 1
        rate.tick(tally.inputs, tally.errors.total())


def code_of(tally: Tally) -> int:
    """The exit code of a run: 2 if an input could not be read, else 3 if a format is unknown, else 1 or 0."""
    from evidence.bulk.chunks import WorkerDied

    if tally.errors.keys() & {Unreadable.code, Defective.code, WorkerDied.code}:
        return ENVIRONMENT
    if UnknownFormat.code in tally.errors:
        return UNKNOWN
    return BAD if tally.errors else GOOD
