"""`evidence explain`: what a word of this library means."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

import click

from evidence.cli import streams
from evidence.cli.ending import ENVIRONMENT, GOOD
from evidence.errors import safe
from evidence.glossary import Explanation, Glossary
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
    code, glossary = GOOD, Glossary(registry)
    for word in words:
        known = glossary.explain(word)
        for each in known:
            streams.put(
                streams.row({"word": word, "kind": each.kind, "text": each.text})
                if as_json
                else streams.lines(*_lines(word, each))
            )
        if not known:
            near = glossary.meant(word)
            hint = f", did you mean {near}?" if near else " (docs/claims.md has the words of claims)"
            streams.say(f"no word {streams.shown(word)!r} here{hint}")
            code = ENVIRONMENT
    return code


def _lines(word: str, each: Explanation) -> Iterator[str]:
    yield safe(f"{word if each.is_pattern else each.word}: {each.kind}")
    yield from wrap(safe(each.text, LONGEST), COLUMNS, initial_indent="  ", subsequent_indent="  ")
