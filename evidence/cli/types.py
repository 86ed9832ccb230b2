"""`evidence types`: the evidence types that are registered."""

from __future__ import annotations

import click
import msgspec

from evidence.plugins import names
from evidence.registry import Registry


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def types(registry: Registry, as_json: bool) -> None:
    """List the evidence types, their versions, status and what names them."""
    widest = max((len(" ".join(kind.versions)) for kind in registry), default=0)
    for kind in registry:
        if as_json:
            words = {
                "name": kind.name,
                "title": kind.title,
                "versions": kind.versions,
                "status": kind.status,
                "media_types": kind.media_types,
                "providers": kind.providers,
                "attachments": kind.attachments,
                "options": kind.options.__struct_fields__,
                "references": [reference._asdict() for reference in kind.references],
            }
            click.echo(msgspec.json.encode(words))
        else:
            click.echo(f"{kind.name:<14} {kind.status:<12} {' '.join(kind.versions):<{widest}} {kind.title}")
    for name in names():
        line = {"plugin": name, "loaded": name in registry}
        click.echo(
            msgspec.json.encode(line) if as_json else f"{name:<14} plugin       --plugin {name} admits it"
        )
