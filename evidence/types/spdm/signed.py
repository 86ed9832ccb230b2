"""Which bytes of a transcript are signed, and what message is made of them.

Up to version 1.1 the transcript itself is signed. From 1.2 on a prefix that names version and purpose,
and the hash of the transcript behind it.
"""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.paths import join
from evidence.registry import Signed
from evidence.types.spdm.beside import hashed, root_first, source_of
from evidence.types.spdm.chain import SlotChain
from evidence.types.spdm.choice import choose
from evidence.types.spdm.embedded import embedded
from evidence.types.spdm.missing import PROVISIONED
from evidence.types.spdm.native import Exchange, Range, Transcript
from evidence.wire.spdm.messages import combined_prefix


def signed(transcript: Transcript, source: Input) -> tuple[Signed, ...]:
    """The signature of every signed response, in the order of the bytes, then those of tokens in manifests."""
    signatures = []
    counts = {"measurements": 0, "challenge": 0}
    for exchange in transcript.exchanges:
        if exchange.signature:
            kind = "challenge" if exchange.is_challenge else "measurements"
            counts[kind] += 1
            number = f"-{counts[kind]}" if counts[kind] > 1 else ""
            signatures.append(_signed(transcript, exchange, kind + number, source.data))
    inside = embedded(source.data, choose(transcript, []).blocks, None)  # certificates hold no signed tokens
    return (*signatures, *(inside.signatures if inside is not None else ()))


def _signed(transcript: Transcript, exchange: Exchange, name: str, data: bytes) -> Signed:
    scheme, hash_ = transcript.scheme, transcript.base_hash
    slot = exchange.slot
    prefixed = (transcript.version or 0) >= 0x12
    return Signed(
        name=name,
        by="responder" if slot is None else "provisioned-key" if slot == PROVISIONED else f"slot-{slot}",
        alg=scheme.name if scheme else None,
        hash=hash_.name if hash_ else None,
        encoding=scheme.encoding if scheme else None,
        construct="spdm-prefix" if prefixed else "spdm-transcript",
        covers=exchange.covers,
        value=exchange.signature,
        message=None if exchange.missing else _message(transcript, exchange, data, prefixed=prefixed),
        certificates=tuple(_candidates(transcript.chain)) if transcript.chain else (),
        missing=exchange.missing,
        environment="device",
    )


def _candidates(chain: SlotChain) -> Iterator[str]:
    """The certificates from the leaf up to the root, as their names chain them."""
    for certificate in reversed(root_first(chain.certificates)):
        yield join("certificates", source_of(chain, certificate))


def _message(transcript: Transcript, exchange: Exchange, data: bytes, *, prefixed: bool) -> bytes | None:
    """The signed message; None where it is the covered bytes alone, or where the base hash is not known here."""
    context = transcript.context
    request = context.request if exchange.request and context.is_beside(exchange.request) else None
    prefix = context.prefix if prefixed or exchange.is_challenge else b""
    if not (prefixed or prefix or request):
        return None
    before = b"".join(_parts(data, exchange.covers, 0, exchange.response.start))
    behind = b"".join(_parts(data, exchange.covers, exchange.response.start, len(data)))
    parts = prefix + before + (request.data if request else b"") + behind
    if not prefixed:
        return parts
    digest = hashed(transcript.base_hash, parts)
    return (
        None
        if digest is None
        else combined_prefix(transcript.version or 0, is_challenge=exchange.is_challenge) + digest
    )


def _parts(data: bytes, ranges: tuple[Range, ...], low: int, high: int) -> Iterator[bytes]:
    """What of ranges lies between two offsets (bytes)."""
    return (data[max(start, low) : min(end, high)] for start, end in ranges if start < high and end > low)
