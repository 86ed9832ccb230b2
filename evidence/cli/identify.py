"""`evidence identify`: what a file is, without converting it."""

from __future__ import annotations

import sys
from typing import Any

import click
import msgspec

from evidence.cli.inputs import complain, exit_code, reading, request, results
from evidence.convert import Failure
from evidence.errors import safe


@click.command()
@reading
@click.option("--lines", is_flag=True, help="JSON Lines instead of text.")
def identify(*args: Any, lines: bool, **how: Any) -> None:
    """Say what evidence is in each FILE: type, version, variant, carriers."""
    failures = []
    for source, piece in results(request(*args, **how)):
        if isinstance(piece, Failure):
            failures.append(piece)
            complain(source, piece)
            continue
        header = piece.claims.evidence
        if lines:
            fields = ("type", "version", "variant", "status", "size", "identified_by")
            words = {name: getattr(header, name) for name in fields}
            click.echo(msgspec.json.encode({"input": source, "at": piece.at, **words}))
        else:
            inside = "".join(f" in {carrier.name}" for carrier in reversed(header.carriers))
            variant = f" {header.variant}" if header.variant else ""
            what = safe(f"{header.type} {header.version}{variant}, {header.size} bytes{inside}")
            click.echo(f"{safe(source)}: {what}")
    sys.exit(exit_code(failures))
