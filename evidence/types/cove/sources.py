"""Where every claim of CoVE tokens lies."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.registry import Source
from evidence.types.cove.claims import record
from evidence.types.cove.read import CoveEvidence


def sources(evidence: CoveEvidence, source: Input) -> Iterator[Source]:
    """Every field of every token, and of the certificate around them."""
    return record(evidence, source.data).sources()
