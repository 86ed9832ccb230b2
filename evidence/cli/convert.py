"""`evidence convert`: evidence to claims in JSON, and to every form that others read (`outputs`)."""

from __future__ import annotations

from itertools import chain, islice
from typing import Any, Final

import click
import msgspec
from msgspec import Struct

from evidence.cli import forms, outputs, scale, streams
from evidence.cli.inputs import Request, members, reading_or_none, request, results, write_all
from evidence.cli.target import check_outside, target
from evidence.codes import NOTES
from evidence.convert import Evidence
from evidence.encode.json import to_json
from evidence.encode.written import LOSSES
from evidence.errors import Noted, UsageError, nearest
from evidence.registry import Registry


@click.command()
@reading_or_none
@scale.scaling
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
    **how: Any,
) -> int:
    """Convert evidence to normalized claims, or with --to to what others read.

    FILE is a file, a configfs-tsm entry (a directory), or - for standard input. One piece of evidence
    prints its document; several pieces or inputs print JSON Lines, or with --to need -o FOLDER.

    What a form has no place for is counted on standard error; --losses has all of it, and --strict refuses what is more
    than a detail. Whoever reads an unsigned form must have it over a channel that protects it (RFC 9781).
    """
    document = DocumentForm(strict, excepted, check, native, no_identifiers)
    document.check_itself(args[0])
    wide, how = scale.Scale.of(how)
    terms = {name: how.pop(name) for name in outputs.TERMS}
    query = request(*args, **how)
    if not (query.inputs or wide.listed):
        raise click.MissingParameter(param_type="argument", param_hint="'FILE...'")
    if query.recursive and output != "-":
        check_outside(output, query.inputs)
    for option in outputs.TERMS if wide.is_wide or to in ("claims", *forms.COLUMNS) else ():
        if terms[option] and terms[option] != outputs.OWN_PROFILE:
            raise UsageError(f"{outputs.TERMS[option]} goes with --to, and a form other than {to}")
    if wide.is_wide or to in forms.COLUMNS:
        return scale.write(query, wide, to, document, output=output)
    if to == "claims":
        return _claims(query, document, output, lines=lines)
    if native or lines:
        raise UsageError(f"--{'native' if native else 'lines'} is about claims, and not about --to {to}")
    return _form(query, to, terms, document, output)


def _claims(query: Request, document: DocumentForm, output: str, *, lines: bool) -> int:
    """Write claims: one piece alone is a document, more are lines."""
    with target(output, query.files) as write:
        pieces = results(query)
        ahead = tuple(islice(pieces, 2))
        as_lines = lines or query.recursive or len(ahead) > 1

        def render(source: str, piece: Evidence) -> bytes:
            members_of = document(piece)
            return streams.row(members(source, piece.at, **members_of)) if as_lines else _pretty(members_of)

        return write_all(chain(ahead, pieces), render, write, failures=as_lines)


def _form(query: Request, to: str, terms: dict[str, Any], document: DocumentForm, output: str) -> int:
    """Write a form of others."""
    trust = {name: terms[name] for name in ("anchors", "roles", "certificates", "at", "without")}
    if any(trust.values()) and to not in forms.SIGNED:
        raise UsageError(f"--to {to} verifies nothing: evidence verify does, and --to cwt or jwt")
    return outputs.write(
        query,
        to,
        forms.Terms(
            terms["profile"] == "vendor",
            terms["iat"],
            terms["issuer"],
            terms["key"],
            terms["media_type"],
            document.no_identifiers,
            trust,
        ),
        document.judge,
        output=output,
        losses=terms["losses"],
        check=document.check,
        excepted=frozenset({"reduced", *document.excepted}) if document.strict else None,
    )


NEVER_EXCEPTED: Final = "binding-"
"""How the code of a note begins that says that a binding does not hold, or is not shown to."""


class DocumentForm(Struct, frozen=True):
    """What the caller wants of each piece: what is not allowed in it, and what is written of it."""

    strict: bool
    excepted: tuple[str, ...]
    check: bool
    native: bool
    no_identifiers: bool

    def check_itself(self, registry: Registry) -> None:
        """Raises `UsageError` where one of these contradicts another, or is about a note that there is not."""
        if self.native and self.no_identifiers:
            raise UsageError("--native shows what --no-identifiers withholds: ask for one of them")
        if self.excepted and not self.strict:
            raise UsageError("--except says what --strict lets pass: it needs that")
        known = {*NOTES, *LOSSES, *(code for kind in registry for code in kind.codes)}
        for code in self.excepted:
            if code.startswith(NEVER_EXCEPTED):
                raise UsageError(f"--except {code}: a binding that does not hold is never let pass")
            if code not in known:
                near = nearest(code, known)
                meant = f", did you mean {near}?" if near else " (docs/notes.md has them)"
                raise UsageError(f"--except {streams.shown(code)}: no such note{meant}")

    def judge(self, piece: Evidence) -> None:
        """Raises what the caller does not allow in a piece, or what its schema does not."""
        if self.strict and (notes := self._refused(piece)):
            raise Noted(notes=notes)
        if self.check:
            from evidence.authoring.check import misfit

            error = misfit(piece.type, piece.claims)
            if error is not None:
                raise error

    def _refused(self, piece: Evidence) -> tuple[str, ...]:
        """What `--strict` refuses of a piece: its notes but those excepted, and the plugins that could not say a word."""
        notes = [f"{note.code} {note.path}" for note in piece.claims.notes if note.code not in self.excepted]
        return (*notes, *(f"{fault.code} {fault.type}" for fault in piece.faults))

    def __call__(self, piece: Evidence) -> dict[str, msgspec.Raw]:
        """What is written of a piece, which is judged before."""
        self.judge(piece)
        claims = piece.claims
        if self.no_identifiers:
            from evidence.privacy import withhold

            claims = withhold(claims)
        document = {"claims": msgspec.Raw(to_json(claims))}
        if self.native:
            from evidence.encode.native import to_native_json

            document["native"] = msgspec.Raw(to_native_json(piece.native))
        return document


def _pretty(document: dict[str, msgspec.Raw]) -> bytes:
    whole = msgspec.json.encode(document) if len(document) > 1 else bytes(document["claims"])
    return msgspec.json.format(whole) + b"\n"
