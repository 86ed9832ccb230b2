"""`evidence fleet`: the numbers of a whole fleet, and one page of them."""

from __future__ import annotations

from importlib import import_module

import click

from evidence.cli import streams
from evidence.cli.target import target
from evidence.errors import UsageError
from evidence.reader import as_text


@click.command()
@click.argument("table", metavar="FLEET")
@click.option(
    "--html", metavar="FILE", help="Write a page with tables and plots, which loads and runs nothing."
)
@click.option("--json", "as_json", is_flag=True, help="Write the same numbers to standard output.")
@click.option(
    "--no-identifiers", is_flag=True, help="Name no machine; how many repeat is counted all the same."
)
def fleet(table: str, *, html: str | None, as_json: bool, no_identifiers: bool) -> None:
    """Count a fleet: types, versions, products, TCBs, firmware, debug, notes, errors, machines.

    FLEET is a file of Parquet, or a folder of its parts, as evidence convert --to parquet writes it. Nothing is
    verified; what is counted is what the evidence claims.
    """
    if html is None and not as_json:
        raise UsageError("what to write: --html FILE, --json, or both")
    if html == "-" and as_json:
        raise UsageError("--html - and --json both write to standard output")
    try:
        from evidence.fleet import numbers
        from evidence.fleet.table import ClaimsTable

        if html is not None:
            import_module("matplotlib")
    except ImportError as error:
        name = error.name or "a library"
        raise UsageError(f"{name} is not installed: pip install 'attestation-evidence[fleet]'") from None
    counted = numbers.fleet(ClaimsTable(table), identifiers=not no_identifiers)
    if html is not None:
        from evidence.fleet.page import page

        text = page(counted, as_text(table))
        with target(html, (table,)) as write:
            write(text.encode())
    if as_json:
        import msgspec

        from evidence.encode.json import ascii_json

        streams.put(ascii_json(msgspec.json.format(msgspec.json.encode(counted))) + b"\n")
