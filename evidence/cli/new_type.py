"""`evidence new-type`: a package of its own for a new evidence type."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.authoring.new_type import new_type as written
from evidence.cli import streams
from evidence.registry import Registry


@click.command(name="new-type")
@click.argument("name", metavar="NAME")
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder to write into; it must be empty or not there. Default: NAME.",
)
@click.pass_obj
def new_type(registry: Registry, name: str, folder: Path | None) -> None:
    """Write an installable package for a new evidence type, complete but for the format.

    Its README says what is to be done; what `conformance` then says is missing is what is left.
    """
    target = folder or Path(name)
    count = len(written(name, target, registry))
    streams.say(f"{count} files in {streams.shown(target)}: pip install --editable {streams.shown(target)}")
