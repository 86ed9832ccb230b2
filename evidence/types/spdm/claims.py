"""A `Transcript` in normalized claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from evidence.claims import Attribute, Binding, Bytes, Environment, Identifier, Note, Value
from evidence.input import Carrier, Input
from evidence.registry import Body
from evidence.types._identifiers import written
from evidence.types._notes import note
from evidence.types.spdm.beside import Beside, beside
from evidence.types.spdm.choice import Choice, choose
from evidence.types.spdm.context import carried_hash, carried_scheme
from evidence.types.spdm.embedded import embedded
from evidence.types.spdm.layout import OtherParams, RequestAttributes, ResponderCapabilities
from evidence.types.spdm.measurements import DEVICE, Hashed, attribute, measured
from evidence.types.spdm.native import Exchange, Transcript
from evidence.types.spdm.vendor import Told, told
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import BASE_ASYM, MEASUREMENT_HASH, PQC_ASYM, Hash, Scheme, selected
from evidence.wire.spdm.layout import Algorithms
from evidence.wire.spdm.messages import Message
from evidence.words import BindingRole, Declared, Protection

RAW_BIT_STREAM_ONLY: Final = 1


def claims(transcript: Transcript, given: Input) -> Body:
    """The claims of a device, and those of its certificates and its log if those are there."""
    notes: list[Note] = []
    choice = choose(transcript, notes)
    hash_ = measurement_hash(transcript).hash
    around = beside(transcript, choice, base_hash(transcript), hash_, notes)
    device = _device(transcript, choice, around, given.carriers, notes)
    inside = embedded(given.data, choice.blocks, transcript.chain)
    lists = inside.lists()
    return Body(
        version=_version(transcript.version),
        variant=transcript.variant,
        size=transcript.size,
        protection=_protection(transcript, choice),
        bindings=_bindings(transcript, choice) + lists.get("bindings", ()),
        environments=(device, *around.environments, *inside.environments),
        consistency=around.consistency + lists.get("consistency", ()),
        certificates=around.certificates + lists.get("certificates", ()),
        notes=(*notes, *inside.notes, *_remarks(transcript), *_contradicted(transcript, given.carriers)),
    )


def base_hash(transcript: Transcript) -> Hash | None:
    """The base hash: what ALGORITHMS selected, else what the caller said."""
    negotiated = transcript.negotiated
    found = negotiated.base_hash if negotiated else None
    return found or transcript.context.base_hash


def measurement_hash(transcript: Transcript) -> Hashed:
    """The measurement hash, and the bytes of MeasurementHashAlgo if they name none that is known here."""
    algorithms = transcript.algorithms
    if algorithms is None or not algorithms.measurement_hash_algo:
        return Hashed(transcript.context.measurement_hash)
    found = selected(MEASUREMENT_HASH, algorithms.measurement_hash_algo)
    return Hashed(found, None if found else algorithms.measurement_hash_algo.to_bytes(4, "little"))


def _version(number: int | None) -> str:
    return "unknown" if number is None else f"{number >> 4}.{number & 15}"


def _protection(transcript: Transcript, choice: Choice) -> Protection:
    """`signed` only if the signature over the challenge is over every measurement: an old pair may lie before it."""
    covered = {one.covered for one in transcript.exchanges if one.is_claimed or one is choice.main}
    if covered == {True} and not choice.apart:
        return "signed"
    return "partly-signed" if True in covered else "none"


def _bindings(transcript: Transcript, choice: Choice) -> tuple[Binding, ...]:
    """The nonces of the exchange that counts are the challenge; those of others are context."""
    found = []
    if choice.main is not None:
        found += _of_exchange(choice.main, "", transcript, choice)
    for name, exchange in choice.others:
        found += _of_exchange(exchange, name, transcript, choice)
    return tuple(found)


def _of_exchange(exchange: Exchange, prefix: str, transcript: Transcript, choice: Choice) -> list[Binding]:
    found = []
    request, response = exchange.request, exchange.response
    if request is not None and (nonce := request.value("nonce")):
        role: BindingRole = "challenge" if exchange is choice.main else "context"
        found.append(_binding(f"{prefix}requester_nonce", role, nonce))
    if nonce := response.value("nonce"):
        found.append(_binding(f"{prefix}responder_nonce", "responder-nonce", nonce))
    if context := response.value("requester_context"):
        found.append(_binding(f"{prefix}requester_context", "context", context, declared="opaque"))
    hash_, number = base_hash(transcript), "" if exchange is choice.challenge else prefix
    for part, name in (
        ("cert_chain_hash", "certificate_chain_hash"),
        ("measurement_summary_hash", "measurement_summary_hash"),
    ):
        if digest := response.value(part):
            found.append(
                Binding(
                    name=f"{number}{name}",
                    role="content-binding",
                    declared="opaque",
                    requested_by="unspecified",
                    environment="device",
                    value=Bytes(digest),
                    alg=hash_.name if hash_ else None,
                )
            )
    return found


def _binding(name: str, role: BindingRole, value: bytes, declared: Declared = "nonce") -> Binding:
    return Binding(
        name=name,
        role=role,
        declared=declared,
        requested_by="unspecified",
        environment="device",
        value=Bytes(value),
    )


def _device(
    transcript: Transcript, choice: Choice, around: Beside, carriers: tuple[Carrier, ...], notes: list[Note]
) -> Environment:
    found = measured(choice.blocks, measurement_hash(transcript), transcript.version, notes)
    said = told(choice.main, notes) if choice.main is not None else Told()
    values, attributes = _negotiated(transcript, notes)
    state, flags = _response(choice.main, transcript.version, notes)
    return Environment(
        id="device",
        role="device",
        origin="evidence",
        depends_on=(around.environments[-1].id,) if around.environments else (),
        debug=found.debug,
        migration="not-defined",
        missing=around.missing,
        lifecycle=found.lifecycle,
        measurements=found.measurements,
        identifiers=said.identifiers + around.identifiers + _linking(choice, carriers),
        svns=found.svns + said.svns,
        versions=said.versions + found.versions,
        values=state + values + said.values + around.values,
        attributes=attributes + flags + found.attributes,
        manifests=found.manifests + around.manifests,
        unknown=choice.superseded + said.unknown,
    )


def _linking(choice: Choice, carriers: tuple[Carrier, ...]) -> tuple[Identifier, ...]:
    """What else is the device's alone: the hashes of its chains, and the name that a carrier gives it."""
    found = [
        written("uuid", "device", uuid, linkable=True, origin="carrier")
        for carrier in carriers
        if (uuid := carrier.facts.get("uuid"))
    ]
    chains = [("", choice.challenge)] if choice.challenge is not None else []
    chains += [(name, one) for name, one in choice.others if one.is_challenge]
    seen = set()
    for prefix, challenge in chains:
        value = Bytes(challenge.response.value("cert_chain_hash"))
        if value not in seen:
            seen.add(value)
            name = f"{prefix}certificate_chain_hash"
            found.append(Identifier(name=name, scope="device", linkable=True, status="present", value=value))
    return tuple(found)


