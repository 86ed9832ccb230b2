"""`evidence diff`: what differs between two pieces of evidence or claims documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from evidence.cli import streams
from evidence.cli.documents import documents_in
from evidence.cli.ending import BAD, GOOD
from evidence.cli.inputs import complain, contents, pieces_of, reading, request, worse
from evidence.cli.people import put_page
from evidence.convert import Failure, only
from evidence.errors import EvidenceError, SeveralEvidence, UsageError
from evidence.input import Input, Refusal
from evidence.reader import as_text

if TYPE_CHECKING:
    from evidence.claims import Claims
    from evidence.cli.inputs import Request


@click.command()
@reading
@click.option("--all", "count_all", is_flag=True, help="Show and count what is set apart as well.")
@click.option("--full", is_flag=True, help="Every value whole, in lines as long as it takes.")
@click.option("--json", "as_json", is_flag=True, help="The document evidence-diff/1.")
def diff(*args: Any, count_all: bool, full: bool, as_json: bool, **how: Any) -> int:
    """Show what differs between two pieces of evidence, or claims documents that convert wrote.

    Entries are compared by environment and name, not by position; security versions say whether the second
    is older or newer. Nonces, identifiers of machines and instances, signatures, hashes of the whole and how
    the pieces came differ between any two: they are set apart. Nothing is verified.

    Exit codes: 0 no claim differs, 1 some do, or bad evidence, 2 usage or environment, 3 unknown format.
    """
    from evidence.show.comparison import comparison_page
    from evidence.show.differences import compare, comparison
    from evidence.show.page import Detail

    query = request(*args, **how)
    if len(query.inputs) != 2:
        raise UsageError(f"two inputs are compared, not {len(query.inputs)}")
    code, sides = GOOD, []
    for name, content in _two(query):
        try:
            sides.append(_claims(content, query))
        except EvidenceError as error:
            code = worse(code, error)
            complain(name, Failure("", error))
    query.options.settle()
    if code != GOOD:
        return code
    first, second = map(as_text, query.inputs)
    result = comparison(first, second, compare(*sides), all=count_all)
    if as_json:
        streams.put(result.to_json())
    else:
        put_page(comparison_page(result, Detail(full)), full=full)
    return GOOD if result.equal else BAD


def _two(query: Request) -> list[tuple[str, Input | Refusal | OSError]]:
    """The content of both; `UsageError` where a name stands for several, as a folder or an archive does."""
    pairs = [(name, content) for name, content in contents(query)]
    if len(pairs) != 2:
        raise UsageError("a folder or an archive holds several inputs: name two of them")
    return pairs


def _claims(content: Input | Refusal | OSError, query: Request) -> Claims:
    """The one document of an input; raises what is wrong with it, or `SeveralEvidence`."""
    texts = documents_in(content.data) if isinstance(content, Input) and query.kind is None else None
    if texts is None:
        return only(tuple(pieces_of(content, query))).claims
    every = tuple(texts)
    if len(every) != 1:
        raise SeveralEvidence(paths=tuple(text.place for text in every))
    return every[0].claims()
