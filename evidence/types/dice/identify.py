"""Whether bytes are a DICE certificate or a chain of them, by structure."""

from __future__ import annotations

from typing import Final

from evidence.errors import EvidenceError
from evidence.registry import Match
from evidence.types.dice.dpu import recognise
from evidence.wire import cbor, json

CHAIN: Final = Match("open-dice", "chain")
CERTIFICATE: Final = Match("open-dice", "certificate")
ARRAY, MAP, BYTES = 4, 5, 2
PARTS: Final = 4


DPU: Final = Match("nvidia-dpu-1", "nvidia-dpu")


def identify(data: bytes) -> Match | None:
    """A key and a certificate behind it, or one certificate; what follows its headers, reading judges."""
    try:
        if data[0] in b" \t\r\n{":
            return DPU if recognise(json.loads(data)) else None
        outer = cbor.head(data, 0)
        if cbor.head(data, outer.end).major == MAP:
            return CHAIN if _is_certificate(data, cbor.skip(data, outer.end)) else None
        return CERTIFICATE if _is_certificate(data, 0) else None
    except EvidenceError:
        return None


def _is_certificate(data: bytes, at: int) -> bool:
    """Whether a COSE_Sign1 without a tag begins here, with a map as its payload."""
    outer = cbor.head(data, at)
    protected = cbor.head(data, outer.end)
    unprotected = cbor.skip(data, outer.end)
    payload = cbor.head(data, cbor.skip(data, unprotected))
    majors = (protected.major, cbor.head(data, unprotected).major, payload.major)
    if (outer.major, outer.argument) != (ARRAY, PARTS) or majors != (BYTES, MAP, BYTES):
        return False
    return cbor.head(data, payload.end).major == MAP
