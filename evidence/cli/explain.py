"""`evidence explain`: what a word of this library means."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

import click

from evidence.cli import streams
from evidence.cli.ending import GOOD
from evidence.errors import UsageError, safe
from evidence.glossary import Explanation, meant
from evidence.glossary import explain as meanings
from evidence.registry import Registry

COLUMNS: Final = 80
LONGEST: Final = 4000
"""Characters of one text."""


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def explain(registry: Registry, words: tuple[str, ...], as_json: bool) -> int:
    """Say what a word means: of claims, a note's or an error's code, a type, an environment, a carrier.

    The texts are those of the pages in docs/. Exit codes: 0 known, 2 not.
    """
    every = [(word, meanings(word, registry)) for word in words]
    for word, known in every:
        if not known:
            near = meant(word, registry)
            hint = f", did you mean {near}?" if near else " (docs/claims.md has the words of claims)"
            raise UsageError(f"no word {streams.shown(word)!r} here{hint}")
    for _, known in every:
        for each in known:
            streams.put(streams.row(each._asdict()) if as_json else streams.lines(*_lines(each)))
    return GOOD


def _lines(each: Explanation) -> Iterator[str]:
    yield safe(f"{each.word}: {each.kind}")
    yield from wrap(safe(each.text, LONGEST), COLUMNS, initial_indent="  ", subsequent_indent="  ")
