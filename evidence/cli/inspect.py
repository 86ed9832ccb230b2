"""`evidence inspect`: every field with its place, its bytes, and the claims that it became."""

from __future__ import annotations

from typing import Any

import click

from evidence.cli import streams
from evidence.cli.inputs import reading, request, results, write_all
from evidence.convert import Evidence
from evidence.errors import LONGEST, quote, safe
from evidence.registry import Source


@click.command()
@reading
def inspect(*args: Any, **how: Any) -> int:
    """Show the fields of evidence: offset, size, name, bytes, claims."""
    return write_all(results(request(*args, **how)), _text, streams.put, failures=False)


def _text(source: str, piece: Evidence) -> bytes:
    header = piece.claims.evidence
    at = f" ({piece.at})" if piece.at else ""
    title = safe(f"{streams.shown(source)}{at}: {header.type} {header.version}, {header.size} bytes")
    fields = sorted(piece.sources(), key=lambda field: (field.layer, field.start, -field.end))
    return streams.lines(title, *(_row(piece, field) for field in fields))


def _row(piece: Evidence, field: Source) -> str:
    layer = "" if field.layer == "evidence" else f" [{field.layer}]"
    value = quote(piece.bytes_of(field))
    claims = " ".join(field.claims) or "-"
    row = f"{field.start:#07x} {field.end - field.start:6}  {field.field:<28} {value}{layer}  {claims}"
    return safe(row, 10 * LONGEST)
