"""Where the claims, headers and signature of a token lie, and the claims that they became."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.mapping import Claimed, Part
from evidence.paths import join, steps
from evidence.registry import Source
from evidence.types import _cose, _x5chain
from evidence.types._psa.claims import unknown_places
from evidence.types._psa.token import ArmToken
from evidence.wire import cbor


def sources(
    token: ArmToken, data: bytes, part: Part, claims: Claimed, environment: str, *, prefix: str = ""
) -> Iterator[Source]:
    """Every claim, header and signature of a token. `claims` are what the fields of its `part` became.

    What has no meaning here is kept in `environment`; `prefix` begins the names of certificates.
    """
    arrays = {row.label: part.arrays[row.name].name for row in token.table.rows if row.name in part.arrays}
    for (*outer, _), row, entry in token.table.places(data, token.start):
        if row is not None:
            name = f"{arrays[outer[0]]}-{outer[1]}.{row.name}" if outer else row.name
            if f"{name}.0" not in claims:
                start = cbor.content(data, entry.value, entry.end)
                yield Source(f"{token.what}.{name}", start, entry.end, claims.get(name, ()))
                continue
            for item in cbor.entries(data, entry.value):
                start, inside = cbor.content(data, item.value, item.end), f"{name}.{item.key}"
                yield Source(f"{token.what}.{inside}", start, item.end, claims[inside])
    unnamed = list(unknown_places(token, data))
    for step, (label, entry) in zip(steps([label for label, _ in unnamed]), unnamed, strict=True):
        path = join("environments", environment, "unknown", step)
        yield Source(f"{token.what}.unknown.{label}", entry.value, entry.end, (path,))
    if token.message is not None:
        yield from _cose.sources(token.message, token.what, _x5chain.sources(token.certificates, prefix))
