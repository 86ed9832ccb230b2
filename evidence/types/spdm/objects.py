"""What of a transcript were objects of a device, as Linux hands them out: for the digests that a TSM has of each."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.types._tsm import Object
from evidence.types.spdm.choice import chief
from evidence.types.spdm.native import Transcript
from evidence.wire.device_evidence import MEASUREMENTS, VCA
from evidence.wire.spdm import layout


def objects(transcript: Transcript, source: Input) -> Iterator[Object]:
    """The certificates, the negotiation and the messages behind it, as far as they are there.

    Where a carrier put objects together, its sizes say how it did; else the negotiation ends with ALGORITHMS.
    """
    chain = source.attachments.get("certificates", b"")
    facts = source.carriers[-1].facts if source.carriers else {}
    slot = chief(transcript.exchanges).slot if transcript.exchanges else None
    yield Object(facts.get("certificates", f"cert{slot or 0}"), chain, "certificate-chain")
    end = _negotiated(transcript, len(source.data), facts.get("objects"))
    before = source.data[:end] or source.attachments.get("transcript-prefix", b"")
    yield Object(VCA, before, "negotiation")
    yield Object(MEASUREMENTS, source.data[end:], "measurement-record")


def _negotiated(transcript: Transcript, size: int, sizes: str | None) -> int:
    """How many bytes of `size` in front are the object with the negotiation."""
    if transcript.variant != "transcript":
        return 0
    if sizes is not None:
        by_name = dict(one.split(":") for one in sizes.split())
        vca, measured = int(by_name.get(VCA, "0")), int(by_name.get(MEASUREMENTS, "0"))
        return vca if vca + measured == size else 0
    return next((one.end for one in transcript.messages if one.code == layout.ALGORITHMS), 0)