CONTENT_CHANGED: Final = ("not-detected", "changed", "unchanged")


def _response(
    exchange: Exchange | None, version: int | None, notes: list[Note]
) -> tuple[tuple[Value, ...], tuple[Attribute, ...]]:
    """What the response says about itself: the slot that signs, and whether the content changed."""
    if exchange is None:
        return (), ()
    found = []
    if exchange.signature and (slot := exchange.slot) is not None:
        found.append(Value(name="slot_id", int=slot))
    param2 = exchange.response.fixed[3]
    if not exchange.is_challenge and (version or 0) >= 0x12:
        found.append(Value(name="content_changed", text=CONTENT_CHANGED[param2 >> 4 & 3]))
    if exchange.is_challenge:
        found.append(Value(name="slot_mask", int=param2))
    elif unknown := param2 & ~(0x00 if version == 0x10 else 0x0F if version == 0x11 else 0x3F):
        detail = f"bits {unknown:#04x} of Param2 are set and have no name"
        notes.append(note("unknown-bits", f"{DEVICE}/values", detail))
    request = exchange.request
    attributes: tuple[Attribute, ...] = ()
    if exchange.is_challenge:
        return tuple(found), ()
    if request is not None:
        if request.fixed[3] == 0:  # else the byte is reserved, and without the request nobody knows
            found.append(Value(name="number_of_indices", int=exchange.response.fixed[2]))
        found.append(Value(name="requested_index", int=request.fixed[3]))
        attributes = (attribute("request_attributes", request.fixed[2], RequestAttributes, notes),)
        _check_echo(exchange, request, notes)
    return tuple(found), attributes


