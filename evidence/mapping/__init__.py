"""From the fields of a structure to the claims that are made of them: one table for the claims and for their places.

    GUEST = Mapping(
        Part(
            Report,
            Row("measurement", "measurements", Register("initial", "workload")),
            Row("policy",      "attributes",   Flags(Policy)),
            Row("policy",      "debug",        FlagWord(Policy.debug, "enabled", "disabled-since-boot")),
            Row("vmpl",        also=("/bindings/report_data/requested_by",)),
        ),
        id="guest", role="workload", origin="evidence",
    )

A row says what becomes of a field, or of several: an entry of one list of the environment, or one of its words. The
same rows give the environment itself (`Mapping.environment`), the claims that each field became (`Mapping.claimed`, for
`where` and `unsigned`), the pages in `docs/`, and the check that no field was forgotten (`complete`, at import). A path is
never written down: it is made of the environment, the list and the name of the entry. A version that lacks a field
makes no entry of it, so that `since` is said in the table of the bytes alone.

A claim that is an array of claim sets is an `Each`, with the rows of one item, whose entries are made item by item:

    Each("software_components", "component", Part(
        None,
        Row({"measurement_value": "", "component_type": "name"}, "measurements", component),
    ), also=("measurements",)),

Makers are pure. One that is data (`Register`, `Flags`, …: a kind and its arguments) can be read by others, for a table of
columns for example; a function that is a maker of its own is declared `by_piece`: it works on one piece at a time.
"""

from evidence.mapping.compiled import REMEMBERED
from evidence.mapping.completeness import complete
from evidence.mapping.environments import Mapping, Structures
from evidence.mapping.kinds import (
    ZERO,
    Flags,
    FlagWord,
    Identifies,
    Number,
    Numbered,
    Octets,
    Register,
    Signs,
    Supplied,
    Text,
    Truth,
    Word,
    attribute,
)
from evidence.mapping.makers import ByItem, ByPiece, Kind, Maker, by_item, by_piece, first_sentences
from evidence.mapping.noted import NotedEntry, bare, tell
from evidence.mapping.rows import LISTS, Each, Part, Row
from evidence.mapping.trail import Claimed, gather

__all__ = [
    "LISTS",
    "REMEMBERED",
    "ZERO",
    "ByItem",
    "ByPiece",
    "Claimed",
    "Each",
    "FlagWord",
    "Flags",
    "Identifies",
    "Kind",
    "Maker",
    "Mapping",
    "NotedEntry",
    "Number",
    "Numbered",
    "Octets",
    "Part",
    "Register",
    "Row",
    "Signs",
    "Structures",
    "Supplied",
    "Text",
    "Truth",
    "Word",
    "attribute",
    "bare",
    "by_item",
    "by_piece",
    "complete",
    "first_sentences",
    "gather",
    "tell",
]
