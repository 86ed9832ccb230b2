"""SPDM messages by structure: where each ends, and the fields that are the same for every responder.

A message does not state its size: that follows from the version that was negotiated, from the algorithms
that were chosen and from what the request before it asked for. `ConversationReader` keeps those three while it goes
over a conversation, in the order of the bytes. What measurement records and opaque data hold is not
looked at here.

DSP0274 wants reserved bits and bytes ignored when they are read, so none is refused.

Source: DMTF DSP0274, versions 1.0 to 1.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.errors import MalformedEvidence, Truncated, UnsupportedVersion
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import BASE_ASYM, BASE_HASH, PQC_ASYM, selected
from evidence.wire.spdm.conversation import Conversation, FieldCursor, Negotiated, SpdmMessage, violation
from evidence.wire.spdm.fields import MESSAGES
from evidence.wire.spdm.layout import SPEC, Algorithms, Header


def every(data: bytes) -> Iterator[SpdmMessage]:
    """The messages of a conversation from its beginning on, as far as they can be read."""
    reader, at = ConversationReader(data), 0
    try:
        for _ in range(4 * limits.SPDM_PAIRS):
            if at == len(data):
                return
            message = reader.message(at)
            yield message
            at = message.end
    except (MalformedEvidence, UnsupportedVersion):
        return


PURPOSES: Final = {False: b"responder-measurements signing", True: b"responder-challenge_auth signing"}
PURPOSE: Final = 36
"""Bytes of the second part of combined_spdm_prefix."""


def combined_prefix(version: int, *, is_challenge: bool) -> bytes:
    """combined_spdm_prefix: the version four times, zeros, the purpose up to its end; 100 bytes."""
    return b"dmtf-spdm-v1.%d.*" % (version & 15) * 4 + PURPOSES[is_challenge].rjust(PURPOSE, b"\0")


def slot_of(data: bytes) -> int | None:
    """The slot that the last response says to sign; None where nothing says it."""
    slot = None
    for message in every(data):
        if message.code == layout.MEASUREMENTS and message.fixed[0] > 0x10:
            slot = int(message.fixed[3] & 0x0F)
        elif message.code == layout.CHALLENGE_AUTH:
            slot = int(message.fixed[2] & 0x0F)
    return slot


class ConversationReader(Conversation):
    """Reads one conversation, message by message. What ALGORITHMS says replaces what came from outside.

    A response follows its request.
    """

    __slots__ = ()

    def message(self, start: int, end: int | None = None) -> SpdmMessage:
        """The message that begins at `start` and ends at or before `end` (bytes); more may follow it.

        Raises `Truncated`, `UnsupportedVersion`, or `ConstraintViolation` where the conversation is not
        one: a code that is not known here, a response without its request, another version.
        """
        stop = len(self.data) if end is None else end
        if stop - start < Header.SIZE:
            raise Truncated(what="SPDM message", offset=start, need=Header.SIZE, have=stop - start, spec=SPEC)
        version, code = self.data[start], self.data[start + 1]
        self._check_version(version, code, start)
        kind = MESSAGES.get(code)
        if kind is None:
            raise violation(start + 1, code, "a request that evidence is made of, or its response")
        request = self.request
        if code < 0x80 and request is not None and request.code & layout.RESPONSE != code:
            raise violation(start + 1, code, f"the response to {request.name}")
        name, tables, parts, choose = kind
        fields = FieldCursor(self.data, name, start, stop)
        fixed = fields.read(tables[choose(self, fields) if choose else 0])
        if parts:
            parts(self, fields, fixed)
        message = SpdmMessage(code, name, start, fields.at, fixed, fields.parts)
        self.request = message if code >= 0x80 else None
        if isinstance(fixed, Algorithms):
            self._negotiate(message, fixed)
        return message

    def _check_version(self, version: int, code: int, start: int) -> None:
        if version not in layout.VERSIONS:
            raise UnsupportedVersion(type="SPDM", got=version, known=layout.VERSIONS, offset=start)
        if code in {layout.GET_VERSION, layout.VERSION}:
            if version != 0x10:
                raise violation(start, version, "0x10 in GET_VERSION and VERSION")
        elif self.version is None:
            self.version = version
        elif version != self.version:
            raise violation(start, version, f"{self.version:#x}, the version of this conversation")

    def _negotiate(self, message: SpdmMessage, fixed: Algorithms) -> None:
        for name in ("base_hash_sel", "base_asym_sel", "pqc_asym_sel"):
            value: int = getattr(fixed, name)
            if value & (value - 1):
                offset = message.start + Algorithms.PLACES[name].offset
                raise violation(offset, value, "one bit at most", f"ALGORITHMS.{name}")
        base_hash = selected(BASE_HASH, fixed.base_hash_sel)
        pqc = fixed.pqc_asym_sel if self.version == 0x14 else 0  # reserved before
        scheme = selected(PQC_ASYM, pqc) if pqc else selected(BASE_ASYM, fixed.base_asym_sel)
        multi_key = bool(fixed.other_params_selection & 0x10) and (self.version or 0) >= 0x13
        self.negotiated = Negotiated(message, base_hash, scheme, multi_key)
        self.hash_size = base_hash.size if base_hash else self.hash_size
        self.signature_size = scheme.size if scheme else self.signature_size
