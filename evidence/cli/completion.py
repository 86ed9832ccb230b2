"""`evidence completion`: a script by which a shell completes commands, options, and the words that they take.

The script is made from the commands themselves, and asks nobody when it runs: no Python starts at a key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

import click

from evidence.cli import shells, streams
from evidence.input import ATTACHMENT_KINDS
from evidence.registry import Registry

WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
"""A word that a shell takes as it is."""
SCRIPTS: Final[dict[str, Callable[[shells.Vocabulary], str]]] = {
    "bash": shells.bash,
    "zsh": shells.zsh,
    "fish": shells.fish,
}


@click.command()
@click.argument("shell", type=click.Choice(tuple(SCRIPTS)), metavar="bash|zsh|fish")
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Write a script that completes commands, options, types and words.

    bash: source <(evidence completion bash). zsh: the same, behind compinit. fish: evidence completion fish | source.
    """
    above = ctx.parent
    assert above is not None  # noqa: S101 (the group itself has no such command)
    streams.put(SCRIPTS[shell](vocabulary(above)).encode())


def vocabulary(group: click.Context) -> shells.Vocabulary:
    """The commands of a group with their options, and the words that each takes."""
    assert isinstance(group.command, click.Group)  # noqa: S101 (the caller's context)
    words = _Words(group.obj, tuple(group.command.list_commands(group)))
    commands = []
    for name in words.commands:
        command = group.command.get_command(group, name)
        if command is not None:
            with click.Context(command, info_name=name, parent=group) as inside:
                commands.append(words.command(name, command, command.get_params(inside)))
    return shells.Vocabulary(
        words.command("", group.command, group.command.get_params(group)), tuple(commands)
    )


def _inside(command: click.Command) -> Mapping[str, click.Command]:
    """The commands of a command, such as `export` of `fixtures`; the command itself has none here."""
    return command.commands if isinstance(command, click.Group) else {}


class _Words(NamedTuple):
    """What there is to choose from."""

    registry: Registry
    commands: tuple[str, ...]

    def command(self, name: str, command: click.Command, params: list[click.Parameter]) -> shells.Command:
        inner = _inside(command)
        params = params + [each for one in inner.values() for each in one.params]
        arguments = tuple(
            word for each in params if isinstance(each, click.Argument) for word in self.of(each)
        )
        return shells.Command(
            name,
            command.get_short_help_str(60),
            tuple(self.option(each) for each in params if isinstance(each, click.Option)),
            (*inner, *arguments),
        )

    def option(self, option: click.Option) -> shells.Option:
        return shells.Option(
            (*option.opts, *option.secondary_opts),
            option.help or "",
            not (option.is_flag or option.count),
            tuple(self.of(option)),
        )

    def of(self, parameter: click.Parameter) -> Iterator[str]:
        """The words that a parameter takes; none where it takes a file, or anything."""
        metavar = (parameter.metavar or "").strip("[].")
        if isinstance(parameter.type, click.Choice):
            yield from map(str, parameter.type.choices)
        elif metavar == "TYPE" and parameter.name != "media_type":
            yield from self.registry.names
        elif metavar == "KIND=FILE":
            yield from (f"{kind}=" for kind in ATTACHMENT_KINDS)
        elif metavar == "NAME=VALUE":
            yield from sorted(
                {f"{name}=" for kind in self.registry for name in kind.options.__struct_fields__}
            )
        elif metavar == "COMMAND" and isinstance(parameter, click.Argument):
            yield from self.commands
        elif metavar == "WORD":
            from evidence.glossary import Glossary

            yield from sorted(word for word in Glossary(self.registry).words if WORD.fullmatch(word))
