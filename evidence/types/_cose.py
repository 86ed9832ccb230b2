"""A COSE message as a signature: what it covers, the message that its key signs, what is odd about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evidence.claims import Note
from evidence.errors import NotEvidence
from evidence.paths import join
from evidence.registry import Signed, Source
from evidence.types._notes import note
from evidence.wire import cose, messages
from evidence.wire.algorithms import Algorithm


def signature(
    message: cose.CoseMessage,
    name: str,
    by: str,
    environment: str,
    key: bytes | None = None,
    *,
    certificates: tuple[str, ...] = (),
) -> Signed:
    """The signature, or the authentication code, of a message; `key` is its public key where the evidence has it.

    `certificates` are the paths of those in its header.
    """
    algorithm = message.algorithm
    return Signed(
        name=name,
        by=by,
        alg=algorithm.name if algorithm else None,
        hash=algorithm.hash if algorithm else None,
        encoding=algorithm.encoding if algorithm else None,
        construct=cose.CONSTRUCT[message.kind],
        covers=tuple((span.start, span.end) for span in message.covers if span.start < span.end),
        value=message.signature,
        message=message.message(),
        key=key,
        certificates=certificates,
        environment=environment,
    )


def sources(message: cose.CoseMessage, name: str, certificates: Iterable[Source] = ()) -> Iterator[Source]:
    """Where the protected header and the value of the signature `name` lie, and `certificates` of the headers.

    The header says how the signature was made.
    """
    span = message.protected_span
    if span.start < span.end:
        algorithm = message.algorithm
        words = (
            ("alg", "hash", "encoding") if algorithm and algorithm.hash and algorithm.encoding else ("alg",)
        )
        claims = tuple(join("signatures", name, word) for word in words)
        yield Source(f"{name}.protected", span.start, span.end, claims)
    yield from certificates
    yield Source(f"{name}.signature", *message.signature_span)


def remarks(algorithm: Algorithm | None, path: str, *, mac: bool) -> Iterator[Note]:
    """What is odd about the algorithm of the signature at `path`; `mac` is whether it should be a MAC's."""
    if algorithm is None:
        yield note("no-algorithm", path, "the protected header names no algorithm")
    elif not algorithm.is_known:
        yield note("unknown-algorithm", path, "no signature algorithm that is known here")
    elif algorithm.is_mac != mac:
        kinds = ("a MAC", "a signature") if mac else ("a signature", "a MAC")
        yield note("algorithm-kind", path, f"the message holds {kinds[0]}, its algorithm makes {kinds[1]}")


def refuse_results(claims: Mapping[Any, Any], path: str, message: cose.CoseMessage | None = None) -> None:
    """Raise `NotEvidence` for the claims at `path` of an attestation result, or a message that says it holds one."""
    kind = messages.media_type(message.header.get(cose.CONTENT_TYPE)) if message else None
    kind = kind or messages.result(claims)
    if kind is not None:
        raise NotEvidence(kind=kind, path=path)
