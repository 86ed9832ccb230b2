"""The fields of each SPDM message, in their order: a fixed structure, then parts whose sizes follow from elsewhere.

Source: DMTF DSP0274, versions 1.0 to 1.4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from evidence.wire.cursor import Cursor
from evidence.wire.layout import Layout
from evidence.wire.spdm import layout
from evidence.wire.spdm.conversation import Conversation, FieldCursor, violation
from evidence.wire.spdm.layout import NONCE, Algorithms, Header, NegotiateAlgorithms

Parts = Callable[[Conversation, FieldCursor, Any], None]
"""Reads what follows the fixed structure of a message."""


def _version(agreed: Conversation, fields: FieldCursor, fixed: layout.Version) -> None:
    fields.part("version_number_entries", 2 * fixed.version_number_entry_count)


def _capabilities(agreed: Conversation, fields: FieldCursor, fixed: layout.Capabilities11) -> None:
    """From 1.3 on a block of algorithms may follow, whose own length stands 2 bytes into it."""
    if (agreed.version or 0) >= 0x13 and fixed.param1 & 1:
        size = int.from_bytes(fields.peek(4)[2:], "little")
        fields.part("supported_algorithms", max(size, 4))


def _negotiate_algorithms(agreed: Conversation, fields: FieldCursor, fixed: NegotiateAlgorithms) -> None:
    _selections(agreed, fields, fixed, (fixed.ext_asym_count, fixed.ext_hash_count))


def _algorithms(agreed: Conversation, fields: FieldCursor, fixed: Algorithms) -> None:
    _selections(agreed, fields, fixed, (fixed.ext_asym_sel_count, fixed.ext_hash_sel_count))


def _selections(
    agreed: Conversation,
    fields: FieldCursor,
    fixed: NegotiateAlgorithms | Algorithms,
    external: tuple[int, int],
) -> None:
    """What follows the fixed part, up to `length`: external algorithms, then tables by algorithm type.

    Tables exist from version 1.1 on, Param1 of them, and nothing behind them.
    """
    start, least = fields.at - fixed.SIZE, fixed.SIZE + 4 * sum(external)
    if fixed.length < least:
        raise violation(start + 4, fixed.length, f"at least {least}", f"{fields.what}.length")
    for name, count in zip(EXTERNAL, external, strict=True):
        if count:
            fields.part(name, 4 * count)
    tables = fields.part("alg_struct", fixed.length - least)
    if (agreed.version or 0) >= 0x11:
        inside = Cursor(fields.data, f"{fields.what}.alg_struct", tables.start, tables.end)
        for _ in range(fixed.param1):
            count = inside.take(2)[1]  # fixed bytes in the upper half, external algorithms in the lower
            inside.take((count >> 4) + 4 * (count & 0x0F))
        inside.done()


EXTERNAL: Final = ("ext_asym", "ext_hash")


def _digests(agreed: Conversation, fields: FieldCursor, fixed: Header) -> None:
    """A digest for each slot of the mask; with several keys also an id, a byte and a usage mask for each."""
    slots = fixed.param2.bit_count()
    fields.part("digests", slots * agreed.digest_size(fields.at))
    if agreed.negotiated and agreed.negotiated.multi_key:
        fields.part("key_pairs", 4 * slots)


def _certificate(agreed: Conversation, fields: FieldCursor, fixed: layout.Certificate) -> None:
    fields.part("cert_chain", fixed.portion_length)


def _challenge(agreed: Conversation, fields: FieldCursor, fixed: Header) -> None:
    fields.part("nonce", NONCE)
    _context(agreed, fields)


def _context(agreed: Conversation, fields: FieldCursor) -> None:
    if (agreed.version or 0) >= 0x13:
        fields.part("requester_context", layout.CONTEXT)


def _challenge_auth(agreed: Conversation, fields: FieldCursor, fixed: Header) -> None:
    size, request = agreed.digest_size(fields.at), agreed.request
    fields.part("cert_chain_hash", size)
    fields.part("nonce", NONCE)
    if request.fixed[3] if request else agreed.summarised:  # Param2: what to summarise, 0 for nothing
        fields.part("measurement_summary_hash", size)
    _opaque(fields)
    _context(agreed, fields)
    agreed.signature(fields)


def _get_measurements(agreed: Conversation, fields: FieldCursor, fixed: Header) -> None:
    """Param1 bit 0 asks for a signature: a nonce, and from 1.1 on a slot, exist only then."""
    if fixed.param1 & 1:
        fields.part("nonce", NONCE)
        if (agreed.version or 0) >= 0x11:
            fields.part("slot_id_param", 1)
    _context(agreed, fields)


def _measurements(agreed: Conversation, fields: FieldCursor, fixed: layout.Measurements) -> None:
    """Signed if the request asked for it; without one, if a signature size is known."""
    request = agreed.request
    signed = bool(request.fixed[2] & 1) if request else bool(agreed.signature_size)
    fields.part("measurement_record", int.from_bytes(fixed.measurement_record_length, "little"))
    fields.part("nonce", NONCE)
    _opaque(fields)
    _context(agreed, fields)
    if signed:
        agreed.signature(fields)


def _opaque(fields: FieldCursor) -> None:
    length = fields.part("opaque_data_length", 2)
    size = int.from_bytes(length.value, "little")
    if size > layout.OPAQUE_BYTES:
        what, allowed = f"{fields.what}.opaque_data_length", f"at most {layout.OPAQUE_BYTES}"
        raise violation(length.start, size, allowed, what)
    fields.part("opaque_data", size)


def _mel(agreed: Conversation, fields: FieldCursor, fixed: layout.Mel) -> None:
    fields.part("mel", fixed.portion_length)


def _by_version(agreed: Conversation, fields: FieldCursor) -> int:
    """Structures of 1.0, of 1.1, and of 1.2 and later."""
    return min((agreed.version or 0x10) & 0x0F, 2)


def _from_1_2(agreed: Conversation, fields: FieldCursor) -> bool:
    return (agreed.version or 0) >= 0x12


def _is_large(agreed: Conversation, fields: FieldCursor) -> bool:
    return agreed.version == 0x14 and bool(fields.peek(4)[2] & 0x80)


class MessageKind(NamedTuple):
    """A message: its name, its fixed structures, what reads its parts, which of the structures it is."""

    name: str
    tables: tuple[type[Layout], ...]
    parts: Parts | None = None
    choose: Callable[[Conversation, FieldCursor], int] | None = None


CAPABILITIES: Final = (layout.Capabilities11, layout.Capabilities12)
# fmt: off
MESSAGES: Final = {
    layout.GET_VERSION:          MessageKind("GET_VERSION", (Header,)),
    layout.VERSION:              MessageKind("VERSION", (layout.Version,), _version),
    layout.GET_CAPABILITIES:     MessageKind("GET_CAPABILITIES", (Header, *CAPABILITIES), None, _by_version),
    layout.CAPABILITIES:         MessageKind("CAPABILITIES", CAPABILITIES, _capabilities, _from_1_2),
    layout.NEGOTIATE_ALGORITHMS: MessageKind("NEGOTIATE_ALGORITHMS", (NegotiateAlgorithms,), _negotiate_algorithms),
    layout.ALGORITHMS:           MessageKind("ALGORITHMS", (Algorithms,), _algorithms),
    layout.GET_DIGESTS:          MessageKind("GET_DIGESTS", (Header,)),
    layout.DIGESTS:              MessageKind("DIGESTS", (Header,), _digests),
    layout.GET_CERTIFICATE:
        MessageKind("GET_CERTIFICATE", (layout.GetCertificate, layout.GetLargeCertificate), None, _is_large),
    layout.CERTIFICATE:
        MessageKind("CERTIFICATE", (layout.Certificate, layout.LargeCertificate), _certificate, _is_large),
    layout.CHALLENGE:            MessageKind("CHALLENGE", (Header,), _challenge),
    layout.CHALLENGE_AUTH:       MessageKind("CHALLENGE_AUTH", (Header,), _challenge_auth),
    layout.GET_MEASUREMENTS:     MessageKind("GET_MEASUREMENTS", (Header,), _get_measurements),
    layout.MEASUREMENTS:         MessageKind("MEASUREMENTS", (layout.Measurements,), _measurements),
    layout.GET_MEL:              MessageKind("GET_MEASUREMENT_EXTENSION_LOG", (layout.GetMel,)),
    layout.MEL:                  MessageKind("MEASUREMENT_EXTENSION_LOG", (layout.Mel,), _mel),
}
# fmt: on
"""The messages that evidence is made of, by their codes."""
