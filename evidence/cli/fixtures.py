"""`evidence fixtures`: the fixtures of the registered types, for other implementations."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.authoring.export import export
from evidence.authoring.plugins import admitted
from evidence.cli import streams
from evidence.registry import Registry


@click.group()
def fixtures() -> None:
    """The fixtures of the registered types, for other implementations."""


@fixtures.command(name="export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("names", nargs=-1, metavar="[TYPE...]")
@click.pass_obj
def write(registry: Registry, folder: Path, names: tuple[str, ...]) -> None:
    """Write every case as plain files: the bytes, an index, a README for implementers in any language.

    DIR must be empty or not there. Recipes are carried out; each case says what must come out, and what an implementation
    gets wrong that fails it. The same fixtures give the same files.
    """
    kinds = [admitted(registry, name) for name in names] or list(registry)
    count = export(folder, kinds, registry)
    streams.say(f"{count} cases of {len(kinds)} types in {streams.shown(folder)}")
