"""Where the claims of a PSA token lie, and what they became."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.registry import Source
from evidence.types._psa import sources as shared
from evidence.types.psa.mapping import CLAIMS, DEVICE
from evidence.types.psa.read import PsaToken


def sources(piece: PsaToken, source: Input) -> Iterator[Source]:
    """Every claim, header and signature."""
    token = piece.token
    (claims,) = DEVICE.claimed((token.values,), piece)
    return shared.sources(token, source.data, CLAIMS, claims, "device")
