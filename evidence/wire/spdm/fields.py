"""The fields of each SPDM message, in their order: a fixed structure, then parts whose sizes follow from elsewhere.

Source: DMTF DSP0274, versions 1.0 to 1.4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evidence.wire.cursor import Cursor
from evidence.wire.layout import Layout
from evidence.wire.spdm import layout
from evidence.wire.spdm.conversation import Conversation, Fields, violation
from evidence.wire.spdm.layout import NONCE, Algorithms, Header, NegotiateAlgorithms

Read = Callable[[Conversation, Fields], Layout]


def _header(agreed: Conversation, fields: Fields) -> Layout:
    return fields.read(Header)


def _version(agreed: Conversation, fields: Fields) -> Layout:
    fixed = fields.read(layout.Version)
    fields.part("version_number_entries", 2 * fixed.version_number_entry_count)
    return fixed


def _get_capabilities(agreed: Conversation, fields: Fields) -> Layout:
    return fields.read(_by_version(agreed, Header, layout.Capabilities11, layout.Capabilities12))


def _capabilities(agreed: Conversation, fields: Fields) -> Layout:
    """From 1.3 on a block of algorithms may follow, whose own length stands 2 bytes into it."""
    fixed = fields.read(
        _by_version(agreed, layout.Capabilities11, layout.Capabilities11, layout.Capabilities12)
    )
    header = Header.read(fields.data, fields.at - fixed.SIZE)
    if (agreed.version or 0) >= 0x13 and header.param1 & 1:
        size = int.from_bytes(fields.peek(4)[2:], "little")
        fields.part("supported_algorithms", max(size, 4))
    return fixed


def _by_version(
    agreed: Conversation, v10: type[Layout], v11: type[Layout], v12: type[Layout]
) -> type[Layout]:
    version = agreed.version or 0x10
    return v10 if version == 0x10 else v11 if version == 0x11 else v12


def _negotiate_algorithms(agreed: Conversation, fields: Fields) -> Layout:
    fixed = fields.read(NegotiateAlgorithms)
    _selections(agreed, fields, fixed, (fixed.ext_asym_count, fixed.ext_hash_count))
    return fixed


def _algorithms(agreed: Conversation, fields: Fields) -> Layout:
    fixed = fields.read(Algorithms)
    _selections(agreed, fields, fixed, (fixed.ext_asym_sel_count, fixed.ext_hash_sel_count))
    return fixed


def _selections(
    agreed: Conversation, fields: Fields, fixed: NegotiateAlgorithms | Algorithms, external: tuple[int, int]
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


def _digests(agreed: Conversation, fields: Fields) -> Layout:
    """A digest for each slot of the mask; with several keys also an id, a byte and a usage mask for each."""
    fixed = fields.read(Header)
    slots = fixed.param2.bit_count()
    fields.part("digests", slots * agreed.digest_size(fields.at))
    if agreed.negotiated and agreed.negotiated.multi_key:
        fields.part("key_pairs", 4 * slots)
    return fixed


def _is_large(agreed: Conversation, fields: Fields) -> bool:
    return agreed.version == 0x14 and bool(fields.peek(4)[2] & 0x80)


def _get_certificate(agreed: Conversation, fields: Fields) -> Layout:
    return fields.read(layout.GetLargeCertificate if _is_large(agreed, fields) else layout.GetCertificate)


def _certificate(agreed: Conversation, fields: Fields) -> Layout:
    fixed = (
        fields.read(layout.LargeCertificate) if _is_large(agreed, fields) else fields.read(layout.Certificate)
    )
    fields.part("cert_chain", fixed.portion_length)
    return fixed


def _challenge(agreed: Conversation, fields: Fields) -> Layout:
    fixed = fields.read(Header)
    fields.part("nonce", NONCE)
    _context(agreed, fields)
    return fixed


def _context(agreed: Conversation, fields: Fields) -> None:
    if (agreed.version or 0) >= 0x13:
        fields.part("requester_context", layout.CONTEXT)


def _challenge_auth(agreed: Conversation, fields: Fields) -> Layout:
    fixed = fields.read(Header)
    size, request = agreed.digest_size(fields.at), agreed.request
    fields.part("cert_chain_hash", size)
    fields.part("nonce", NONCE)
    if request.fixed[3] if request else agreed.summarised:  # Param2: what to summarise, 0 for nothing
        fields.part("measurement_summary_hash", size)
    _opaque(fields)
    _context(agreed, fields)
    agreed.signature(fields)
    return fixed


def _get_measurements(agreed: Conversation, fields: Fields) -> Layout:
    """Param1 bit 0 asks for a signature: a nonce, and from 1.1 on a slot, exist only then."""
    fixed = fields.read(Header)
    if fixed.param1 & 1:
        fields.part("nonce", NONCE)
        if (agreed.version or 0) >= 0x11:
            fields.part("slot_id_param", 1)
    _context(agreed, fields)
    return fixed


def _measurements(agreed: Conversation, fields: Fields) -> Layout:
    """Signed if the request asked for it; without one, if a signature size is known."""
    fixed = fields.read(layout.Measurements)
    request = agreed.request
    signed = bool(request.fixed[2] & 1) if request else bool(agreed.signature_size)
    fields.part("measurement_record", int.from_bytes(fixed.measurement_record_length, "little"))
    fields.part("nonce", NONCE)
    _opaque(fields)
    _context(agreed, fields)
    if signed:
        agreed.signature(fields)
    return fixed


def _opaque(fields: Fields) -> None:
    length = fields.part("opaque_data_length", 2)
    size = int.from_bytes(length.value, "little")
    if size > layout.OPAQUE_BYTES:
        what, allowed = f"{fields.what}.opaque_data_length", f"at most {layout.OPAQUE_BYTES}"
        raise violation(length.start, size, allowed, what)
    fields.part("opaque_data", size)


def _get_mel(agreed: Conversation, fields: Fields) -> Layout:
    return fields.read(layout.GetMel)


def _mel(agreed: Conversation, fields: Fields) -> Layout:
    fixed = fields.read(layout.Mel)
    fields.part("mel", fixed.portion_length)
    return fixed


MESSAGES: Final[dict[int, tuple[str, Read]]] = {
    layout.GET_VERSION: ("GET_VERSION", _header),
    layout.VERSION: ("VERSION", _version),
    layout.GET_CAPABILITIES: ("GET_CAPABILITIES", _get_capabilities),
    layout.CAPABILITIES: ("CAPABILITIES", _capabilities),
    layout.NEGOTIATE_ALGORITHMS: ("NEGOTIATE_ALGORITHMS", _negotiate_algorithms),
    layout.ALGORITHMS: ("ALGORITHMS", _algorithms),
    layout.GET_DIGESTS: ("GET_DIGESTS", _header),
    layout.DIGESTS: ("DIGESTS", _digests),
    layout.GET_CERTIFICATE: ("GET_CERTIFICATE", _get_certificate),
    layout.CERTIFICATE: ("CERTIFICATE", _certificate),
    layout.CHALLENGE: ("CHALLENGE", _challenge),
    layout.CHALLENGE_AUTH: ("CHALLENGE_AUTH", _challenge_auth),
    layout.GET_MEASUREMENTS: ("GET_MEASUREMENTS", _get_measurements),
    layout.MEASUREMENTS: ("MEASUREMENTS", _measurements),
    layout.GET_MEL: ("GET_MEASUREMENT_EXTENSION_LOG", _get_mel),
    layout.MEL: ("MEASUREMENT_EXTENSION_LOG", _mel),
}
"""Code to name and agreed: the messages that evidence is made of."""
