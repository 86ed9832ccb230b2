"""The reference of the command line, from its commands."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from docs.markdown import code, section, table
from evidence.cli.commands import commands


def page() -> str:
    """`docs/command-line.md`."""
    context = click.Context(commands, info_name="evidence", **commands.context_settings)
    parts = [_command(commands, context, "evidence")]
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        assert command is not None
        parts += _with_inner(command, click.Context(command, context, name), f"evidence {name}")
    made = "<!-- made from the commands themselves by `make docs` -->\n\n"
    return f"# The command line\n\n{made}" + "".join(parts).rstrip("\n") + "\n"


def _with_inner(command: click.Command, context: click.Context, name: str) -> Iterator[str]:
    """A command, and those inside of it."""
    yield _command(command, context, name)
    for inside, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield _command(inner, click.Context(inner, context, inside), f"{name} {inside}")


def _command(command: click.Command, context: click.Context, name: str) -> str:
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    options = [_option(option) for option in command.params if isinstance(option, click.Option)]
    text = inspect.cleandoc(command.help or "")
    return section(f"`{name}`", f"```text\n{usage}\n```", text, table(("option", "what it does"), options))


def _option(option: click.Option) -> tuple[str, str]:
    names = ", ".join(code(f"{name} {option.metavar}" if option.metavar else name) for name in option.opts)
    return names, (option.help or "") + (" May be repeated." if option.multiple else "")
