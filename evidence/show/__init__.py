"""Evidence and claims for people: the pages of `evidence show` and `evidence diff`.

    for line in lines(piece_page(piece, Detail())):
        print(joined(line))

`piece_page` makes a page of evidence, `document_page` of a claims document, `refusal_page` of an error, and
`comparison_page` of what `compare` says of two documents. `lines` lays a page out in lines of 80 columns. Every text of
an input is escaped there, in one place.
"""

from __future__ import annotations

from evidence.show.comparison import comparison_page
from evidence.show.differences import Comparison, Difference, compare, comparison
from evidence.show.document import document_page
from evidence.show.page import Detail, Page
from evidence.show.piece import piece_page
from evidence.show.refusal import refusal_page
from evidence.show.text import joined, lines

__all__ = (
    "Comparison",
    "Detail",
    "Difference",
    "Page",
    "compare",
    "comparison",
    "comparison_page",
    "document_page",
    "joined",
    "lines",
    "piece_page",
    "refusal_page",
)
