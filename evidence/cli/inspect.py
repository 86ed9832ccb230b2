"""`evidence inspect`: every field with its place, its bytes, and the claims that it became."""

from __future__ import annotations

import sys
from typing import Any

import click

from evidence.cli.inputs import complain, exit_code, reading, request, results
from evidence.convert import Evidence, Failure
from evidence.errors import LONGEST, quote, safe
from evidence.registry import Source


@click.command()
@reading
def inspect(*args: Any, **how: Any) -> None:
    """Show the fields of evidence: offset, size, name, bytes, claims."""
    failures = []
    for source, piece in results(request(*args, **how)):
        if isinstance(piece, Failure):
            failures.append(piece)
            complain(source, piece)
            continue
        header = piece.claims.evidence
        at = f" ({piece.at})" if piece.at else ""
        click.echo(safe(f"{source}{at}: {header.type} {header.version}, {header.size} bytes"))
        for field in sorted(piece.sources(), key=lambda field: (field.layer, field.start, -field.end)):
            click.echo(_row(piece, field))
    sys.exit(exit_code(failures))


def _row(piece: Evidence, field: Source) -> str:
    layer = "" if field.layer == "evidence" else f" [{field.layer}]"
    value = quote(piece.bytes_of(field))
    claims = " ".join(field.claims) or "-"
    row = f"{field.start:#07x} {field.end - field.start:6}  {field.field:<28} {value}{layer}  {claims}"
    return safe(row, 10 * LONGEST)
