"""A `Transcript` in normalized claims."""

from __future__ import annotations

from typing import Final

from evidence.claims import (
    Attribute,
    Binding,
    Bytes,
    Environment,
    Note,
    Protection,
    Unknown,
    Value,
)
from evidence.input import Input
from evidence.registry import Body
from evidence.types.spdm.beside import Beside, beside
from evidence.types.spdm.blocks import Block
from evidence.types.spdm.choice import Choice, choose
from evidence.types.spdm.layout import OtherParams, Param2, ResponderCapabilities
from evidence.types.spdm.measurements import DEVICE, attribute, measured
from evidence.types.spdm.notes import note
from evidence.types.spdm.read import Exchange, Transcript
from evidence.types.spdm.vendor import Told, told
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import MEASUREMENT_HASH, Hash, selected
from evidence.wire.spdm.layout import Algorithms

RAW_BIT_STREAM_ONLY: Final = 1


def claims(transcript: Transcript, given: Input) -> Body:
    """The claims of a device, and those of its certificates and its log if those are attached."""
    notes: list[Note] = []
    choice = choose(transcript, notes)
    around = beside(transcript, choice, given, notes)
    return Body(
        version=_version(transcript.version),
        variant=transcript.variant,
        size=transcript.size,
        protection=_protection(transcript),
        bindings=_bindings(transcript, choice),
        environments=(_device(transcript, choice, around, notes), *around.environments),
        consistency=around.consistency,
        certificates=around.certificates,
        notes=tuple(notes),
    )


def _version(number: int | None) -> str:
    return "unknown" if number is None else f"{number >> 4}.{number & 15}"


def _protection(transcript: Transcript) -> Protection:
    covered = {exchange.covered and bool(_signed(transcript)) for exchange in transcript.exchanges}
    if covered == {True}:
        return "signed"
    return "partly-signed" if True in covered else "none"


def _signed(transcript: Transcript) -> bool:
    return any(exchange.signature for exchange in transcript.exchanges)


def _bindings(transcript: Transcript, choice: Choice) -> tuple[Binding, ...]:
    """The nonces of the exchange that counts are the challenge; those of others are context."""
    found = []
    if choice.main is not None:
        found += _of_exchange(choice.main, "", transcript, main=True)
    for name, exchange in choice.others:
        found += _of_exchange(exchange, name, transcript, main=False)
    return tuple(found)


def _of_exchange(exchange: Exchange, prefix: str, transcript: Transcript, *, main: bool) -> list[Binding]:
    found = []
    request, response = exchange.request, exchange.response
    if request is not None and (nonce := request.value("nonce")):
        role = "challenge" if main else "context"
        found.append(_binding(f"{prefix}requester_nonce", role, nonce))
    if nonce := response.value("nonce"):
        found.append(_binding(f"{prefix}responder_nonce", "responder-nonce", nonce))
    if context := response.value("requester_context"):
        found.append(_binding(f"{prefix}requester_context", "context", context, declared="opaque"))
    hash_ = base_hash(transcript)
    for part, name in (
        ("cert_chain_hash", "certificate_chain_hash"),
        ("measurement_summary_hash", "measurement_summary_hash"),
    ):
        if digest := response.value(part):
            found.append(
                Binding(
                    name=f"{prefix}{name}",
                    role="content-binding",
                    declared="opaque",
                    requested_by="unspecified",
                    environment="device",
                    value=Bytes(digest),
                    alg=hash_.name if hash_ else None,
                )
            )
    return found
