"""A `Transcript` in normalized claims, and the field that each of them was made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.claims import Binding, Bytes, Note
from evidence.input import Carrier, Input
from evidence.registry import Body
from evidence.types._notes import note
from evidence.types._recorder import Entries, Recorder
from evidence.types._tsm import bindings
from evidence.types.spdm import version_of
from evidence.types.spdm.beside import beside
from evidence.types.spdm.choice import Choice, choose
from evidence.types.spdm.context import carried_hash, carried_scheme
from evidence.types.spdm.device import describe, identify
from evidence.types.spdm.embedded import embedded
from evidence.types.spdm.native import Exchange, Transcript
from evidence.types.spdm.objects import objects
from evidence.types.spdm.places import TranscriptPage, field_of
from evidence.wire.spdm.conversation import SpdmMessage
from evidence.words import BindingRole, Protection

HASHES: Final = {
    "cert_chain_hash": "certificate_chain_hash",
    "measurement_summary_hash": "measurement_summary_hash",
}
"""The parts of CHALLENGE_AUTH that are digests, with the names of their bindings."""


def claims(transcript: Transcript, source: Input) -> Body:
    """The claims of a device, and those of its certificates and its log if those are there."""
    choice, record = state(transcript, source)
    return record.body(
        version="unknown" if transcript.version is None else version_of(transcript.version),
        variant=transcript.variant,
        size=transcript.size,
        protection=_protection(transcript, choice),
        more=(*_remarks(transcript), *_contradicted(transcript, source.carriers)),
    )


def state(transcript: Transcript, source: Input) -> tuple[Choice, Recorder]:
    """What the claims are made from, and all of them with their fields."""
    record = Recorder()
    notes: list[Note] = []
    choice = choose(transcript, notes)
    device = record.environment("device", TranscriptPage(transcript, choice))
    device.notes = notes
    _bindings(record, device, transcript, choice)
    words = describe(device, transcript, choice)
    layers = beside(record, device, transcript, choice)
    for fact in bindings(source, objects(transcript, source), device.notes):
        record.add("consistency", fact)
    identify(device, choice, source.carriers)
    device.end(
        role="device",
        origin="evidence",
        depends_on=(layers.environments[-1].id,) if layers.environments else (),
        migration="not-defined",
        missing=layers.missing,
        **words,
    )
    record.environments += layers.environments
    inside = embedded(source.data, choice.blocks, transcript.chain)
    if inside is not None:
        record.take(inside)
    return choice, record


def _protection(transcript: Transcript, choice: Choice) -> Protection:
    """`signed` only if the signature over the challenge is over every measurement: an old pair may lie before it."""
    covered = {one.covered for one in transcript.exchanges if one.is_claimed or one is choice.main}
    if covered == {True} and not choice.apart:
        return "signed"
    return "partly-signed" if True in covered else "none"


def _bindings(record: Recorder, device: Entries, transcript: Transcript, choice: Choice) -> None:
    """The nonces of the exchange that counts are the challenge; those of others are context."""
    main = [("", choice.main)] if choice.main is not None else []
    for prefix, exchange in (*main, *choice.others):
        for message, part, binding in _of_exchange(exchange, prefix, transcript, choice):
            record.add("bindings", binding, device.at(*field_of(transcript, message, part)))
            if binding.alg is not None and transcript.negotiated is not None:
                field = field_of(transcript, transcript.negotiated.message, "base_hash_sel")
                record.also(device.at(*field), f"/bindings/{binding.name}/alg")


def _of_exchange(
    exchange: Exchange, prefix: str, transcript: Transcript, choice: Choice
) -> Iterator[tuple[SpdmMessage, str, Binding]]:
    """Each binding, behind its message and the name of the part that it was made of."""
    request, response = exchange.request, exchange.response
    if request is not None and (nonce := request.value("nonce")):
        role: BindingRole = "challenge" if exchange is choice.main else "context"
        yield request, "nonce", _binding(f"{prefix}requester_nonce", role, nonce)
    if nonce := response.value("nonce"):
        yield response, "nonce", _binding(f"{prefix}responder_nonce", "responder-nonce", nonce)
    if context := response.value("requester_context"):
        binding = _binding(f"{prefix}requester_context", "context", context, is_nonce=False)
        yield response, "requester_context", binding
    if exchange.is_challenge:
        hash_, before = transcript.base_hash, "" if exchange is choice.challenge else prefix
        for part, name in HASHES.items():
            if digest := response.value(part):
                alg = hash_.name if hash_ else None
                binding = _binding(f"{before}{name}", "content-binding", digest, is_nonce=False, alg=alg)
                yield response, part, binding


def _binding(
    name: str, role: BindingRole, value: bytes, *, is_nonce: bool = True, alg: str | None = None
) -> Binding:
    return Binding(
        name=name,
        role=role,
        declared="nonce" if is_nonce else "opaque",
        requested_by="unspecified",
        environment="device",
        value=Bytes(value),
        alg=alg,
    )


def _remarks(transcript: Transcript) -> Iterator[Note]:
    """What a reader should know about the evidence as a whole."""
    if not any(exchange.signature for exchange in transcript.exchanges):
        yield note("unsigned", "/evidence/protection", "no signature covers any measurement")


def _contradicted(transcript: Transcript, carriers: tuple[Carrier, ...]) -> Iterator[Note]:
    """What a carrier names otherwise than the evidence does."""
    negotiated = transcript.negotiated
    if negotiated is None or not carriers:
        return
    for carried, selected in (
        (carried_hash(carriers), negotiated.base_hash),
        (carried_scheme(carriers), negotiated.scheme),
    ):
        if carried is not None and selected is not None and carried != selected:
            detail = f"the carrier says {carried.name}, the evidence {selected.name}"
            yield note("carrier-differs", "/evidence/carriers", detail)
