"""`evidence inspect`: every layer with its fields: place, bytes, value, and the claims that each became."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli import streams
from evidence.cli.ending import GOOD
from evidence.cli.inputs import (
    InputResult,
    Request,
    Unreadable,
    complain,
    members,
    reading,
    request,
    results,
    worse,
)
from evidence.cli.target import check_outside, target
from evidence.convert import Evidence, Failure
from evidence.errors import EvidenceError, UsageError, defective

if TYPE_CHECKING:  # loads what the other commands have no use for
    from evidence.inspect.model import Inspection

PIECES: Final = 32
"""Pieces of one page."""


@click.command()
@reading
@click.option("--json", "as_json", is_flag=True, help="JSON Lines instead of text, one object a piece.")
@click.option(
    "--html",
    metavar="FILE",
    help="One page to look at in a browser, instead of text. Replaced when all is written; never an input.",
)
def inspect(*args: Any, as_json: bool, html: str | None, **how: Any) -> int:
    """Show the bytes of evidence: layers, fields with offset and size, values, claims.

    Of a refused FILE what was read before the error is shown, and the place of the error. Lines are as wide as the
    terminal, and 80 columns where there is none.
    """
    if as_json and html is not None:
        raise UsageError("--json and --html are two outputs: ask for one of them")
    query = request(*args, **how)
    if html is None:
        return _write(query, as_json=as_json)
    if query.recursive and html != "-":
        check_outside(html, query.inputs)
    with target(html, query.files) as write:
        from evidence.inspect.html import page

        code, more = GOOD, 0
        shown: list[Inspection] = []
        for result in results(query):
            code = _judged(code, result)
            if len(shown) < PIECES:
                code, inspection = _inspected(code, result, query)
                shown.append(inspection)
            else:
                more += 1
        write(page(shown, more))
    return code


def _write(query: Request, *, as_json: bool) -> int:
    code, width = GOOD, streams.width()
    for result in results(query):
        code = _judged(code, result)
        code, shown = _inspected(code, result, query)
        if as_json:
            from evidence.inspect.plain import document

            streams.put(streams.row(members(result.source, result.piece.at, **document(shown))))
        elif shown.layers or shown.stop is None:
            from evidence.inspect.text import lines

            streams.put(streams.lines(*lines(shown, width)))
    return code


def _judged(code: int, result: InputResult) -> int:
    """The exit code after a result; what is wrong with it is said."""
    if isinstance(result.piece, Evidence):
        return code
    complain(result.source, result.piece)
    return worse(code, result.piece.error)


def _inspected(code: int, result: InputResult, query: Request) -> tuple[int, Inspection]:
    """What there is to show of a result, and the exit code: what a plugin says may fail where its claims did not."""
    from evidence.inspect import layers, refused

    piece = result.piece
    name = streams.shown(result.source)
    if isinstance(piece, Evidence):
        try:
            return code, layers.inspection(name, result.taken, piece)
        except EvidenceError as error:
            piece = Failure(piece.at, error)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (sources are of a type's own making)
            piece = Failure(piece.at, defective(error))
        complain(result.source, piece)
        code = worse(code, piece.error)
    taken = None if isinstance(piece.error, Unreadable) else result.taken
    return code, refused.inspection(
        name, taken, piece, query.registry, forced=query.kind, options=query.options
    )
