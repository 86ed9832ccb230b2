"""What the fields of messages mean: the second table of each structure, beside the bytes in `wire/spdm/layout`.

A field without a row is listed here as what the reading goes by, or is unclaimed with a reason (in the descriptor of
the type); any other one fails at import. What has no fixed place, or is there any number of times, is recorded where
its claim is written: the parts of messages, measurement blocks (`measurements`), elements of opaque data (`vendor`),
certificates (`beside`).
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

from evidence.claims import Bytes, Lifecycle, Value
from evidence.mapping import Flags, Mapping, Number, Part, Row, by_piece, complete
from evidence.types.spdm import TYPE
from evidence.types.spdm.layout import (
    ACTIVE,
    ACTIVE_SINCE_RESET,
    DebugMode,
    DeviceMode,
    OperationalMode,
    OtherParams,
    RequestAttributes,
    ResponderCapabilities,
)
from evidence.types.spdm.native import Exchange, Transcript
from evidence.wire.layout import Layout
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import BASE_ASYM, BASE_HASH, MEASUREMENT_HASH, PQC_ASYM, selected
from evidence.wire.spdm.conversation import SpdmMessage
from evidence.wire.spdm.fields import MESSAGES
from evidence.words import Debug

CONTENT_CHANGED: Final = ("not-detected", "changed", "unchanged")
NAMES: Final[dict[str, dict[int, str]]] = {
    "base_hash": {bit: known.name for bit, known in BASE_HASH.items()},
    "base_asym": {bit: known.name for bit, known in BASE_ASYM.items()},
    "pqc_asym": {bit: known.name for bit, known in PQC_ASYM.items()},
    "measurement_hash": {
        0: "raw-bit-stream-only",
        **{bit: known.name for bit, known in MEASUREMENT_HASH.items()},
    },
}
"""What each bit of a selection stands for."""


class ExchangePiece(NamedTuple):
    """What a row may look at beside its own field: the exchange that counts, and the version of the conversation."""

    exchange: Exchange
    version: int | None


# the exchange that counts


@by_piece
def slot_id(name: str, _: int, piece: ExchangePiece) -> Value | None:
    """The slot whose key signs."""
    slot = piece.exchange.slot if piece.exchange.signature else None
    return None if slot is None else Value(name=name, int=slot)


@by_piece
def content_changed(name: str, value: int, piece: ExchangePiece) -> Value | None:
    """Since version 1.2."""
    return Value(name=name, text=CONTENT_CHANGED[value >> 4 & 3]) if (piece.version or 0) >= 0x12 else None


@by_piece
def number_of_indices(name: str, value: int, piece: ExchangePiece) -> Value | None:
    """Only where it was asked for: else the byte is reserved, and without the request nobody knows."""
    request = piece.exchange.request
    return Value(name=name, int=value) if request is not None and request.fixed[3] == 0 else None


# the negotiation


@by_piece
def selection(name: str, value: int, _: None) -> Value | None:
    """The algorithm that is selected; the bits where they stand for none that is known here."""
    if not value:
        return None
    word = selected(NAMES[name], value)
    return Value(name=name, text=word) if word else Value(name=name, bytes=Bytes(value.to_bytes(4, "little")))


@by_piece
def specification(name: str, value: int, _: None) -> Value | None:
    """Zero selects none."""
    return Value(name=name, int=value) if value else None


# the device mode


@by_piece
def lifecycle(_: str, value: int, __: Any) -> Lifecycle:
    """The names of all states that are set."""
    state = OperationalMode.decode(value)
    return Lifecycle(raw=value, state="+".join(state.set) or ("unknown" if state.unknown else "none"))


@by_piece
def debug(_: str, __: tuple[int, int], modes: tuple[DeviceMode, ...]) -> Debug:
    """The worst of all device modes that are reported."""
    return min(map(debug_of, modes), key=WORST_FIRST.index)


WORST_FIRST: Final[tuple[Debug, ...]] = ("enabled", "not-reported", "disabled", "disabled-since-boot")


def debug_of(mode: DeviceMode) -> Debug:
    """The debug state of a device mode; a state that the device cannot report says nothing."""
    state, reported = mode.device_mode_state, mode.device_mode_capabilities
    if state & ACTIVE:
        return "enabled"
    if DebugMode.decode(state).unknown or reported & ACTIVE != ACTIVE:
        return "not-reported"
    if state or reported & ACTIVE_SINCE_RESET != ACTIVE_SINCE_RESET:
        return "disabled"
    return "disabled-since-boot"


# fmt: off
WORDS: Final[dict[str, Any]] = {
    "id": "device", "role": "device", "origin": "evidence", "debug": "not-reported", "migration": "not-defined",
}
CAPABILITIES: Final = (
    Row("flags", "attributes", Flags(ResponderCapabilities), name="capabilities", recurs=True),
)
NEGOTIATION: Final = Mapping(
    Part(layout.Capabilities11, *CAPABILITIES, optional=True),
    Part(layout.Capabilities12, *CAPABILITIES, optional=True),
    Part(
        layout.Algorithms,
        # field                           member        what it becomes there
        Row("base_hash_sel",              "values",     selection, name="base_hash"),
        Row("base_asym_sel",              "values",     selection, name="base_asym"),
        Row("pqc_asym_sel",               "values",     selection, name="pqc_asym"),
        Row("measurement_hash_algo",      "values",     selection, name="measurement_hash"),
        Row("measurement_specification_sel", "values",  specification),
        Row("mel_specification_sel",      "values",     specification),
        Row("other_params_selection",     "attributes", Flags(OtherParams), name="other_params", recurs=True),
    ),
    **WORDS,
)
EXCHANGE: Final = Mapping(
    Part(
        layout.Measurements,
        Row("param2",                     "values",     slot_id,           name="slot_id"),
        Row("param2",                     "values",     content_changed,   name="content_changed"),
        Row("param1",                     "values",     number_of_indices, name="number_of_indices"),
        optional=True,
    ),
    Part(  # of GET_MEASUREMENTS
        layout.Header,
        Row("param2",                     "values",     Number(),          name="requested_index"),
        Row("param1", "attributes", Flags(RequestAttributes), name="request_attributes", recurs=True),
        optional=True,
    ),
    Part(  # of CHALLENGE_AUTH
        layout.Header,
        Row("param1",                     "values",     slot_id,           name="slot_id"),
        Row("param2",                     "values",     Number(),          name="slot_mask"),
        optional=True,
    ),
    **WORDS,
)
"""The exchange that counts."""
MODE: Final = Mapping(
    Part(
        DeviceMode,
        Row("operational_mode_capabilities", "attributes", Flags(OperationalMode)),
        Row("operational_mode_state",        "attributes", Flags(OperationalMode)),
        Row("device_mode_capabilities",      "attributes", Flags(DebugMode)),
        Row("device_mode_state",             "attributes", Flags(DebugMode)),
        Row("operational_mode_state",        "lifecycle",  lifecycle),
        Row(("device_mode_capabilities", "device_mode_state"), "debug", debug),
    ),
    **{name: word for name, word in WORDS.items() if name != "debug"},
)
RESPONSE: Final = Mapping(
    Part(layout.Measurements, Row("spdm_version", also=("/evidence/version",)), optional=True),
    Part(layout.Header,       Row("spdm_version", also=("/evidence/version",)), optional=True),
)
"""Every response that counts for anything, MEASUREMENTS and CHALLENGE_AUTH."""

READING: Final = {
    "*.spdm_version":                        "the version by which all else is read",
    "*.request_response_code":               "which message it is",
    "ALGORITHMS.length":                     "where the message ends",
    "ALGORITHMS.param1":                     "how many tables of algorithms it has",
    "MEASUREMENTS.number_of_blocks":         "must be the blocks of its record",
    "MEASUREMENTS.measurement_record_length": "where the record ends",
}
"""Fields that the reading goes by: another value is another message, or none."""
# fmt: on


Messages = tuple[SpdmMessage | None, ...]


def negotiation(transcript: Transcript) -> Messages:
    """The messages that the parts of `NEGOTIATION` lie in; none where nothing was negotiated."""
    if transcript.negotiated is None:
        return ()
    messages = transcript.context.messages or transcript.messages
    capabilities = messages[layout.VCA.index(layout.CAPABILITIES)]
    is_new = isinstance(capabilities.fixed, layout.Capabilities12)
    versions = (None, capabilities) if is_new else (capabilities, None)
    return (*versions, transcript.negotiated.message)


def of_exchange(exchange: Exchange) -> Messages:
    """The messages that the parts of `EXCHANGE` lie in."""
    if exchange.is_challenge:
        return None, None, exchange.response
    return exchange.response, exchange.request, None


def fixed(messages: Messages) -> tuple[Layout | None, ...]:
    """The fixed structures of messages."""
    return tuple([None if message is None else message.fixed for message in messages])


def _check() -> None:
    """Raise `TypeError` for a field of which nothing says what becomes of it."""
    measurements, get_measurements, challenge_auth = EXCHANGE.parts
    parts = {
        "CAPABILITIES": NEGOTIATION.parts[:2],
        "ALGORITHMS": NEGOTIATION.parts[2:],
        "GET_MEASUREMENTS": (get_measurements,),
        "MEASUREMENTS": (measurements, RESPONSE.parts[0]),
        "CHALLENGE_AUTH": (challenge_auth, RESPONSE.parts[1]),
    }
    reasons = {**READING, **TYPE.unclaimed}
    for message in MESSAGES.values():
        for table in message.tables:
            rows = [part for part in parts.get(message.name, ()) if part.table is table]
            rest = set(table.FIELDS).difference(*(part.fields for part in rows))
            unclaimed = {
                field for field in rest for known in reasons if fnmatchcase(f"{message.name}.{field}", known)
            }
            try:
                complete(table, *rows, elsewhere=unclaimed)
            except TypeError as error:
                raise TypeError(f"{message.name}: {error}") from None
    complete(DeviceMode, *MODE.parts)


_check()
