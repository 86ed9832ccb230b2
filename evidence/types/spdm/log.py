"""The measurement extension log (MEL), and the replay of hash-extend measurements (HEM) over it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from msgspec import Struct

from evidence import limits
from evidence.claims import Bytes, Consistency
from evidence.errors import TrailingBytes
from evidence.types._value_types import HEM
from evidence.types.spdm.blocks import Block
from evidence.types.spdm.layout import MelEntry, MelHeader
from evidence.wire.cursor import Cursor
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import Hash
from evidence.wire.spdm.conversation import SpdmMessage, violation
from evidence.wire.spdm.layout import SPEC, Mel
from evidence.wire.spdm.messages import ConversationReader
from evidence.words import Outcome

WHAT = "measurement-extension-log"


class SpdmLogEntry(Struct, frozen=True, gc=False):
    """One entry: its fields, its value, and the whole of it as it is hashed."""

    header: MelEntry
    value: bytes
    whole: bytes


class MeasurementLog(Struct, frozen=True):
    """A log."""

    header: MelHeader
    entries: tuple[SpdmLogEntry, ...]


def attached_log(data: bytes) -> MeasurementLog:
    """The log in an attachment: bare, or as one whole MEASUREMENT_EXTENSION_LOG message."""
    if len(data) > Mel.SIZE and data[0] >> 4 == 1 and data[1] == layout.MEL:
        message = ConversationReader(data).message(0)
        if message.end != len(data) and any(data[message.end :]):
            raise TrailingBytes(what=WHAT, offset=message.end, extra=len(data) - message.end, spec=SPEC)
        return read_log(message.value("mel"))
    return read_log(data)


def fetched_log(messages: Iterable[SpdmMessage]) -> MeasurementLog | None:
    """The log from the messages of a transcript, portion after portion; None if it is not whole."""
    portions: list[bytes] = []
    whole: bytes | None = None
    for message in messages:
        if message.code == layout.GET_MEL and getattr(message.fixed, "offset", None) == 0:
            portions = []
        elif message.code == layout.MEL:
            portions.append(message.value("mel"))
            if getattr(message.fixed, "remainder_length", None) == 0:
                whole = b"".join(portions)
    return None if whole is None else read_log(whole)


def read_log(data: bytes) -> MeasurementLog:
    """The log that `data` is. Raises `Truncated`, `TrailingBytes`, `ConstraintViolation`, `LimitExceeded`."""
    cursor = Cursor(data, WHAT)
    header = cursor.read(MelHeader)
    offset = MelHeader.PLACES["number_of_entries"].offset
    limits.check("log entries", limits.LOG_ENTRIES, header.number_of_entries, offset=offset)
    inside = cursor.sub(header.mel_entries_length, WHAT)
    cursor.done()
    entries = []
    for _ in range(header.number_of_entries):
        start = inside.at
        fields = inside.read(MelEntry)
        value = inside.take(fields.value_size, "log entry value")
        entries.append(SpdmLogEntry(fields, value, data[start : inside.at]))
    if inside.left:
        allowed = f"{len(entries)} entries"
        raise violation(inside.at, f"{inside.left} bytes behind them", allowed, WHAT)
    return MeasurementLog(header, tuple(entries))


def replayed(
    log: MeasurementLog, blocks: Iterable[tuple[str, Block]], hash_: Hash | None
) -> tuple[Consistency, ...]:
    """Each hash-extend measurement (with its path) compared with what the log extends to."""
    facts = []
    for path, block in blocks:
        if block.value_type != HEM:
            continue
        entries = [entry for entry in log.entries if entry.header.meas_index == block.index]
        computed = extended(entries, hash_)
        status: Outcome = "matches" if computed == block.value else "differs"
        if computed is None or not entries:
            status = "not-computable" if entries else "not-in-log"
        facts.append(
            Consistency(
                name=f"hem-{block.index}-replay",
                status=status,
                digest_of="measurement-extension-log",
                compared_to=path,
                alg=hash_.name if hash_ else None,
                computed=None if computed is None or not entries else Bytes(computed),
            )
        )
    return tuple(facts)


def extended(entries: Iterable[SpdmLogEntry], hash_: Hash | None) -> bytes | None:
    """From zeros on, the hash of what was and of the whole entry; None if the hash cannot be computed."""
    if hash_ is None or hash_.library not in hashlib.algorithms_available:
        return None
    value = bytes(hash_.size)
    for entry in entries:
        value = hashlib.new(hash_.library, value + entry.whole).digest()
    return value
