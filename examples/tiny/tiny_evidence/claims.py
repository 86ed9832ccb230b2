"""A tiny report in normalized claims."""

from __future__ import annotations

from evidence.claims import Note
from evidence.input import Input
from evidence.registry import Body
from tiny_evidence.layout import VERSION, Report
from tiny_evidence.mapping import DEVICE


def claims(report: Report, source: Input) -> Body:
    """The claims of a report."""
    notes: list[Note] = []
    device = DEVICE.environment(report, None, notes)
    return Body(
        version=VERSION,
        size=len(source.data),
        protection="none",
        environments=(device,),
        notes=tuple(notes),
    )
