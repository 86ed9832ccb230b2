"""Claims tuples of CoRIM (ECTs), which this library writes: how a verifier holds claims inside, and never evidence.

Claims sets and concise evidence of ours are refused where they are read, at any depth: by `wire.messages`, and by the
type that reads concise evidence.
"""

from __future__ import annotations

from typing import Any, Final

from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.errors import EvidenceError, NotEvidence
from evidence.input import Input
from evidence.wire import cbor, corim

TUPLES: Final = "claims tuples of a verifier (ECTs)"
MARK: Final = "cmtype"


def refuse(source: Input) -> None:
    """Raises `NotEvidence` for an array of tuples; None for everything else."""
    data = source.data
    if not data or data[0] >> 5 != 4 or MARK.encode() not in data:
        return
    try:
        value = cbor.loads(data)
    except EvidenceError:
        return
    if value and all(type(item) in cbor.MAPS for item in value) and any(MARK in item for item in value):
        raise NotEvidence(kind=corim.CONVERTED if any(map(_is_ours, value)) else TUPLES)


def _is_ours(item: Any) -> bool:
    return corim.is_ours(item.get("profile"))


CARRIERS: Final = (
    CarrierDescriptor(
        name="claims-tuples",
        section="any",
        told_by="an array of maps with `cmtype` (ECTs of CoRIM)",
        taken="nothing: it is refused by name",
        rest="what a verifier holds inside, and this library writes",
        source="draft-ietf-rats-corim",
        forms=(InBytes(refuse),),
    ),
)
