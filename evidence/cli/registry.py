"""`evidence registry`: the set of registered types as a whole."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.authoring.release import SchemaDifference, is_release, last_release, misnamed, since
from evidence.cli import streams
from evidence.cli.ending import BAD, GOOD
from evidence.errors import UsageError, safe
from evidence.registry import Registry


@click.group()
def registry() -> None:
    """The set of registered types as a whole."""


@registry.command()
@click.option(
    "--against",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with what was released; the last release by default.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def check(types: Registry, against: Path | None, as_json: bool) -> int:
    """Say what changed since a release: which type, which path, what, and what breaks a reader.

    Exit code 1 where something was removed, narrowed or retyped, or is newly required, or where a name is reused. A schema with a new major may be anything.
    """
    folder = against or last_release()
    if not is_release(folder):
        if against:
            raise UsageError(f"{streams.shown(against)}: nothing was released into this folder")
        streams.say("nothing was released yet")
    changes = [*since(types, folder)] if is_release(folder) else []
    reused = [(kind.name, reason) for kind in types for reason in misnamed(kind)]
    if as_json:
        for change in changes:
            streams.put(streams.row({**change._asdict(), "breaks": change.breaks}))
        for name, reason in reused:
            streams.put(
                streams.row({"type": name, "path": "name", "sort": "reused", "what": reason, "breaks": True})
            )
    else:
        streams.put(streams.lines(*(safe(line) for line in _texts(changes, reused))))
    return BAD if reused or any(change.breaks for change in changes) else GOOD


def _texts(changes: list[SchemaDifference], reused: list[tuple[str, str]]) -> list[str]:
    """What breaks first, then what only adds, then how many of each."""
    ordered = sorted(changes, key=lambda change: not change.breaks)
    lines = [f"{'BREAKS' if change.breaks else 'adds  '} {change.type}: {change}" for change in ordered]
    lines += [f"BREAKS {name}: {reason}" for name, reason in reused]
    broken = sum(change.breaks for change in changes) + len(reused)
    return [
        *lines,
        f"{broken} changes break readers, {len(changes) + len(reused) - broken} only add or reword",
    ]