def _check_echo(exchange: Exchange, request: Message, notes: list[Note]) -> None:
    """The responder repeats the slot and the context of the request."""
    asked = request.value("slot_id_param")
    if asked and exchange.slot is not None and asked[0] & 0x0F != exchange.slot:
        detail = f"slot {asked[0] & 0x0F} was asked for, slot {exchange.slot} signs"
        notes.append(note("slot-differs", f"{DEVICE}/values/slot_id", detail))
    if request.value("requester_context") != exchange.response.value("requester_context"):
        detail = "the response does not repeat the context of its request"
        notes.append(note("context-differs", "/bindings/requester_context", detail))


def _negotiated(transcript: Transcript, notes: list[Note]) -> tuple[tuple[Value, ...], tuple[Attribute, ...]]:
    """What the responder can do, and what was agreed on."""
    attributes = []
    messages = transcript.context.messages or transcript.messages[:6]
    for message in messages:
        if message.code == layout.CAPABILITIES:
            flags: int = message.fixed.flags  # type: ignore[attr-defined]  # every table of CAPABILITIES has it
            attributes.append(attribute("capabilities", flags, ResponderCapabilities, notes))
    algorithms, negotiated = transcript.algorithms, transcript.negotiated
    if algorithms is None or negotiated is None:
        return (), tuple(attributes)
    attributes.append(attribute("other_params", algorithms.other_params_selection, OtherParams, notes))
    hash_ = measurement_hash(transcript).hash
    names = (
        ("base_hash", negotiated.base_hash.name if negotiated.base_hash else None, algorithms.base_hash_sel),
        ("base_asym", scheme_name(BASE_ASYM, algorithms.base_asym_sel), algorithms.base_asym_sel),
        ("pqc_asym", scheme_name(PQC_ASYM, algorithms.pqc_asym_sel), algorithms.pqc_asym_sel),
        ("measurement_hash", _measurement_hash_name(algorithms, hash_), algorithms.measurement_hash_algo),
    )
    values = [
        Value(name=name, text=text) if text else Value(name=name, bytes=Bytes(number.to_bytes(4, "little")))
        for name, text, number in names
        if number
    ]
    values += [
        Value(name=name, int=number)
        for name in ("measurement_specification_sel", "mel_specification_sel")
        if (number := getattr(algorithms, name))
    ]
    return tuple(values), tuple(attributes)


def _measurement_hash_name(algorithms: Algorithms, hash_: Hash | None) -> str | None:
    if algorithms.measurement_hash_algo == RAW_BIT_STREAM_ONLY:
        return "raw-bit-stream-only"
    return hash_.name if hash_ else None


def scheme_name(table: Mapping[int, Scheme], value: int) -> str | None:
    """The name of the scheme that is selected; None if it is not known here."""
    found = selected(table, value)
    return found.name if found else None


def _remarks(transcript: Transcript) -> tuple[Note, ...]:
    """What a reader should know about the evidence as a whole."""
    notes = []
    signed = [exchange for exchange in transcript.exchanges if exchange.signature]
    if not signed:
        notes.append(note("unsigned", "/evidence/protection", "no signature covers any measurement"))
    return tuple(notes)


def _contradicted(transcript: Transcript, carriers: tuple[Carrier, ...]) -> Iterator[Note]:
    """What a carrier names otherwise than the evidence does."""
    negotiated = transcript.negotiated
    if negotiated is None:
        return
    pairs: tuple[tuple[Hash | Scheme | None, Hash | Scheme | None], ...] = (
        (carried_hash(carriers), negotiated.base_hash),
        (carried_scheme(carriers), negotiated.scheme),
    )
    for said, found in pairs:
        if said is not None and found is not None and said != found:
            detail = f"the carrier says {said.name}, the evidence {found.name}"
            yield note("carrier-differs", "/evidence/carriers", detail)
