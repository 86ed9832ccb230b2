"""How evidence arrives. Knows no evidence type but for the tables of its bytes.

Each carrier is a function from an `Input` to the pieces inside of it, or None where the bytes are not
of its kind. A piece that cannot be taken out is given as the error that stopped it; an `Input` that holds
others and is evidence itself is given back as it is. `table` has them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from evidence.errors import EvidenceError, NotEvidence
from evidence.input import Input, Refusal
from evidence.limits import Budget

Marks = Callable[[bytes], bool]
"""Whether bytes that nobody names are evidence; the carriers know no type."""


def unwrap(
    source: Input, marks: Marks, budget: Budget, *, is_evidence: bool = False
) -> Iterable[Input | Refusal | EvidenceError] | None:
    """The pieces inside the first carrier that recognises the bytes, or what lies in them by its marks; else None.

    `is_evidence` says that a type takes the bytes themselves for evidence, although any JSON may look like it:
    then they are a piece beside those in it. Carriers load here: evidence that comes as it is needs none of them.
    """
    from evidence.carriers import table
    from evidence.carriers.search import Search

    search = Search(marks, table.NAMES, budget)
    pieces = table.unwrap(source, search, is_evidence=is_evidence)
    return table.search_in(source, search, is_evidence=is_evidence) if pieces is None else pieces


def nature_of(data: bytes) -> NotEvidence | str:
    """What bytes are that nobody recognised: the error for what belongs beside evidence, or what they look like."""
    from evidence.carriers.nature import beside, looks_like

    return beside(data) or looks_like(data)
