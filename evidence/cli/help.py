"""`evidence help`: the same as `--help`, for those who ask that way."""

from __future__ import annotations

import click

from evidence.cli import streams


@click.command("help", add_help_option=True)
@click.argument("name", required=False, metavar="[COMMAND]")
@click.pass_context
def help(ctx: click.Context, name: str | None) -> None:
    """Show what the command does, or one of its commands."""
    above = ctx.parent
    assert above is not None  # noqa: S101 (the group itself has no such command)
    if name is None:
        streams.put(streams.lines(above.get_help()))
        return
    group = above.command
    assert isinstance(group, click.Group)  # noqa: S101 (the same)
    _, command, _ = group.resolve_command(above, [name])
    if command is not None:
        with click.Context(command, info_name=name, parent=above) as inside:
            streams.put(streams.lines(command.get_help(inside)))
