"""The fields of each SPDM message, in their order: a fixed structure, then parts whose sizes follow from elsewhere.

Source: DMTF DSP0274, versions 1.0 to 1.4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from evidence.errors import ConstraintViolation
from evidence.wire.cursor import Cursor
from evidence.wire.layout import Layout
from evidence.wire.spdm import layout
from evidence.wire.spdm.layout import NONCE, SPEC, Algorithms, Header, NegotiateAlgorithms

if TYPE_CHECKING:
    from evidence.wire.spdm.messages import Reader


class Part(Struct, frozen=True, gc=False):
    """A variable part of a message: where it lies (bytes), its bytes."""

    start: int
    end: int
    value: bytes


class Fields(Cursor):
    """Reads the fields of one message: its fixed structure, then its parts, which are kept by their names."""

    __slots__ = ("parts",)

    def __init__(self, data: bytes, what: str, at: int, end: int) -> None:
        super().__init__(data, what, at, end)
        self.parts: dict[str, Part] = {}

    def part(self, name: str, size: int) -> Part:
        """The next `size` bytes."""
        start, end = self.at, self.at + size
        if end > self.end:
            self.take(size, f"{self.what}.{name}")  # raises
        self.at = end
        found = self.parts[name] = Part(start, end, self.data[start:end])
        return found


Read = Callable[["Reader", Fields], Layout]


def _header(reader: Reader, fields: Fields) -> Layout:
    return fields.read(Header)


def _version(reader: Reader, fields: Fields) -> Layout:
    fixed = fields.read(layout.Version)
    fields.part("version_number_entries", 2 * fixed.version_number_entry_count)
    return fixed


def _get_capabilities(reader: Reader, fields: Fields) -> Layout:
    return fields.read(_by_version(reader, Header, layout.Capabilities11, layout.Capabilities12))


def _capabilities(reader: Reader, fields: Fields) -> Layout:
    """From 1.3 on a block of algorithms may follow, whose own length stands 2 bytes into it."""
    fixed = fields.read(
        _by_version(reader, layout.Capabilities11, layout.Capabilities11, layout.Capabilities12)
    )
    header = Header.read(fields.data, fields.at - fixed.SIZE)
    if (reader.version or 0) >= 0x13 and header.param1 & 1:
        size = int.from_bytes(fields.peek(4)[2:], "little")
        fields.part("supported_algorithms", max(size, 4))
    return fixed


def _by_version(reader: Reader, v10: type[Layout], v11: type[Layout], v12: type[Layout]) -> type[Layout]:
    version = reader.version or 0x10
    return v10 if version == 0x10 else v11 if version == 0x11 else v12


def _negotiate_algorithms(reader: Reader, fields: Fields) -> Layout:
    fixed = fields.read(NegotiateAlgorithms)
    _selections(reader, fields, fixed, (fixed.ext_asym_count, fixed.ext_hash_count))
    return fixed


def _algorithms(reader: Reader, fields: Fields) -> Layout:
    fixed = fields.read(Algorithms)
    _selections(reader, fields, fixed, (fixed.ext_asym_sel_count, fixed.ext_hash_sel_count))
    return fixed


def _selections(
    reader: Reader, fields: Fields, fixed: NegotiateAlgorithms | Algorithms, external: tuple[int, int]
) -> None:
    """What follows the fixed part, up to `length`: external algorithms, then tables by algorithm type.

    Tables exist from version 1.1 on, Param1 of them, and nothing behind them.
    """
    start, least = fields.at - fixed.SIZE, fixed.SIZE + 4 * sum(external)
    if fixed.length < least:
        raise ConstraintViolation(
            what=f"{fields.what}.length",
            offset=start + 4,
            got=fixed.length,
            allowed=f"at least {least}",
            spec=SPEC,
        )
    for name, count in zip(EXTERNAL, external, strict=True):
        if count:
            fields.part(name, 4 * count)
    tables = fields.part("alg_struct", fixed.length - least)
    if (reader.version or 0) >= 0x11:
        inside = Cursor(fields.data, f"{fields.what}.alg_struct", tables.start, tables.end)
        for _ in range(fixed.param1):
            count = inside.take(2)[1]  # fixed bytes in the upper half, external algorithms in the lower
            inside.take((count >> 4) + 4 * (count & 0x0F))
        inside.done()


EXTERNAL: Final = ("ext_asym", "ext_hash")


def _digests(reader: Reader, fields: Fields) -> Layout:
    """A digest for each slot of the mask; with several keys also an id, a byte and a usage mask for each."""
    fixed = fields.read(Header)
    slots = fixed.param2.bit_count()
    fields.part("digests", slots * reader.digest_size(fields))
    if reader.negotiated and reader.negotiated.multi_key:
        fields.part("key_pairs", 4 * slots)
    return fixed


def _is_large(reader: Reader, fields: Fields) -> bool:
    return reader.version == 0x14 and bool(fields.peek(4)[2] & 0x80)


def _get_certificate(reader: Reader, fields: Fields) -> Layout:
    return fields.read(layout.GetLargeCertificate if _is_large(reader, fields) else layout.GetCertificate)


def _certificate(reader: Reader, fields: Fields) -> Layout:
    fixed = (
        fields.read(layout.LargeCertificate) if _is_large(reader, fields) else fields.read(layout.Certificate)
    )
    fields.part("cert_chain", fixed.portion_length)
    return fixed


def _challenge(reader: Reader, fields: Fields) -> Layout:
    fixed = fields.read(Header)
    fields.part("nonce", NONCE)
    _context(reader, fields)
    return fixed


def _context(reader: Reader, fields: Fields) -> None:
    if (reader.version or 0) >= 0x13:
        fields.part("requester_context", layout.CONTEXT)


def _challenge_auth(reader: Reader, fields: Fields) -> Layout:
    fixed, size = fields.read(Header), reader.digest_size(fields)
    asked = reader.asked()
    fields.part("cert_chain_hash", size)
    fields.part("nonce", NONCE)
    if asked.fixed[3] if asked else reader.summarised:  # Param2: what to summarise, 0 for nothing
        fields.part("measurement_summary_hash", size)
    _opaque(fields)
    _context(reader, fields)
    reader.signature(fields)
    return fixed


def _get_measurements(reader: Reader, fields: Fields) -> Layout:
    """Param1 bit 0 asks for a signature: a nonce, and from 1.1 on a slot, exist only then."""
    fixed = fields.read(Header)
    if fixed.param1 & 1:
        fields.part("nonce", NONCE)
        if (reader.version or 0) >= 0x11:
            fields.part("slot_id_param", 1)
    _context(reader, fields)
    return fixed


def _measurements(reader: Reader, fields: Fields) -> Layout:
    """Signed if the request asked for it; without one, if a signature size is known."""
    fixed = fields.read(layout.Measurements)
    asked = reader.asked()
    signed = bool(asked.fixed[2] & 1) if asked else bool(reader.signature_size)
    fields.part("measurement_record", int.from_bytes(fixed.measurement_record_length, "little"))
    fields.part("nonce", NONCE)
    _opaque(fields)
    _context(reader, fields)
    if signed:
        reader.signature(fields)
    return fixed


def _opaque(fields: Fields) -> None:
    length = fields.part("opaque_data_length", 2)
    size = int.from_bytes(length.value, "little")
    if size > layout.OPAQUE_BYTES:
        what, allowed = f"{fields.what}.opaque_data_length", f"at most {layout.OPAQUE_BYTES}"
        raise ConstraintViolation(what=what, offset=length.start, got=size, allowed=allowed, spec=SPEC)
    fields.part("opaque_data", size)


def _get_mel(reader: Reader, fields: Fields) -> Layout:
    return fields.read(layout.GetMel)


def _mel(reader: Reader, fields: Fields) -> Layout:
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
"""Code to name and reader: the messages that evidence is made of."""
