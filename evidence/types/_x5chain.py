"""Certificates in the headers of messages: read where that can be done, kept as they are where not.

Nothing of a token depends on them, so that one which cannot be read is no reason to lose its claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from evidence import limits
from evidence.claims import Certificate as Claim
from evidence.claims import Note
from evidence.errors import EvidenceError
from evidence.paths import join
from evidence.registry import Source
from evidence.types import _certificates
from evidence.types._notes import note
from evidence.wire import cbor, cose
from evidence.wire.x509 import X509Certificate


class Unread(NamedTuple):
    """What should be a certificate and cannot be read: where it lies (bytes), and the code of the error."""

    start: int
    end: int
    code: str


def read(data: bytes, start: int, end: int) -> X509Certificate | Unread:
    """The one certificate that fills `[start, end)` of `data` (bytes)."""
    from evidence.wire import x509

    try:
        certificate = x509.read(data, "certificate", start, end)
    except EvidenceError as error:
        return Unread(start, end, error.code)
    return certificate if certificate.end == end else Unread(start, end, "trailing-bytes")


Chain = tuple[X509Certificate | Unread, ...]


def x5chain(data: bytes, message: cose.CoseMessage) -> Chain:
    """The certificates of a message's header (RFC 9360): one byte string, or an array of them."""
    if cose.X5CHAIN not in message.header and cose.X5CHAIN not in message.unprotected:
        return ()
    span = message.protected_span if cose.X5CHAIN in message.header else message.unprotected_span
    entry = next(entry for entry in cbor.entries(data, span.start) if entry.key == cose.X5CHAIN)
    several = cbor.head(data, entry.value).major == 4
    places = [*cbor.entries(data, entry.value)] if several else [entry]
    limits.check("certificates", limits.CERTIFICATES, len(places), offset=entry.value)
    chain: list[X509Certificate | Unread] = []
    for place in places:
        head = cbor.head(data, place.value)
        wrong = Unread(place.value, place.end, "constraint-violation")
        chain.append(read(data, head.end, place.end) if head.major == 2 else wrong)
    return tuple(chain)


def remark(unread: Unread, path: str) -> Note:
    """The note about one that is kept at `path`."""
    return note("unreadable-certificate", path, f"kept as it is: {unread.code}")


def candidates(certificates: Iterable[X509Certificate | Unread], prefix: str = "") -> tuple[str, ...]:
    """The paths in claims of those that can be read, the leaf first, as a header has them."""
    return tuple(
        join("certificates", source(index, prefix))
        for index, one in enumerate(certificates)
        if not isinstance(one, Unread)
    )


def source(index: int, prefix: str = "") -> str:
    """The name of a certificate by its place in the chain, behind the prefix of its token."""
    return f"{prefix}x5chain-{index}"


def claims(chain: Chain, environment: str, prefix: str = "") -> Iterator[Claim]:
    """The claims about the certificates of a chain that can be read."""
    for index, certificate in enumerate(chain):
        if not isinstance(certificate, Unread):
            yield _certificates.entry(certificate, source(index, prefix), environment)


def sources(chain: Chain, prefix: str = "") -> Iterator[Source]:
    """Where the certificates of a chain lie that can be read."""
    for index, certificate in enumerate(chain):
        if not isinstance(certificate, Unread):
            yield from _certificates.sources(certificate, source(index, prefix))
