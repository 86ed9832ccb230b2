"""Which bytes of a transcript are signed, and what message is made of them.

Up to version 1.1 the transcript itself is signed. From 1.2 on a prefix that names version and purpose,
and the hash of the transcript behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.input import Input
from evidence.paths import join
from evidence.registry import Signed
from evidence.types.spdm.beside import hashed, root_first, source_of
from evidence.types.spdm.chain import Chain
from evidence.types.spdm.choice import choose
from evidence.types.spdm.claims import base_hash
from evidence.types.spdm.embedded import embedded
from evidence.types.spdm.missing import PROVISIONED
from evidence.types.spdm.native import Exchange, Transcript
from evidence.wire.spdm.algorithms import Scheme
from evidence.words import SignatureEncoding

PURPOSES: Final = {False: b"responder-measurements signing", True: b"responder-challenge_auth signing"}
PREFIX: Final = 64
PURPOSE: Final = 36
"""Sizes (bytes) of the two halves of combined_spdm_prefix."""


def signed(transcript: Transcript, given: Input) -> tuple[Signed, ...]:
    """The signature of every signed response, in the order of the bytes, then those of tokens in manifests."""
    found = []
    counts = {False: 0, True: 0}
    for exchange in transcript.exchanges:
        if exchange.signature:
            kind = exchange.is_challenge
            counts[kind] += 1
            number = f"-{counts[kind]}" if counts[kind] > 1 else ""
            found.append(
                _signed(transcript, exchange, ("challenge" if kind else "measurements") + number, given)
            )
    choice = choose(transcript, [])
    return (*found, *embedded(given.data, choice.blocks, transcript.chain).signatures)


def scheme_of(transcript: Transcript) -> Scheme | None:
    """The signature scheme: what ALGORITHMS selected, else what the caller said."""
    negotiated = transcript.negotiated
    return (negotiated.scheme if negotiated else None) or transcript.context.scheme


def _signed(transcript: Transcript, exchange: Exchange, name: str, given: Input) -> Signed:
    scheme, hash_ = scheme_of(transcript), base_hash(transcript)
    encoding: SignatureEncoding | None = scheme.encoding if scheme else None
    slot = exchange.slot
    prefixed = (transcript.version or 0) >= 0x12
    return Signed(
        name=name,
        by="responder" if slot is None else "provisioned-key" if slot == PROVISIONED else f"slot-{slot}",
        alg=scheme.name if scheme else None,
        hash=hash_.name if hash_ else None,
        encoding=encoding,
        construct="spdm-prefix" if prefixed else "spdm-transcript",
        covers=exchange.covers,
        value=exchange.signature,
        message=None if exchange.missing else _message(transcript, exchange, given.data, prefixed=prefixed),
        certificates=tuple(_candidates(transcript.chain)) if transcript.chain else (),
        missing=exchange.missing,
        environment="device",
    )


def _candidates(chain: Chain) -> Iterator[str]:
    """The certificates from the leaf up to the root, as their names chain them."""
    for certificate in reversed(root_first(chain.certificates)):
        yield join("certificates", source_of(chain, certificate))


def _message(transcript: Transcript, exchange: Exchange, data: bytes, *, prefixed: bool) -> bytes | None:
    """The signed message; None where it is the covered bytes alone, or where the base hash is not known here."""
    parts = b"".join(data[start:end] for start, end in exchange.covers)
    if not prefixed:
        before = transcript.context.prefix if exchange.is_challenge else b""
        return before + parts if before else None
    digest = hashed(base_hash(transcript), transcript.context.prefix + parts)
    return None if digest is None else combined_prefix(transcript.version or 0, exchange) + digest


def combined_prefix(version: int, exchange: Exchange) -> bytes:
    """combined_spdm_prefix: the version four times, zeros, the purpose up to its end; 100 bytes."""
    return b"dmtf-spdm-v1.%d.*" % (version & 15) * 4 + PURPOSES[exchange.is_challenge].rjust(PURPOSE, b"\0")
