"""The command line: thin, one short module per command. Data on stdout, people on stderr.

Exit codes: 0 good, 1 bad evidence or a difference, 2 usage or environment, 3 unknown format.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, Final

import click

from evidence.errors import RegistryError, UsageError, safe

COMMANDS: Final = ("convert", "verify", "identify", "inspect", "types", "validate", "conformance")


class Commands(click.Group):
    """A group that imports a command when it is used, so that converting one file starts quickly.

    Whatever is the caller's fault, or the environment's, ends in one line and exit code 2.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (the same)
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"evidence.cli.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader of our output has gone: nothing is left to say to it
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(2)
        except click.FileError as error:  # click would end with 1, which is the evidence's fault
            click.echo(f"evidence: {error.format_message()}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:  # click would end with 1 as well
            click.echo("evidence: interrupted", err=True)
            ctx.exit(2)
        except OSError as error:
            where = f"{safe(str(error.filename))}: " if error.filename is not None else ""
            click.echo(f"evidence: {where}{error.strerror or error}", err=True)
            ctx.exit(2)
        except (UsageError, RegistryError) as error:
            click.echo(f"evidence: {error}", err=True)
            ctx.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="attestation-evidence")
@click.option(
    "--plugin", "plugins", multiple=True, metavar="NAME", help="Admit an installed evidence type as well."
)
@click.pass_context
def main(ctx: click.Context, plugins: tuple[str, ...]) -> None:
    """Read attestation evidence: convert it to claims, inspect its bytes, prove its types.

    Exit codes: 0 good, 1 bad evidence or a difference, 2 usage or environment, 3 unknown format.
    """
    from evidence.convert import BUILTIN

    if sys.stdout is None:  # an input could become descriptor 1, and what is said would be lost
        raise UsageError("standard output is closed")
    ctx.obj = BUILTIN
    if plugins:
        from evidence.plugins import with_plugins

        ctx.obj = with_plugins(BUILTIN, plugins)
