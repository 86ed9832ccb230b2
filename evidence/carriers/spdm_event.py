"""The event `sig` of Linux after a device has signed, in netlink or in JSON: the transcript with the signature at its end.

What the kernel says beside the transcript (slot, hash, offsets, prefix, code of the response) is computed again from the
transcript. A difference is noted: nothing is taken from these words.

Proposed for Linux in 2025 and 2026. Source: Documentation/netlink/specs/spdm.yaml of the proposals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor, InBytes, InJson, Pieces
from evidence.errors import MalformedEvidence
from evidence.input import Carrier, Input, Remark
from evidence.wire import netlink, spdm_event
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import BASE_HASH, selected
from evidence.wire.spdm.conversation import SpdmMessage
from evidence.wire.spdm.messages import combined_prefix, every
from evidence.wire.spdm_event import DEVICE, SignatureEvent

NAME: Final = "linux-spdm-event"
SPDM: Final = "dmtf-spdm"
SIGNED: Final = frozenset({layout.MEASUREMENTS, layout.CHALLENGE_AUTH})


def unwrap(source: Input) -> Pieces:
    """The transcript of an event in netlink; None for other bytes. Raises `CarrierError`, `LimitExceeded`."""
    order = netlink.order_of(source.data)
    if order is None:
        return None
    try:
        events = spdm_event.from_netlink(source.data, order)
    except MalformedEvidence as error:
        raise error.of_carrier(NAME) from None
    return None if events is None else _pieces(source, events)


def in_json(source: Input, value: Any) -> Pieces:
    """The same for the JSON of an event."""
    if not spdm_event.is_json(value):
        return None
    try:
        return _pieces(source, spdm_event.from_json(value))
    except MalformedEvidence as error:
        raise error.of_carrier(NAME) from None


def _pieces(source: Input, events: tuple[SignatureEvent, ...]) -> list[Input]:
    several = len(events) > 1
    return [_piece(source, event, str(number) if several else "") for number, event in enumerate(events)]


def _piece(source: Input, event: SignatureEvent, at: str) -> Input:
    facts = {DEVICE: limits.text(DEVICE, event.attributes[DEVICE])} if DEVICE in event.attributes else {}
    wrong = [
        name for name, value in _computed(event.transcript) if event.attributes.get(name, value) != value
    ]
    remarks = (Remark("carrier-differs", f"the transcript has another {', '.join(wrong)}"),) if wrong else ()
    piece = source.inside(Carrier(NAME, at, facts), event.transcript, obtained="reassembled")
    return replace(piece, type=SPDM, remarks=source.remarks + remarks)


class Last(NamedTuple):
    """The last response of a transcript that is signed, its request, and the negotiation before them."""

    response: SpdmMessage
    request: SpdmMessage | None
    negotiated: SpdmMessage | None

    @property
    def is_challenge(self) -> bool:
        return self.response.code == layout.CHALLENGE_AUTH


def _last(transcript: bytes) -> Last | None:
    request, negotiated, last = None, None, None
    for message in every(transcript):
        if message.code == layout.ALGORITHMS:
            negotiated = message
        elif message.code >= layout.REQUEST:
            request = message
        elif message.code in SIGNED:
            last = Last(message, request, negotiated)
    return last


def _computed(transcript: bytes) -> Iterator[tuple[str, Any]]:
    """What the last response that is signed says of everything that the kernel says beside it."""
    last = _last(transcript)
    if last is None:
        return
    response, version = last.response, last.response.fixed[0]
    yield "rsp-code", response.code
    if last.is_challenge or version > 0x10:
        yield "slot", response.fixed[2 if last.is_challenge else 3] & 0x0F
    yield (
        "combined-spdm-prefix",
        combined_prefix(version, is_challenge=last.is_challenge) if version > 0x11 else b"",
    )
    yield from _hash(last.negotiated)
    for name, message, part in (
        ("sig-offset", response, "signature"),
        ("req-nonce-offset", last.request, "nonce"),
        ("rsp-nonce-offset", response, "nonce"),
    ):
        field = message.part(part) if message is not None else None
        if field is not None:
            yield name, field.start


def _hash(negotiated: SpdmMessage | None) -> Iterator[tuple[str, int]]:
    """The kernel's number of the base hash, where it has one."""
    fixed = None if negotiated is None else negotiated.fixed
    known = selected(BASE_HASH, fixed.base_hash_sel) if isinstance(fixed, layout.Algorithms) else None
    for number, name in spdm_event.HASHES.items():
        if known is not None and known.name == name:
            yield "hash-algo", number


CARRIERS: Final = (
    CarrierDescriptor(
        name=NAME,
        section="spdm",
        told_by="a netlink message of the family `spdm` with a device and a transcript, or the JSON that pyynl makes of it (`sig`)",
        taken="the transcript, put together from all messages",
        rest=(
            "the device is a fact; code, slot, hash, offsets and prefix are computed from the transcript, and a difference "
            "is noted (`carrier-differs`). Proposed for Linux, and in no release"
        ),
        source="Linux, `Documentation/netlink/specs/spdm.yaml` (proposed)",
        forms=(InBytes(unwrap), InJson(in_json, ("*/msg/transcript", "*/msg/combined-spdm-prefix"))),
    ),
)
