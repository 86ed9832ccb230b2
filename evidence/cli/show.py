"""`evidence show`: evidence, claims documents and what is refused, on a page for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from evidence.cli import streams
from evidence.cli.documents import documents_in
from evidence.cli.ending import GOOD
from evidence.cli.inputs import complain, contents, pieces_of, reading, request, worse
from evidence.cli.people import put_page
from evidence.cli.progress import Progress
from evidence.convert import Evidence, Failure
from evidence.errors import CarrierError, EvidenceError, defective
from evidence.input import Input, Refusal
from evidence.reader import as_text

if TYPE_CHECKING:
    from evidence.cli.inputs import Request
    from evidence.show.attempts import WatchingRegistry
    from evidence.show.page import Detail, Page


@click.command()
@reading
@click.option("--full", is_flag=True, help="Every value whole, in lines as long as it takes.")
def show(*args: Any, full: bool, **how: Any) -> int:
    """Show evidence to a person: what it says, what that rests on, what it leaves open.

    FILE is whatever convert takes, or what convert wrote. Nothing is verified. Of a file that is refused
    you see all that was read, where it stopped, and what was expected there.

    Colours need a terminal and rich (the extra `show`); NO_COLOR turns them off.
    """
    from evidence.show.attempts import WatchingRegistry
    from evidence.show.page import Detail, Section, title

    query = request(*args, **how)
    watching = WatchingRegistry.over(query.registry)
    query = query._replace(registry=watching)
    code, is_first, progress = GOOD, True, Progress()
    for source, content in contents(query):
        progress.tick(source)
        for at, page, error in _pages(source, content, query, watching, Detail(full)):
            if error is not None:
                code = worse(code, error)
            if not is_first:
                streams.put(streams.lines("", ""))
            is_first = False
            where = f" ({at})" if at else ""
            named = Section(title(f"{as_text(source)}{where}"), ())
            put_page((named, *page), full=full)
        watching.attempts.clear()
    progress.end()
    query.options.settle()
    return code


def _pages(
    source: str,
    content: Input | Refusal | OSError,
    query: Request,
    watching: WatchingRegistry,
    detail: Detail,
) -> Iterator[tuple[str, Page, EvidenceError | None]]:
    """Every page of an input, where its piece lies, and why that is refused."""
    from evidence.show.document import document_page
    from evidence.show.refusal import refusal_page

    texts = documents_in(content.data) if isinstance(content, Input) and query.kind is None else None
    if texts is not None:
        for text in texts:
            try:
                yield text.place, document_page(text.claims(), detail), None
            except EvidenceError as error:
                yield text.place, refusal_page(error, detail, text.data), error
        return
    data = content.data if isinstance(content, Input) else b""
    count = 0
    for piece in pieces_of(content, query):
        count += 1
        failure = piece if isinstance(piece, Failure) else None
        if isinstance(piece, Evidence):
            for fault in piece.faults:
                complain(source, Failure(piece.at, fault))
            shown = _shown(piece, detail)
            if not isinstance(shown, Failure):
                yield piece.at, shown, None
                continue
            failure = shown
        if failure is not None:
            attempt = watching.attempt(failure.error)
            yield failure.at, refusal_page(failure.error, detail, data, attempt), failure.error
    if not count:
        nothing = CarrierError(carrier="input", reason="holds no evidence")
        yield "", refusal_page(nothing, detail, data), nothing


def _shown(piece: Evidence, detail: Detail) -> Page | Failure:
    """The page of a piece, or what its type's own code raised."""
    from evidence.show.piece import piece_page

    try:
        return piece_page(piece, detail)
    except EvidenceError as error:
        return Failure(piece.at, error)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (claims are of a type's own making)
        return Failure(piece.at, defective(error))
