"""A COSE message as a signature: what it covers, and the message that its key signs."""

from __future__ import annotations

from evidence.registry import Signed
from evidence.wire import cose


def signature(
    message: cose.Message, name: str, by: str, environment: str, key: bytes | None = None
) -> Signed:
    """The signature, or the authentication code, of a message; `key` is its public key where the evidence has it."""
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
        environment=environment,
    )
