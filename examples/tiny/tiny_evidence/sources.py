"""Where the fields of a tiny report lie, and the claims that they became."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.registry import Source
from tiny_evidence.layout import TABLES, Report
from tiny_evidence.mapping import DEVICE


def sources(report: Report, source: Input) -> Iterator[Source]:
    """Every field that is not reserved."""
    start = 0
    for table, made in zip(TABLES, DEVICE.claimed(report, None), strict=True):
        for name, place in table.PLACES.items():
            if not place.reserved:
                yield Source(name, start + place.offset, start + place.end, made.get(name, ()))
        start += table.SIZE
