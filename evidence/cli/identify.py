"""`evidence identify`: what a file is, without converting it."""

from __future__ import annotations

from typing import Any, Final

import click

from evidence.cli import streams
from evidence.cli.inputs import members, reading, request, results, write_all
from evidence.convert import Evidence
from evidence.errors import safe

FIELDS: Final = ("type", "version", "variant", "status", "size", "carriers", "identified_by")
"""What the header of the document says, under its names."""


@click.command()
@reading
@click.option("--lines", is_flag=True, help="JSON Lines instead of text, one object a piece or failure.")
def identify(*args: Any, lines: bool, **how: Any) -> int:
    """Say what evidence is in each FILE: type, version, variant, carriers."""
    render = _line if lines else _text
    return write_all(results(request(*args, **how)), render, streams.put, failures=lines)


def _line(source: str, piece: Evidence) -> bytes:
    header = piece.claims.evidence
    words = {name: value for name in FIELDS if (value := getattr(header, name)) is not None}
    return streams.row(members(source, piece.at, **words))


def _text(source: str, piece: Evidence) -> bytes:
    header = piece.claims.evidence
    inside = "".join(f" in {carrier.name}" for carrier in reversed(header.carriers))
    variant = f" {header.variant}" if header.variant else ""
    what = safe(f"{header.type} {header.version}{variant}, {header.size} bytes{inside}")
    return streams.lines(f"{streams.shown(source)}: {what}")
