"""`evidence inspect`: every layer with its fields: place, bytes, value, and the claims that each became."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli import streams
from evidence.cli.ending import GOOD
from evidence.cli.inputs import (
    InputResult,
    Request,
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
    from evidence.input import Input
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
    inspecting = _Inspecting(query)
    if html is None:
        return _write(inspecting, as_json=as_json)
    if query.recursive and html != "-":
        check_outside(html, query.inputs)
    with target(html, query.files) as write:
        from evidence.inspect.html import page

        shown: list[Inspection] = []
        more = 0
        for result in results(query):
            if len(shown) < PIECES:
                shown.append(inspecting.inspection(result))
            else:
                inspecting.judge(result)
                more += 1
        write(page(shown, more))
    return inspecting.code


def _write(inspecting: _Inspecting, *, as_json: bool) -> int:
    width, above = streams.width(), b""
    for result in results(inspecting.query):
        shown = inspecting.inspection(result)
        if as_json:
            from evidence.inspect.plain import document

            streams.put(streams.row(members(result.source, result.piece.at, **document(shown))))
        elif shown.layers or shown.stop is None:
            from evidence.inspect.text import lines

            streams.put(above + streams.lines(*lines(shown, width)))
            above = streams.lines("")
    return inspecting.code


class _Inspecting:
    """What one run of the command is asked for, and its exit code up to now."""

    def __init__(self, query: Request) -> None:
        self.query, self.code = query, GOOD
        self.taken: Input | None = None
        self.pieces: dict[str, Input] = {}
        """Those of the input `taken`, of which there may be many that are refused."""

    def judge(self, result: InputResult) -> None:
        """Says what is wrong with a result; the exit code is one for that."""
        if isinstance(result.piece, Failure):
            complain(result.source, result.piece)
            self.code = worse(self.code, result.piece.error)

    def inspection(self, result: InputResult) -> Inspection:
        """What there is to show of a result. What a plugin says of its fields may fail where its claims did not."""
        from evidence.inspect import layers, refused

        name, piece = streams.shown(result.source), result.piece
        if isinstance(piece, Evidence):
            try:
                return layers.inspection(name, piece, self._way(result.taken, piece))
            except EvidenceError as error:
                piece = Failure(piece.at, error)
            except (Exception, SystemExit) as error:  # noqa: BLE001 (sources are of a type's own making)
                piece = Failure(piece.at, defective(error))
        self.judge(InputResult(result.source, piece))
        kind, options = self.query.kind, self.query.options
        known = self.query.registry
        try:
            source = self._pieces(result.taken).get(piece.at)
            return refused.inspection(name, source, piece, known, forced=kind, options=options)
        except (Exception, SystemExit):  # noqa: BLE001 (a plugin may raise once more; what is wrong was said)
            return refused.inspection(name, None, piece, known)

    def _way(self, taken: Input | None, piece: Evidence) -> tuple[Input, ...]:
        from evidence.inspect import carried

        if taken is None:
            return ()
        is_nested = len(piece.input.carriers) > len(taken.carriers) + 1
        return carried.way(taken, piece.input, self._pieces(taken) if is_nested else {})

    def _pieces(self, taken: Input | None) -> dict[str, Input]:
        from evidence.inspect import carried

        if taken is not self.taken:
            self.taken = taken
            self.pieces = {} if taken is None else carried.pieces(taken, self.query.registry)
        return self.pieces
