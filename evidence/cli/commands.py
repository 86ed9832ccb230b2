"""The group of all commands: what they share before they run, and how each of their failures is said."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

import click

from evidence.cli import streams
from evidence.cli.ending import ENVIRONMENT, GOOD
from evidence.errors import RegistryError, UsageError, nearest

COMMANDS: Final = (
    *("show", "diff", "match", "convert", "verify", "group", "identify"),
    *("inspect", "extract", "events", "fleet", "types", "explain", "validate"),
    *("conformance", "fixtures", "new-type", "registry", "completion", "help"),
)

NAMED: Final = re.compile("'([^']*)'")
"""The name that an error of click is about."""


class Commands(click.Group):
    """A group that imports a command when it is used, so that converting one file starts quickly.

    A command gives its exit code. Whatever is the caller's fault, or the environment's, ends in one line and
    exit code 2: click itself would end with 1 for a closed pipe and for an interrupt, and print a page for the
    caller.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return _load(cmd_name)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT002 (the same)
        **_: Any,
    ) -> NoReturn:
        streams.prepare()
        code = ENVIRONMENT
        try:
            with self.make_context(
                prog_name or "evidence", list(sys.argv[1:] if args is None else args)
            ) as ctx:
                code = self.invoke(ctx) or GOOD
        except click.exceptions.Exit as end:
            code = end.exit_code
        except click.exceptions.NoArgsIsHelpError as error:  # a page, not a line
            error.show()
        except click.ClickException as error:
            context = getattr(error, "ctx", None)
            hint = f" (see {context.command_path} --help)" if context else ""
            streams.say(f"{streams.shown(error.format_message())}{_meant(error)}{hint}")
        except BrokenPipeError:  # the reader of our output has gone: nothing is left to say to it
            pass
        except KeyboardInterrupt:  # where the process did not give the signal to `ending`
            streams.say("interrupted")
        except OSError as error:
            where = "" if error.filename is None else f"{streams.shown(error.filename)}: "
            streams.say(f"{where}{streams.shown(error.strerror or error)}")
        except (UsageError, RegistryError) as error:
            streams.say("\n".join(streams.shown(line) for line in str(error).splitlines()))
        sys.exit(code if streams.finish() else ENVIRONMENT)


def _meant(error: click.ClickException) -> str:
    """The command, or the word of a closed list, that somebody may have meant who wrote another one."""
    parameter = getattr(error, "param", None)
    known = getattr(getattr(parameter, "type", None), "choices", ())
    context = error.ctx if isinstance(error, click.UsageError) and parameter is None else None
    if (
        context is not None
        and isinstance(context.command, click.Group)
        and error.message.startswith("No such command")
    ):
        known = context.command.list_commands(context)
    name = NAMED.search(error.message)
    near = nearest(name[1], map(str, known)) if known and name else None
    return f" Did you mean {near}?" if near else ""


def _load(name: str) -> click.Command:
    """The command of this name, from the module of that name."""
    module = name.replace("-", "_")
    command: click.Command = getattr(import_module(f"evidence.cli.{module}"), module)
    return command


@click.group("evidence", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "-V", "--version", package_name="attestation-evidence")
@click.option(
    "--plugin",
    "plugins",
    multiple=True,
    metavar="NAME",
    help="Admit an installed evidence type as well, named by its entry point or its distribution.",
)
@click.pass_context
def commands(ctx: click.Context, plugins: tuple[str, ...]) -> None:
    """Read attestation evidence: convert it to claims, inspect its bytes, prove its types.

    Exit codes: 0 good, 1 bad evidence or a difference, 2 usage or environment, 3 unknown format.
    """
    from evidence.convert import BUILTIN

    if sys.stdout is None:  # what is said would be lost
        raise UsageError("standard output is closed")
    ctx.obj = BUILTIN
    if plugins:
        from evidence.authoring.plugins import with_plugins

        ctx.obj = with_plugins(BUILTIN, plugins)
