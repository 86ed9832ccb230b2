"""`evidence types`: the evidence types that are registered."""

from __future__ import annotations

from textwrap import wrap
from typing import Final

import click

from evidence.authoring.plugins import plugins
from evidence.cli import streams
from evidence.errors import safe
from evidence.reader import as_text
from evidence.registry import EvidenceType, Registry

INDENT: Final = " " * 15


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def types(registry: Registry, as_json: bool) -> None:
    """List the evidence types: name, short names, status, versions."""
    for line in _rows(registry) if as_json else _texts(registry):
        streams.put(line)


def _rows(registry: Registry) -> list[bytes]:
    kinds: list[dict[str, object]] = [
        {
            "name": kind.name,
            "aliases": kind.aliases,
            "title": kind.title,
            "versions": kind.versions,
            "status": kind.status,
            **({"deprecated": kind.deprecated._asdict()} if kind.deprecated else {}),
            "media_types": kind.media_types,
            "providers": kind.providers,
            "attachments": kind.attachments,
            "options": kind.options.__struct_fields__,
            "references": [reference._asdict() for reference in kind.references],
        }
        for kind in registry
    ]
    offers: list[dict[str, object]] = [
        {
            "plugin": as_text(plugin.name),
            "distribution": as_text(plugin.distribution),
            "loaded": plugin.type_in(registry) is not None,
        }
        for plugin in plugins()
    ]
    return [streams.row(words) for words in (*kinds, *offers)]


def _deprecated(kind: EvidenceType) -> str:
    if kind.deprecated is None:
        return ""
    instead = f", use {kind.deprecated.instead}" if kind.deprecated.instead else ""
    return f" (deprecated since {kind.deprecated.since}{instead})"


def _texts(registry: Registry) -> list[bytes]:
    short = max((len(" ".join(kind.aliases)) for kind in registry), default=0)
    kinds = [
        line
        for kind in registry
        for line in (
            f"{kind.name:<14} {' '.join(kind.aliases):<{short}} {kind.status:<12} {kind.title}{_deprecated(kind)}",
            *wrap(f"versions {' '.join(kind.versions)}", 80, initial_indent=INDENT, subsequent_indent=INDENT),
        )
    ]
    offers = [
        f"{plugin.name:<14} {'plugin':<12} --plugin {plugin.name} admits it ({plugin.distribution})"
        for plugin in plugins()
    ]
    return [streams.lines(*map(safe, (*kinds, *offers)))]
