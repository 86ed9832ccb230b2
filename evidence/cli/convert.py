"""`evidence convert`: evidence to claims in JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import chain, islice
from typing import Any, BinaryIO, Final

import click
import msgspec

from evidence.cli.inputs import complain, exit_code, reading, request, results
from evidence.convert import Evidence, Failure
from evidence.encode.json import to_json
from evidence.errors import Noted, UsageError


@click.command()
@reading
@click.option("--native", is_flag=True, help="Every field under its specification name as well.")
@click.option("--strict", is_flag=True, help="Notes are errors.")
@click.option(
    "--except",
    "excepted",
    metavar="CODE",
    multiple=True,
    help="A note that --strict lets pass. May be repeated; never a binding-… one.",
)
@click.option("--check", is_flag=True, help="Check the claims against the type's schema.")
@click.option(
    "--no-identifiers",
    is_flag=True,
    help="Withhold what links the evidence to a machine; not with --native, which shows it.",
)
@click.option("--lines", is_flag=True, help="JSON Lines, one object a piece, also for a single one.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.File("wb"),
    default="-",
    help="Where to write, instead of standard output.",
)
def convert(
    *args: Any,
    native: bool,
    strict: bool,
    excepted: tuple[str, ...],
    check: bool,
    no_identifiers: bool,
    lines: bool,
    output: BinaryIO,
    **how: Any,
) -> None:
    """Convert evidence to normalized claims.

    FILE is a file, a configfs-tsm entry (a directory), or - for standard input. One piece of evidence
    prints its document; several pieces or inputs print JSON Lines.
    """
    if native and no_identifiers:
        raise UsageError("--native shows what --no-identifiers withholds: ask for one of them")
    refused = _refused(excepted) if strict or excepted else None
    if excepted and not strict:
        raise UsageError("--except says what --strict lets pass: it needs that")
    found = results(request(*args, **how))
    ahead = tuple(islice(found, 2))  # one piece alone is a document, more are lines
    lines = lines or len(ahead) > 1
    errors = []
    for source, unjudged in chain(ahead, found):
        piece = _judge(unjudged, refused=refused, check=check)
        if isinstance(piece, Failure):
            errors.append(piece)
            complain(source, piece)
            if lines:
                output.write(_failed(source, piece) + b"\n")
        else:
            document = _document(piece, native=native, no_identifiers=no_identifiers)
            output.write((_line(source, piece, document) if lines else _pretty(document)) + b"\n")
    sys.exit(exit_code(errors))


NEVER_EXCEPTED: Final = "binding-"
"""How the code of a note begins that says that a binding does not hold, or is not shown to."""


def _refused(excepted: tuple[str, ...]) -> Callable[[Evidence], tuple[str, ...]]:
    """What `--strict` refuses of a piece: its notes but those excepted, and the plugins that could not say a word."""
    for code in excepted:
        if code.startswith(NEVER_EXCEPTED):
            raise UsageError(f"--except {code}: a binding that does not hold is never let pass")

    def refused(piece: Evidence) -> tuple[str, ...]:
        notes = [f"{note.code} {note.path}" for note in piece.claims.notes if note.code not in excepted]
        return (*notes, *(f"{fault.code} {fault.type}" for fault in piece.faults))

    return refused


def _judge(
    piece: Evidence | Failure, *, refused: Callable[[Evidence], tuple[str, ...]] | None, check: bool
) -> Evidence | Failure:
    if isinstance(piece, Evidence):
        if refused is not None and (notes := refused(piece)):
            return Failure(piece.at, Noted(notes=notes))
        if check:
            from evidence.check import misfit

            error = misfit(piece.type, piece.claims)
            if error is not None:
                return Failure(piece.at, error)
    return piece


def _document(piece: Evidence, *, native: bool, no_identifiers: bool) -> dict[str, msgspec.Raw]:
    claims = piece.claims
    if no_identifiers:
        from evidence.privacy import withhold

        claims = withhold(claims)
    document = {"claims": msgspec.Raw(to_json(claims))}
    if native:
        from evidence.encode.native import to_native_json

        document["native"] = msgspec.Raw(to_native_json(piece.native))
    return document


def _pretty(document: dict[str, msgspec.Raw]) -> bytes:
    whole = msgspec.json.encode(document) if len(document) > 1 else bytes(document["claims"])
    return msgspec.json.format(whole)


def _line(source: str, piece: Evidence, document: dict[str, msgspec.Raw]) -> bytes:
    return msgspec.json.encode({"input": source, "at": piece.at, **document})


def _failed(source: str, failure: Failure) -> bytes:
    return msgspec.json.encode({"input": source, "at": failure.at, "error": failure.error.as_dict()})
