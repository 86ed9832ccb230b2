"""Where the claims of a CCA token lie, at absolute offsets, and what they became."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.paths import join, steps
from evidence.registry import Source
from evidence.types._psa import sources as shared
from evidence.types.cca.mapping import DEVICES, PLATFORM, REALM
from evidence.types.cca.read import CcaToken
from evidence.wire import cbor


def sources(piece: CcaToken, source: Input) -> Iterator[Source]:
    """Every claim, header and signature, part by part."""
    data = source.data
    for token, mapping, environment, prefix in (
        (piece.realm, REALM, "realm", "realm/"),
        (piece.platform, PLATFORM, "platform", "platform/"),
        (piece.devices, DEVICES, "device-0", ""),
    ):
        if token is not None:
            (part,), (claims,) = mapping.parts, mapping.claimed((token.values,), piece)
            yield from shared.sources(token, data, part, claims, environment, prefix=prefix)
    labels = [cbor.label(entry.label) for entry in piece.further]
    for label, step, entry in zip(labels, steps(labels), piece.further, strict=True):
        start = cbor.content(data, entry.start, entry.end)
        yield Source(
            f"entry.{label}", start, entry.end, (join("environments", "collection", "unknown", step),)
        )
    for indicator in piece.indicators:
        yield Source(f"entry.{indicator.label!r}.indicator", indicator.start, indicator.end)
