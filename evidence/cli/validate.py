"""`evidence validate`: claims documents against the model and their type's schema."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evidence.check import misfit
from evidence.cli.inputs import BAD, GOOD, standard_input
from evidence.encode.json import from_json
from evidence.errors import EvidenceError, safe
from evidence.registry import Registry


@click.command()
@click.argument("documents", nargs=-1, required=True, metavar="CLAIMS.json...")
@click.pass_obj
def validate(registry: Registry, documents: tuple[str, ...]) -> None:
    """Check claims documents: strict JSON, the claims model, the schema of their type."""
    code = GOOD
    for name in documents:
        data = standard_input() if name == "-" else Path(name).read_bytes()
        try:
            claims = from_json(data)
            error = misfit(registry[claims.evidence.type], claims)
            if error is not None:
                raise error
        except EvidenceError as error:
            click.echo(f"evidence: {safe(name)}: {error.code}: {error}", err=True)
            code = BAD
        else:
            click.echo(f"{safe(name)}: {safe(claims.evidence.type)}: good")
    sys.exit(code)
