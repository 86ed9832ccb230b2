"""SPDM messages by structure: where each ends, and the fields that are the same for every responder.

A message does not state its size: that follows from the version that was negotiated, from the algorithms
that were chosen and from what the request before it asked for. `Reader` keeps those three while it goes
over a conversation, in the order of the bytes. What measurement records and opaque data hold is not
looked at here.

DSP0274 wants reserved bits and bytes ignored when they are read, so none is refused.

Source: DMTF DSP0274, versions 1.0 to 1.4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from msgspec import Struct

from evidence.errors import ConstraintViolation, Truncated, UnsupportedVersion
from evidence.wire.cursor import Cursor
from evidence.wire.layout import Layout
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import BASE_ASYM, BASE_HASH, PQC_ASYM, Hash, Scheme, selected
from evidence.wire.spdm.layout import NONCE, SPEC, Algorithms, Header, NegotiateAlgorithms


class Part(NamedTuple):
    """A variable part of a message: its name, where it lies (bytes), its bytes."""

    name: str
    start: int
    end: int
    value: bytes


class Message(Struct, frozen=True, gc=False):
    """One message: its code and name, where it lies (bytes), its fixed fields, then the variable ones."""

    code: int
    name: str
    start: int
    end: int
    fixed: Layout
    parts: tuple[Part, ...] = ()

    def part(self, name: str) -> Part | None:
        """The part of this name; None if the message has none."""
        for part in self.parts:
            if part.name == name:
                return part
        return None

    def value(self, name: str) -> bytes:
        """The bytes of a part, none if the message does not have it."""
        found = self.part(name)
        return found.value if found else b""


class Negotiated(NamedTuple):
    """What ALGORITHMS selected; None where it selects nothing that is known here."""

    message: Message
    base_hash: Hash | None
    scheme: Scheme | None
    multi_key: bool


class Reader:
    """Reads one conversation, message by message.

    `version` (0x10 to 0x14), `hash_size` and `signature_size` (bytes) may be given where the bytes do not
    hold ALGORITHMS; what ALGORITHMS says replaces them. `summarised` says whether a CHALLENGE_AUTH without
    its request has a summary of measurements. A response follows its request.
    """

    __slots__ = ("_asked", "data", "hash_size", "negotiated", "signature_size", "summarised", "version")

    def __init__(
        self,
        data: bytes,
        version: int | None = None,
        hash_size: int | None = None,
        signature_size: int | None = None,
        *,
        summarised: bool = True,
    ) -> None:
        self.data, self.version = data, version
        self.hash_size, self.signature_size, self.summarised = hash_size, signature_size, summarised
        self.negotiated: Negotiated | None = None
        self._asked: Message | None = None

    def message(self, start: int, end: int | None = None) -> Message:
        """The message that begins at `start` and ends at or before `end` (bytes); more may follow it.

        Raises `Truncated`, `UnsupportedVersion`, or `ConstraintViolation` where the conversation is not
        one: a code that is not known here, a response without its request, another version.
        """
        stop = len(self.data) if end is None else end
        if stop - start < Header.SIZE:
            raise Truncated(what="SPDM message", offset=start, need=Header.SIZE, have=stop - start, spec=SPEC)
        version, code = self.data[start], self.data[start + 1]
        self._check_version(version, code, start)
        known = MESSAGES.get(code)
        if known is None:
            raise self._violation(start + 1, code, "a request that evidence is made of, or its response")
        name, read = known
        asked = self._asked
        if code < 0x80 and asked is not None and asked.code & layout.RESPONSE != code:
            raise self._violation(start + 1, code, f"the response to {asked.name}")
        cursor = Cursor(self.data, name, start, stop)
        fixed, parts = read(self, cursor)
        found = Message(code, name, start, cursor.at, fixed, parts)
        self._asked = found if code >= 0x80 else None
        if isinstance(fixed, Algorithms):
            self._negotiate(found, fixed)
        return found

    def asked(self) -> Message | None:
        """The request whose response comes next."""
        return self._asked

    def _check_version(self, version: int, code: int, start: int) -> None:
        if version not in layout.VERSIONS:
            raise UnsupportedVersion(type="SPDM", got=version, known=layout.VERSIONS, offset=start)
        if code in {layout.GET_VERSION, layout.VERSION}:
            if version != 0x10:
                raise self._violation(start, version, "0x10 in GET_VERSION and VERSION")
        elif self.version is None:
            self.version = version
        elif version != self.version:
            raise self._violation(start, version, f"{self.version:#x}, the version of this conversation")

    def _negotiate(self, found: Message, fixed: Algorithms) -> None:
        for name in ("base_hash_sel", "base_asym_sel", "pqc_asym_sel"):
            value: int = getattr(fixed, name)
            if value & (value - 1):
                offset = found.start + Algorithms.PLACES[name].offset
                raise ConstraintViolation(
                    what=f"ALGORITHMS.{name}", offset=offset, got=value, allowed="one bit at most", spec=SPEC
                )
        base_hash = selected(BASE_HASH, fixed.base_hash_sel)
        pqc = fixed.pqc_asym_sel if self.version == 0x14 else 0  # reserved before
        scheme = selected(PQC_ASYM, pqc) if pqc else selected(BASE_ASYM, fixed.base_asym_sel)
        multi_key = bool(fixed.other_params_selection & 0x10) and (self.version or 0) >= 0x13
        self.negotiated = Negotiated(found, base_hash, scheme, multi_key)
        self.hash_size = base_hash.size if base_hash else self.hash_size
        self.signature_size = scheme.size if scheme else self.signature_size

    def digest_size(self, cursor: Cursor) -> int:
        """The size of a digest with the base hash."""
        if self.hash_size is None:
            raise self._violation(cursor.at, "no base hash", "a base hash, from ALGORITHMS or the caller")
        return self.hash_size

    def signature(self, cursor: Cursor) -> Part:
        """The signature at the cursor."""
        if self.signature_size is None:
            allowed = "a signature size, from ALGORITHMS or the caller"
            raise self._violation(cursor.at, "no signature size", allowed)
        return _part(cursor, "signature", self.signature_size)

    def _violation(self, offset: int, got: object, allowed: str) -> ConstraintViolation:
        return ConstraintViolation(what="SPDM message", offset=offset, got=got, allowed=allowed, spec=SPEC)


Read = Callable[[Reader, Cursor], tuple[Layout, tuple[Part, ...]]]


def _part(cursor: Cursor, name: str, size: int) -> Part:
    start = cursor.at
    end = start + size
    if end > cursor.end:
        cursor.take(size, f"{cursor.what}.{name}")  # raises
    cursor.at = end
    return Part(name, start, end, cursor.data[start:end])


def _header(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    return cursor.read(Header), ()


def _version(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    fixed = cursor.read(layout.Version)
    return fixed, (_part(cursor, "version_number_entries", 2 * fixed.version_number_entry_count),)


def _get_capabilities(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    return cursor.read(_by_version(reader, Header, layout.Capabilities11, layout.Capabilities12)), ()


def _capabilities(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    """From 1.3 on a block of algorithms may follow, whose own length stands 2 bytes into it."""
    fixed = cursor.read(
        _by_version(reader, layout.Capabilities11, layout.Capabilities11, layout.Capabilities12)
    )
    header = Header.read(cursor.data, cursor.at - fixed.SIZE)
    if (reader.version or 0) < 0x13 or not header.param1 & 1:
        return fixed, ()
    size = int.from_bytes(cursor.peek(4)[2:], "little")
    return fixed, (_part(cursor, "supported_algorithms", max(size, 4)),)


def _by_version(reader: Reader, v10: type[Layout], v11: type[Layout], v12: type[Layout]) -> type[Layout]:
    version = reader.version or 0x10
    return v10 if version == 0x10 else v11 if version == 0x11 else v12


def _negotiate_algorithms(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    fixed = cursor.read(NegotiateAlgorithms)
    external = (fixed.ext_asym_count, fixed.ext_hash_count)
    return fixed, _selections(reader, cursor, fixed, external)


def _algorithms(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    fixed = cursor.read(Algorithms)
    external = (fixed.ext_asym_sel_count, fixed.ext_hash_sel_count)
    return fixed, _selections(reader, cursor, fixed, external)


def _selections(
    reader: Reader, cursor: Cursor, fixed: NegotiateAlgorithms | Algorithms, external: tuple[int, int]
) -> tuple[Part, ...]:
    """What follows the fixed part, up to `length`: external algorithms, then tables by algorithm type.

    Tables exist from version 1.1 on, Param1 of them, and nothing behind them.
    """
    start, least = cursor.at - fixed.SIZE, fixed.SIZE + 4 * sum(external)
    if fixed.length < least:
        raise ConstraintViolation(
            what=f"{cursor.what}.length",
            offset=start + 4,
            got=fixed.length,
            allowed=f"at least {least}",
            spec=SPEC,
        )
    asym, hashes = (_part(cursor, name, 4 * count) for name, count in zip(EXTERNAL, external, strict=True))
    tables = _part(cursor, "alg_struct", fixed.length - least)
    if (reader.version or 0) >= 0x11:
        inside = Cursor(cursor.data, f"{cursor.what}.alg_struct", tables.start, tables.end)
        for _ in range(fixed.param1):
            count = inside.take(2)[1]  # fixed bytes in the upper half, external algorithms in the lower
            inside.take((count >> 4) + 4 * (count & 0x0F))
        inside.done()
    return tuple(part for part in (asym, hashes, tables) if part.value)


EXTERNAL: Final = ("ext_asym", "ext_hash")


def _digests(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    """A digest for each slot of the mask; with several keys also an id, a byte and a usage mask for each."""
    fixed = cursor.read(Header)
    slots = fixed.param2.bit_count()
    parts = [_part(cursor, "digests", slots * reader.digest_size(cursor))]
    if reader.negotiated and reader.negotiated.multi_key:
        parts.append(_part(cursor, "key_pairs", 4 * slots))
    return fixed, tuple(parts)


def _is_large(reader: Reader, cursor: Cursor) -> bool:
    return reader.version == 0x14 and bool(cursor.peek(4)[2] & 0x80)


def _get_certificate(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    return cursor.read(layout.GetLargeCertificate if _is_large(reader, cursor) else layout.GetCertificate), ()


def _certificate(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    if _is_large(reader, cursor):
        large = cursor.read(layout.LargeCertificate)
        return large, (_part(cursor, "cert_chain", large.portion_length),)
    fixed = cursor.read(layout.Certificate)
    return fixed, (_part(cursor, "cert_chain", fixed.portion_length),)


def _challenge(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    fixed = cursor.read(Header)
    return fixed, (_part(cursor, "nonce", NONCE), *_context(reader, cursor))


def _context(reader: Reader, cursor: Cursor) -> tuple[Part, ...]:
    return (_part(cursor, "requester_context", layout.CONTEXT),) if (reader.version or 0) >= 0x13 else ()


def _challenge_auth(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    fixed, size = cursor.read(Header), reader.digest_size(cursor)
    asked = reader.asked()
    parts = [_part(cursor, "cert_chain_hash", size), _part(cursor, "nonce", NONCE)]
    if asked.fixed[3] if asked else reader.summarised:  # Param2: what to summarise, 0 for nothing
        parts.append(_part(cursor, "measurement_summary_hash", size))
    parts += (*_opaque(cursor), *_context(reader, cursor), reader.signature(cursor))
    return fixed, tuple(parts)


def _get_measurements(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    """Param1 bit 0 asks for a signature: a nonce, and from 1.1 on a slot, exist only then."""
    fixed = cursor.read(Header)
    parts: list[Part] = []
    if fixed.param1 & 1:
        parts.append(_part(cursor, "nonce", NONCE))
        if (reader.version or 0) >= 0x11:
            parts.append(_part(cursor, "slot_id_param", 1))
    return fixed, (*parts, *_context(reader, cursor))


def _measurements(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    """Signed if the request asked for it; without one, if a signature size is known."""
    fixed = cursor.read(layout.Measurements)
    asked = reader.asked()
    signed = bool(asked.fixed[2] & 1) if asked else bool(reader.signature_size)
    size = int.from_bytes(fixed.measurement_record_length, "little")
    parts = [_part(cursor, "measurement_record", size), _part(cursor, "nonce", NONCE)]
    parts += (*_opaque(cursor), *_context(reader, cursor))
    if signed:
        parts.append(reader.signature(cursor))
    return fixed, tuple(parts)


def _opaque(cursor: Cursor) -> tuple[Part, Part]:
    length = _part(cursor, "opaque_data_length", 2)
    size = int.from_bytes(length.value, "little")
    if size > layout.OPAQUE_BYTES:
        what, allowed = f"{cursor.what}.opaque_data_length", f"at most {layout.OPAQUE_BYTES}"
        raise ConstraintViolation(what=what, offset=length.start, got=size, allowed=allowed, spec=SPEC)
    return length, _part(cursor, "opaque_data", size)


def _get_mel(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    return cursor.read(layout.GetMel), ()


def _mel(reader: Reader, cursor: Cursor) -> tuple[Layout, tuple[Part, ...]]:
    fixed = cursor.read(layout.Mel)
    return fixed, (_part(cursor, "mel", fixed.portion_length),)


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
