"""What of a transcript were objects of a device, as Linux hands them out: for the digests that a TSM has of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.input import Input
from evidence.types._tsm import Object
from evidence.types.spdm.choice import chief
from evidence.types.spdm.native import Transcript
from evidence.wire.device_evidence import MEASUREMENTS, VCA
from evidence.wire.spdm import layout

PREFIX: Final = "transcript-prefix"


def objects(transcript: Transcript, source: Input) -> Iterator[Object]:
    """The certificates, the negotiation and the messages behind it, as far as they are there.

    Where a carrier put objects together, its sizes say how it did; else the negotiation ends with ALGORITHMS.
    """
    chain = source.attachments.get("certificates", b"")
    facts = source.carriers[-1].facts if source.carriers else {}
    slot = chief(transcript.exchanges).slot if transcript.exchanges else None
    name = facts.get("certificates") if "objects" in facts else f"cert{slot or 0}"
    if name is not None:
        yield Object(name, chain, "certificate-chain")
    data, sizes = source.data, _sizes(transcript, source, facts.get("objects"))
    before = data[: sizes[VCA]] if transcript.variant == "transcript" else source.attachments.get(PREFIX, b"")
    yield Object(VCA, before, "negotiation")
    yield Object(MEASUREMENTS, data[len(data) - sizes[MEASUREMENTS] :], "measurement-record")


def _sizes(transcript: Transcript, source: Input, stated: str | None) -> dict[str, int]:
    """How many bytes the negotiation has, and the messages behind it."""
    if stated is not None:
        by_name = {name: int(size) for name, size in (one.split(":") for one in stated.split())}
        return {name: by_name.get(name, 0) for name in (VCA, MEASUREMENTS)}
    ends = (one.end for one in transcript.messages if one.code == layout.ALGORITHMS)
    end = next(ends, 0)
    return {VCA: end, MEASUREMENTS: len(source.data) - end}
