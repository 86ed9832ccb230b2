"""The command line: thin, one short function per command. Data on stdout, people on stderr.

Exit codes: 0 good, 1 bad evidence or a difference, 2 usage or environment, 3 unknown format.
"""

from __future__ import annotations

import click

from evidence.cli.convert import convert

CONTEXT = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="attestation-evidence")
def main() -> None:
    """Read attestation evidence: convert it to claims, inspect its bytes, prove its types."""


main.add_command(convert)
