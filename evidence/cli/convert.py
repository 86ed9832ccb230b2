"""`evidence convert`: evidence to claims in JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import click
import msgspec

from evidence.convert import Evidence, Failure, convert_all, make_input
from evidence.encode.json import to_json
from evidence.errors import EvidenceError, UnknownFormat, UsageError
from evidence.input import Input
from evidence.load import read

GOOD, BAD, USAGE, UNKNOWN = 0, 1, 2, 3


def pair(text: str) -> tuple[str, str]:
    """`NAME=VALUE` as a pair."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise click.BadParameter(f"{text!r} is not NAME=VALUE")
    return name, value


class Result(NamedTuple):
    """One piece of one input, or why there is none."""

    source: str
    found: Evidence | Failure


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "--type", "kind", metavar="TYPE", help="Read as this type; content that contradicts it is an error."
)
@click.option(
    "--option",
    "options",
    type=pair,
    metavar="NAME=VALUE",
    multiple=True,
    help="An option of the type, e.g. product=milan.",
)
@click.option(
    "--attach", "attach", type=pair, metavar="KIND=FILE", multiple=True, help="Content beside the evidence."
)
@click.option("--lines", is_flag=True, help="JSON Lines, one object a piece, also for a single one.")
@click.option(
    "-o", "--output", type=click.File("wb"), default="-", help="Where to write; standard output if left out."
)
def convert(
    inputs: tuple[str, ...],
    kind: str | None,
    options: tuple[tuple[str, str], ...],
    attach: tuple[tuple[str, str], ...],
    lines: bool,
    output: BinaryIO,
) -> None:
    """Convert evidence to normalized claims.

    FILE is a file, a configfs-tsm entry (a directory), or - for standard input. One piece of evidence
    prints its document; several print JSON Lines.
    """
    try:
        attachments = {name: Path(path).read_bytes() for name, path in attach}
        results = list(_convert(inputs, kind, dict(options), attachments))
    except (UsageError, OSError) as error:
        click.echo(f"evidence: {error}", err=True)
        sys.exit(USAGE)
    write(results, output, lines=lines or len(results) > 1)
    sys.exit(exit_code(results))


def _convert(
    inputs: Iterable[str], kind: str | None, options: dict[str, str], attachments: dict[str, bytes]
) -> Iterator[Result]:
    for source in inputs:
        try:
            given = take(source, attachments)
        except EvidenceError as error:
            yield Result(source, Failure("", error))
            continue
        for found in convert_all(given, type=kind, options=options):
            yield Result(source, found)


def take(source: str, attachments: dict[str, bytes]) -> Input:
    """The input that an argument names; `-` is standard input."""
    if source == "-":
        return make_input(sys.stdin.buffer.read(), attachments)
    return read(source, attachments)


def write(results: list[Result], output: BinaryIO, *, lines: bool) -> None:
    """The results as one indented document, or as JSON Lines."""
    for source, found in results:
        if isinstance(found, Failure):
            click.echo(f"evidence: {source}: {found.error}", err=True)
            if lines:
                failed_line = {"input": source, "at": found.at, "error": found.error.as_dict()}
                output.write(msgspec.json.encode(failed_line) + b"\n")
            continue
        document = to_json(found.claims)
        if lines:
            found_line = {"input": source, "at": found.at, "claims": msgspec.Raw(document)}
            output.write(msgspec.json.encode(found_line) + b"\n")
        else:
            output.write(msgspec.json.format(document) + b"\n")


def exit_code(results: list[Result]) -> int:
    """3 if any format is unknown, else 1 if anything failed, else 0."""
    errors = [found.error for _, found in results if isinstance(found, Failure)]
    if any(isinstance(error, UnknownFormat) for error in errors):
        return UNKNOWN
    return BAD if errors else GOOD
