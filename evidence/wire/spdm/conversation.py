"""One message of a conversation, and what is agreed before it, on which the sizes of its parts depend.

Source: DMTF DSP0274, versions 1.0 to 1.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from evidence.errors import ConstraintViolation
from evidence.wire.cursor import Cursor
from evidence.wire.layout import Layout
from evidence.wire.spdm.algorithms import Hash, Scheme
from evidence.wire.spdm.layout import SPEC


class MessagePart(Struct, frozen=True, gc=False):
    """A variable part of a message: where it lies (bytes), its bytes."""

    start: int
    end: int
    value: bytes


class SpdmMessage(Struct, frozen=True):
    """One message: its code and name, where it lies (bytes), its fixed fields, then the variable ones by name."""

    code: int
    name: str
    start: int
    end: int
    fixed: Layout
    parts: Mapping[str, MessagePart]

    def part(self, name: str) -> MessagePart | None:
        """The part of this name; None if the message has none."""
        return self.parts.get(name)

    def value(self, name: str) -> bytes:
        """The bytes of a part, none if the message does not have it."""
        part = self.parts.get(name)
        return b"" if part is None else part.value


class Negotiated(NamedTuple):
    """What ALGORITHMS selected; None where it selects nothing that is known here."""

    message: SpdmMessage
    base_hash: Hash | None
    scheme: Scheme | None
    multi_key: bool


class FieldCursor(Cursor):
    """Reads the fields of one message: its fixed structure, then its parts, which are kept by their names."""

    __slots__ = ("parts",)

    def __init__(self, data: bytes, what: str, at: int, end: int) -> None:
        self.data, self.what, self.at, self.end = data, what, at, end
        self.parts: dict[str, MessagePart] = {}

    def part(self, name: str, size: int) -> MessagePart:
        """The next `size` bytes."""
        start, end = self.at, self.at + size
        if end > self.end:
            self.take(size, f"{self.what}.{name}")  # raises
        self.at = end
        part = self.parts[name] = MessagePart(start, end, self.data[start:end])
        return part


class Conversation:
    """What was agreed so far.

    `version` (0x10 to 0x14), `hash_size` and `signature_size` (bytes) may come from outside where the bytes do not hold
    ALGORITHMS. `summarised` says whether a CHALLENGE_AUTH without its request has a summary of measurements. `request`
    is the one whose response comes next.
    """

    __slots__ = ("data", "hash_size", "negotiated", "request", "signature_size", "summarised", "version")

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
        self.request: SpdmMessage | None = None

    def digest_size(self, offset: int) -> int:
        """The size of a digest with the base hash; `offset` (bytes) is where one is to be read."""
        if self.hash_size is None:
            raise violation(offset, "no base hash", "a base hash, from ALGORITHMS or the caller")
        return self.hash_size

    def signature(self, fields: FieldCursor) -> None:
        """Take the signature."""
        if self.signature_size is None:
            allowed = "a signature size, from ALGORITHMS or the caller"
            raise violation(fields.at, "no signature size", allowed)
        fields.part("signature", self.signature_size)


def violation(offset: int, got: object, allowed: str, what: str = "SPDM message") -> ConstraintViolation:
    """The error about what DSP0274 does not allow."""
    return ConstraintViolation(what=what, offset=offset, got=got, allowed=allowed, spec=SPEC)
