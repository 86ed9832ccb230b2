"""SPDM messages by structure: where each ends, and the fields that are the same for every responder.

A message does not state its size: that follows from the version that was negotiated, from the algorithms
that were chosen and from what the request before it asked for. `Reader` keeps those three while it goes
over a conversation, in the order of the bytes. What measurement records and opaque data hold is not
looked at here.

DSP0274 wants reserved bits and bytes ignored when they are read, so none is refused.

Source: DMTF DSP0274, versions 1.0 to 1.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from evidence.errors import ConstraintViolation, Truncated, UnsupportedVersion
from evidence.wire.layout import Layout
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import BASE_ASYM, BASE_HASH, PQC_ASYM, Hash, Scheme, selected
from evidence.wire.spdm.fields import MESSAGES, Fields, Part
from evidence.wire.spdm.layout import SPEC, Algorithms, Header


class Message(Struct, frozen=True):
    """One message: its code and name, where it lies (bytes), its fixed fields, then the variable ones by name."""

    code: int
    name: str
    start: int
    end: int
    fixed: Layout
    parts: Mapping[str, Part]

    def part(self, name: str) -> Part | None:
        """The part of this name; None if the message has none."""
        return self.parts.get(name)

    def value(self, name: str) -> bytes:
        """The bytes of a part, none if the message does not have it."""
        found = self.parts.get(name)
        return found.value if found is not None else b""


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
        fields = Fields(self.data, name, start, stop)
        fixed = read(self, fields)
        found = Message(code, name, start, fields.at, fixed, fields.parts)
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

    def digest_size(self, fields: Fields) -> int:
        """The size of a digest with the base hash."""
        if self.hash_size is None:
            raise self._violation(fields.at, "no base hash", "a base hash, from ALGORITHMS or the caller")
        return self.hash_size

    def signature(self, fields: Fields) -> None:
        """Takes the signature."""
        if self.signature_size is None:
            allowed = "a signature size, from ALGORITHMS or the caller"
            raise self._violation(fields.at, "no signature size", allowed)
        fields.part("signature", self.signature_size)

    def _violation(self, offset: int, got: object, allowed: str) -> ConstraintViolation:
        return ConstraintViolation(what="SPDM message", offset=offset, got=got, allowed=allowed, spec=SPEC)
