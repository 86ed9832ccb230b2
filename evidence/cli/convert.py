"""`evidence convert`: evidence to claims in JSON, and to every form that others read (`outputs`)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, islice
from typing import Any, Final

import click
import msgspec

from evidence.cli import forms, outputs, streams
from evidence.cli.inputs import members, reading, request, results, write_all
from evidence.cli.target import check_outside, target
from evidence.convert import Evidence
from evidence.encode.json import to_json
from evidence.errors import Noted, UsageError


@click.command()
@reading
@outputs.writing
@click.option("--native", is_flag=True, help="Every field under its specification name as well.")
@click.option("--strict", is_flag=True, help="Notes are errors.")
@click.option(
    "--except",
    "excepted",
    metavar="CODE",
    multiple=True,
    help="A note that --strict lets pass. May be repeated; never a binding-… one.",
)
@click.option(
    "--check",
    is_flag=True,
    help="Check the claims against the type's schema, and what is written against the grammar of its form.",
)
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
    default="-",
    help="Where to write, instead of standard output. Replaced when all is written; never an input.",
)
def convert(
    *args: Any,
    native: bool,
    strict: bool,
    excepted: tuple[str, ...],
    check: bool,
    no_identifiers: bool,
    lines: bool,
    output: str,
    to: str,
    losses: str | None,
    profile: str,
    iat: int | None,
    issuer: str | None,
    key: str | None,
    media_type: str | None,
    anchors: tuple[str, ...],
    roles: tuple[tuple[str, str], ...],
    certificates: tuple[str, ...],
    at: str | None,
    without: tuple[str, ...],
    **how: Any,
) -> int:
    """Convert evidence to normalized claims, or with --to to what others read.

    FILE is a file, a configfs-tsm entry (a directory), or - for standard input. One piece of evidence
    prints its document; several pieces or inputs print JSON Lines, or with --to need -o FOLDER.

    What a form has no place for is counted on standard error; --losses has all of it, and --strict refuses what is more
    than a detail. Whoever reads an unsigned form must have it over a channel that protects it (RFC 9781).
    """
    if native and no_identifiers:
        raise UsageError("--native shows what --no-identifiers withholds: ask for one of them")
    refused = _refused(excepted) if strict or excepted else None
    if excepted and not strict:
        raise UsageError("--except says what --strict lets pass: it needs that")
    query = request(*args, **how)
    if query.recursive and output != "-":
        check_outside(output, query.inputs)
    if to != "claims":
        if native or lines:
            raise UsageError(f"--{'native' if native else 'lines'} is about claims, and not about --to {to}")
        trust = {
            "anchors": anchors,
            "roles": roles,
            "certificates": certificates,
            "at": at,
            "without": without,
        }
        if any(trust.values()) and to not in forms.SIGNED:
            raise UsageError(f"--to {to} verifies nothing: evidence verify does, and --to cwt or jwt")
        return outputs.write(
            query,
            to,
            forms.Terms(profile == "vendor", iat, issuer, key, media_type, no_identifiers, trust),
            lambda piece: _judge(piece, refused=refused, check=check),
            output=output,
            losses=losses,
            check=check,
            excepted=frozenset({"reduced", *excepted}) if strict else None,
        )
    for option, value in (("losses", losses), ("iat", iat), ("issuer", issuer), ("key", key)):
        if value is not None:
            raise UsageError(f"--{option} goes with --to, and a form other than claims")
    with target(output, query.files) as write:
        pieces = results(query)
        ahead = tuple(islice(pieces, 2))  # one piece alone is a document, more are lines
        as_lines = lines or query.recursive or len(ahead) > 1

        def render(source: str, piece: Evidence) -> bytes:
            _judge(piece, refused=refused, check=check)
            document = _document(piece, native=native, no_identifiers=no_identifiers)
            return streams.row(members(source, piece.at, **document)) if as_lines else _pretty(document)

        return write_all(chain(ahead, pieces), render, write, failures=as_lines)


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


def _judge(piece: Evidence, *, refused: Callable[[Evidence], tuple[str, ...]] | None, check: bool) -> None:
    """Raises what the caller does not allow in a piece, or what its schema does not."""
    if refused is not None and (notes := refused(piece)):
        raise Noted(notes=notes)
    if check:
        from evidence.authoring.check import misfit

        error = misfit(piece.type, piece.claims)
        if error is not None:
            raise error


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
    return msgspec.json.format(whole) + b"\n"
