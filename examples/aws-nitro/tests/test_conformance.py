"""The type is admitted: its schema, its fixtures, hostile input, and real samples where they are at hand."""

from __future__ import annotations

from evidence.testing import Trial


def test_admitted(evidence_type: Trial) -> None:
    evidence_type.assert_admitted()
