"""`evidence identify`: what a file is, without converting it."""

from __future__ import annotations

from typing import Any, Final

import click

from evidence.claims import CarrierInfo
from evidence.cli import streams
from evidence.cli.inputs import members, reading, request, results, write_all
from evidence.convert import Evidence
from evidence.errors import UsageError, safe

FIELDS: Final = ("type", "version", "variant", "status", "size", "carriers", "identified_by")
"""What the header of the document says, under its names."""


@click.command()
@reading
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, a document a piece.")
@click.option("--lines", is_flag=True, help="JSON Lines instead of text, one object a piece or failure.")
def identify(*args: Any, as_json: bool, lines: bool, **how: Any) -> int:
    """Say what evidence is in each FILE, and the whole way to it, a line a layer."""
    if as_json and lines:
        raise UsageError("--json and --lines are two forms: ask for one of them")
    render = _document if as_json else _line if lines else _text
    return write_all(results(request(*args, **how)), render, streams.put, failures=lines)


def _line(source: str, piece: Evidence) -> bytes:
    header = piece.claims.evidence
    words = {name: value for name in FIELDS if (value := getattr(header, name)) is not None}
    return streams.row(members(source, piece.at, **words))


def _document(source: str, piece: Evidence) -> bytes:
    import msgspec

    return msgspec.json.format(_line(source, piece)) + b"\n"


def _text(source: str, piece: Evidence) -> bytes:
    """What it is, and the layers that lead to it, from the outside."""
    header = piece.claims.evidence
    variant = f" {header.variant}" if header.variant else ""
    what = safe(f"{header.type} {header.version}{variant}, {header.size} bytes")
    return streams.lines(f"{streams.shown(source)}: {what}", *map(_layer, header.carriers))


def _layer(carrier: CarrierInfo) -> str:
    """The name of a layer, the path of the next one in it, and what it says beside that."""
    at = f" at {carrier.at}" if carrier.at else ""
    facts = ", ".join(f"{fact.name} {fact.text}" for fact in carrier.facts)
    return safe(f"  in {carrier.name}{at}{f' ({facts})' if facts else ''}")
