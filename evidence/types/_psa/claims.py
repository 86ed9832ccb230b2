"""What both families keep alike: claims and headers that have no meaning here."""

from __future__ import annotations

from collections.abc import Iterator

from evidence import limits
from evidence.claims import Bytes, Note, Unknown
from evidence.paths import join
from evidence.types import _cose, _x5chain
from evidence.types._notes import note
from evidence.types._psa.token import ArmToken
from evidence.types._x5chain import Unread
from evidence.wire import cbor, cose
from evidence.wire.places import Entry


def unknown(token: ArmToken, data: bytes) -> tuple[Unknown, ...]:
    """Every claim and header parameter that has no meaning here, as its encoding."""
    message = token.message
    headers = message and (message.unprotected or len(message.header) > (cose.ALG in message.header))
    count = _count(token)
    if not headers and not count:
        return ()
    limits.check("claims", limits.CLAIMS, count, path=token.path)
    return tuple(
        [
            Unknown(label=label, raw=Bytes(data[entry.value : entry.end]))
            for label, entry in unknown_places(token, data)
        ]
    )


def remarks(token: ArmToken, environment: str) -> Iterator[Note]:
    """What is kept without a meaning."""
    path = join("environments", environment, "unknown")
    for index, certificate in enumerate(token.certificates):
        if isinstance(certificate, Unread):
            yield _x5chain.remark(certificate, f"{path}/{_x5chain.source(index)}")
    if _count(token):
        yield note("unknown-claim", path, "claims whose meaning is not known here are kept as they are")


def algorithm_remarks(token: ArmToken) -> Iterator[Note]:
    """What is odd about the algorithm of a token's signature."""
    message = token.message
    if message is not None:
        yield from _cose.remarks(message.algorithm, join("signatures", token.what), mac=message.is_mac)


def _count(token: ArmToken) -> int:
    """How many claims are unknown, those inside of arrays of maps with them."""
    count = len(token.claims.unknown)
    for name in token.table.arrays:
        for item in token.values.get(name) or ():
            if item.unknown:
                count += len(item.unknown)
    return count


def unknown_places(token: ArmToken, data: bytes) -> Iterator[tuple[str, Entry]]:
    """The same entries with their labels, where they lie; `header/N` is a parameter of the message."""
    if token.message is not None:
        for span in (token.message.protected_span, token.message.unprotected_span):
            for entry in cbor.entries(data, span.start) if span.start < span.end else ():
                if entry.key not in {cose.ALG, cose.X5CHAIN}:
                    yield f"header/{cbor.label(entry.key)}", entry
    for index, certificate in enumerate(token.certificates):
        if isinstance(certificate, Unread):
            start, end = certificate.start, certificate.end
            yield _x5chain.source(index), Entry(index, start, start, end)
    if _count(token):
        for steps, row, entry in token.table.places(data, token.start):
            if row is None:
                yield "/".join(map(cbor.label, steps)), entry
