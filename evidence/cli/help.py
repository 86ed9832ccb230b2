"""`evidence help`: the same as `--help`, for those who ask that way."""

from __future__ import annotations

import click

from evidence.cli import streams


@click.command("help", add_help_option=True)
@click.argument("names", nargs=-1, metavar="[COMMAND]")
@click.pass_context
def help(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Show what the command does, or one of its commands."""
    here = ctx.parent
    assert here is not None  # noqa: S101 (the group itself has no such command)
    for name in names:
        if not isinstance(here.command, click.Group):
            raise click.UsageError(f"{here.command_path} has no commands", here)
        _, command, _ = here.command.resolve_command(here, [name])
        assert command is not None  # noqa: S101 (it would have raised)
        here = click.Context(command, info_name=name, parent=here)
    streams.put(streams.lines(here.get_help()))
