"""How evidence arrives. Knows no evidence type.

Each carrier is a function from an `Input` to the pieces inside of it, or None where the bytes are not
of its kind. A piece that cannot be taken out is given as the error that stopped it; an `Input` that holds
others and is evidence itself is given back as it is. `table` has them all.
"""

from __future__ import annotations

from collections.abc import Iterable

from evidence.errors import EvidenceError
from evidence.input import Input, Refusal


def unwrap(given: Input, *, is_evidence: bool = False) -> Iterable[Input | Refusal | EvidenceError] | None:
    """The pieces inside the first carrier that recognises the bytes, or None.

    `is_evidence` says that a type takes the bytes themselves for evidence, although any JSON may look like it:
    then they are a piece beside those in it. Carriers load here: evidence that comes as it is needs none of them.
    """
    from evidence.carriers.table import unwrap as first

    return first(given, is_evidence=is_evidence)


def search(given: Input, *, is_evidence: bool = False) -> Iterable[Input | Refusal | EvidenceError] | None:
    """The evidence in JSON or a certificate that no carrier recognised, or None. `is_evidence` as above."""
    from evidence.carriers.table import search as last

    return last(given, is_evidence=is_evidence)
