"""The device: what its messages, its measurement blocks and its opaque data say about it."""

from __future__ import annotations

from typing import Any

from evidence.claims import Bytes, Identifier, Unknown, Value
from evidence.input import Carrier
from evidence.types._identifiers import written
from evidence.types._notes import note
from evidence.types._recorder import Entries
from evidence.types.spdm.choice import Choice
from evidence.types.spdm.mapping import EXCHANGE, NEGOTIATION, ExchangePiece, fixed, negotiation, of_exchange
from evidence.types.spdm.measurements import measured
from evidence.types.spdm.native import Exchange, Transcript
from evidence.types.spdm.opaque import NvidiaFormat
from evidence.types.spdm.vendor import KINDS, LISTS, raw
from evidence.wire.spdm.conversation import SpdmMessage


def describe(device: Entries, transcript: Transcript, choice: Choice) -> dict[str, Any]:
    """The words of the device's mode; the entries of its lists are recorded."""
    main = choice.main
    mode = measured(device, choice.blocks, transcript.measurement_hash, transcript.version)
    _fixed(device, transcript, main)
    if choice.superseded:
        entries = [
            Unknown(label=f"superseded-block-{block.index}", raw=block.value) for block in choice.superseded
        ]
        device.put("unknown", entries, [(block.start,) for block in choice.superseded])
    if main is not None:
        _opaque(device, main)
    if mode is None:
        return {"debug": "not-reported"}
    for attribute in mode.words.attributes:
        device.add("attributes", attribute, mode.field)
    return {"debug": mode.words.debug, "lifecycle": mode.words.lifecycle}


def _fixed(device: Entries, transcript: Transcript, exchange: Exchange | None) -> None:
    """What the fixed fields say: of the negotiation, and of the exchange that counts.

    Its values come first, and its attributes last.
    """
    version, parts = transcript.version, []
    if transcript.negotiated is not None:
        parts.append(NEGOTIATION.environment(fixed(negotiation(transcript)), None, device.notes))
    attributes = [*parts]
    if exchange is not None:
        if not exchange.is_challenge:
            _check_response(device, exchange, version)
        own = EXCHANGE.environment(
            fixed(of_exchange(exchange)), ExchangePiece(exchange, version), device.notes
        )
        parts, attributes = [own, *parts], [*parts, own]
        if exchange.request is not None and not exchange.is_challenge:
            _check_echo(device, exchange, exchange.request)
    for part in parts:
        for value in part.values:
            device.add("values", value)
    for part in attributes:
        for attribute in part.attributes:
            device.add("attributes", attribute)


def _check_response(device: Entries, exchange: Exchange, version: int | None) -> None:
    """Note bits of MEASUREMENTS that have no name."""
    named = 0x00 if version == 0x10 else 0x0F if version == 0x11 else 0x3F
    if unknown := exchange.response.fixed[3] & ~named:
        detail = f"bits {unknown:#04x} of Param2 are set and have no name"
        device.note("unknown-bits", "/values", detail)


def _check_echo(device: Entries, exchange: Exchange, request: SpdmMessage) -> None:
    """The responder repeats the slot and the context of the request."""
    requested, slot = request.value("slot_id_param"), exchange.slot
    if requested and slot is not None:
        if exchange.signature:
            device.also((request.start, "slot_id_param"), "/values/slot_id")
        if requested[0] & 0x0F != slot:
            detail = f"slot {requested[0] & 0x0F} was asked for, slot {slot} signs"
            device.note("slot-differs", "/values/slot_id", detail)
    if request.value("requester_context") != exchange.response.value("requester_context"):
        detail = "the response does not repeat the context of its request"
        device.notes.append(note("context-differs", "/bindings/requester_context", detail))


def _opaque(device: Entries, exchange: Exchange) -> None:
    """Opaque data: NVIDIA's elements by their table, all others kept whole."""
    header, response = exchange.nvidia_format, exchange.response
    if exchange.is_split and not exchange.general:
        _nvidia(device, exchange)
        return
    if header is not None:
        detail = f"profile {header.profile}, version {_dotted(header)} of NVIDIA's format is not known here"
        device.note("unknown-value", "/unknown/opaque_data", detail)
    if exchange.general:
        for element in exchange.general:
            label = f"opaque:{element.registry}:{element.vendor.hex()}"
            device.add("unknown", Unknown(label=label, raw=element.value), (element.start,))
    elif opaque := response.value("opaque_data"):
        entry = Unknown(label="opaque_data", raw=Bytes(opaque))
        device.add("unknown", entry, (response.start, "opaque_data"))


def _dotted(header: NvidiaFormat) -> str:
    return f"{header.major}.{header.minor}.{header.patch}"


def _nvidia(device: Entries, exchange: Exchange) -> None:
    """Each element as the claim of its kind; an unknown one, and a known one a second time, is kept whole."""
    header, opaque = exchange.nvidia_format, exchange.response.part("opaque_data")
    if header is not None and opaque is not None:
        entry = Value(name="opaque_data_format", text=_dotted(header))
        device.add("values", entry, (opaque.start, "header"))
    fresh = dict(KINDS)
    for element in exchange.nvidia:
        number, value = element.type, element.value
        kind = fresh.pop(number, None)
        if kind is not None:
            name, make = kind
            claim = make(name, value) or raw(name, value)  # the bytes of a value that is not of its kind
            device.add(LISTS[claim.__class__], claim, (element.start,))
        else:
            label = f"nvidia-opaque-{number}"
            device.add("unknown", Unknown(label=label, raw=value), (element.start,))
            why = "a second time" if number in KINDS else "is not known here"
            device.note("unknown-value", f"/unknown/{label}", f"element type {number} {why}")


def identify(device: Entries, choice: Choice, carriers: tuple[Carrier, ...]) -> None:
    """What else is the device's alone: the name that a carrier gives it, and the hashes of its chains."""
    for carrier in carriers:
        if uuid := carrier.facts.get("uuid"):
            device.add("identifiers", written("uuid", "device", uuid, linkable=True, origin="carrier"))
    challenges = [("", choice.challenge)] if choice.challenge is not None else []
    challenges += [(name, one) for name, one in choice.others if one.is_challenge]
    recorded = set()
    for prefix, challenge in challenges:
        value = Bytes(challenge.response.value("cert_chain_hash"))
        if value not in recorded:
            recorded.add(value)
            name = f"{prefix}certificate_chain_hash"
            entry = Identifier(name=name, scope="device", linkable=True, status="present", value=value)
            device.add("identifiers", entry, (challenge.response.start, "cert_chain_hash"))
