"""`evidence validate`: claims documents against the model and their type's schema."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evidence.check import misfit
from evidence.cli.inputs import BAD, GOOD
from evidence.encode.json import from_json
from evidence.errors import EvidenceError
from evidence.registry import Registry


@click.command()
@click.argument("documents", nargs=-1, required=True, metavar="CLAIMS.json...")
@click.pass_obj
def validate(registry: Registry, documents: tuple[str, ...]) -> None:
    """Check claims documents: strict JSON, the claims model, the schema of their type."""
    code = GOOD
    for name in documents:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        try:
            claims = from_json(data)
            error = misfit(registry[claims.evidence.type], claims)
            if error is not None:
                raise error
        except EvidenceError as error:
            click.echo(f"evidence: {name}: {error.code}: {error}", err=True)
            code = BAD
        else:
            click.echo(f"{name}: {claims.evidence.type}: good")
    sys.exit(code)
