"""Captures of SPDM conversations: MCTP or PCI DOE frames in a file of packets.

A piece is one conversation of two endpoints, from GET_VERSION to the next one: its messages one after the other, without
frames, without the zeros that fill a frame up, chunked messages in one. A request that was answered by an
error is left out, as it is left out of what is signed. Messages that evidence is not made of are skipped,
and so is everything inside of a secured session.

Sources: DMTF DSP0236 (MCTP), DSP0275 (SPDM over MCTP), PCI-SIG DOE, DSP0274 (chunks).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.carriers.packets import NAME, Packet, packets
from evidence.errors import CarrierError, EvidenceError
from evidence.input import Carrier, Input
from evidence.wire.layout import U8, U16, U32, Layout, at
from evidence.wire.spdm import layout
from evidence.wire.spdm.fields import MESSAGES
from evidence.wire.spdm.layout import Header
from evidence.wire.spdm.messages import ConversationReader

MCTP: Final = 291
PCI_DOE: Final = 292
LINKS: Final = {MCTP: "mctp", PCI_DOE: "pci-doe"}
ANSWERS: Final = (layout.MEASUREMENTS, layout.CHALLENGE_AUTH)
LATER: Final = (0x0F, 0x42)
"""Errors after which the response to the same request still comes: in chunks, or when it is ready."""
RESPOND_IF_READY: Final = 0xFF
CHUNKED: Final = (layout.CHUNK_SEND, layout.CHUNK_SEND_ACK, layout.CHUNK_RESPONSE)


# fmt: off
class MctpHeader(Layout, size=5, spec="DMTF DSP0236, DSP0275"):
    version:     U8 = at(0)
    destination: U8 = at(1)
    source:      U8 = at(2)
    flags:       U8 = at(3)
    type:        U8 = at(4)


class DoeHeader(Layout, size=8, spec="PCI-SIG Data Object Exchange"):
    vendor:     U16 = at(0)
    type:       U8  = at(2)
    reserved_3: U8  = at(3)
    length:     U32 = at(4)  # in 4 bytes, this header included


class ChunkHeader(Layout, size=12, spec="DMTF DSP0274, CHUNK_RESPONSE"):
    spdm_version:          U8  = at(0)
    request_response_code: U8  = at(1)
    attributes:            U8  = at(2)
    handle:                U8  = at(3)
    chunk_seq_no:          U32 = at(4)  # 16 bits and 16 reserved ones before 1.4
    chunk_size:            U32 = at(8)
# fmt: on

SPDM_OVER_MCTP: Final = 5
SPDM_OVER_DOE: Final = (1, 1)
START_OF_MESSAGE, END_OF_MESSAGE, TAG = 0x80, 0x40, 0x0F
Peers = tuple[int, frozenset[int]]
"""The link type, and on MCTP the two endpoints: each pair of them has a conversation of its own."""
LAST_CHUNK: Final = 0x01
INTERRUPTED: Final = "interrupted-at"
"""The fact that says at which offsets (bytes) of a conversation a request is left out between measurements."""


def unwrap(source: Input) -> tuple[Input | EvidenceError, ...] | None:
    """The conversations of a capture; those without an answer that is evidence only if all are."""
    captured = packets(source.data)
    if captured is None:
        return None
    conversations: list[_Conversation] = []
    current: dict[Peers, _Conversation] = {}
    links: set[int] = set()
    for peers, message in _messages(captured, links):
        if peers not in current or message[1] == layout.GET_VERSION:
            current[peers] = _Conversation(LINKS[peers[0]])
            conversations.append(current[peers])
            if len(conversations) > 2 * limits.CONVERSATIONS:
                conversations = _of_use(conversations, current)
        current[peers].take(message)
    told = [one for one in conversations if one.answered] or conversations
    if not told:
        others = links - LINKS.keys()
        reason = f"link type {min(others)} carries no SPDM" if others else "no SPDM message in clear"
        raise CarrierError(carrier=NAME, reason=reason)
    return tuple(
        source.inside(
            Carrier(NAME, str(number) if len(told) > 1 else "", one.facts()),
            one.whole(),
            obtained="reassembled",
        )
        for number, one in enumerate(told)
    )


def _of_use(
    conversations: list[_Conversation], current: Mapping[Peers, _Conversation]
) -> list[_Conversation]:
    """Those with an answer, as many as can be pieces, and those that may still get one; `LimitExceeded` for too many."""
    answered = [one for one in conversations if one.answered][: limits.PIECES + 1]
    useful = set(map(id, (*answered, *current.values())))
    kept = [one for one in conversations if id(one) in useful]
    limits.check("conversations", limits.CONVERSATIONS, len(kept))
    return kept


def _messages(captured: Iterable[Packet], links: set[int]) -> Iterator[tuple[Peers, bytes]]:
    """The SPDM messages in clear, as far as their frames tell where they end; `links` are all that were seen."""
    begun: dict[bytes, list[bytes]] = {}
    for link, frame, offset in captured:
        links.add(link)
        message, peers = None, (link, frozenset[int]())
        if link == MCTP:
            message, peers = _over_mctp(frame, begun), (link, frozenset(frame[1:3]))
        elif link == PCI_DOE:
            message = _over_doe(frame, offset)
        if message is not None and len(message) >= Header.SIZE:
            yield peers, message


def _over_mctp(frame: bytes, begun: dict[bytes, list[bytes]]) -> bytes | None:
    """The message that a packet ends; `begun` keeps what earlier packets between two endpoints held, by their tag."""
    if len(frame) < MctpHeader.SIZE:
        return None
    flags = frame[3]
    parts = begun.setdefault(frame[1:3] + bytes((flags & TAG,)), [])
    if flags & START_OF_MESSAGE or not parts:
        parts.clear()
    parts.append(frame[4:])
    unmarked = len(parts) == 1 and not flags & START_OF_MESSAGE  # whole, in captures that do not say so
    if not (flags & END_OF_MESSAGE or unmarked):
        return None
    whole = b"".join(parts)
    parts.clear()
    return whole[1:] if whole[0] & 0x7F == SPDM_OVER_MCTP else None


def _over_doe(frame: bytes, offset: int) -> bytes | None:
    if len(frame) < DoeHeader.SIZE:
        return None
    header = DoeHeader.read(frame)
    if (header.vendor, header.type) != SPDM_OVER_DOE:
        return None
    size = 4 * header.length or len(frame)
    if size > len(frame) or size < DoeHeader.SIZE:
        raise CarrierError(
            carrier=NAME, offset=offset, reason=f"a data object of {size} bytes in {len(frame)}"
        )
    return frame[DoeHeader.SIZE : size]


class _Conversation:
    """The messages of one conversation, each cut to its own size."""

    def __init__(self, link: str) -> None:
        self.link = link
        self.reader = ConversationReader(b"")
        self.kept: list[bytes] = []
        self.request: bytes | None = None
        self.error: bytes | None = None
        self.chunks: list[bytes] = []
        self.chunked = self.skipped = self.size = 0
        self.interrupted: list[int] = []
        """Where (bytes) a request is left out that starts anew what the next signature is over."""
        self.answered = False

    def take(self, frame: bytes) -> None:
        """One message, or a chunk of one."""
        code = frame[1]
        if code in {layout.CHUNK_SEND, layout.CHUNK_RESPONSE}:
            self._chunk(frame)
        elif code == layout.CHUNK_SEND_ACK:
            size = 8 if frame[0] >= 0x14 else 6
            if len(frame) >= size + Header.SIZE:  # the last one holds the response
                self._inner(frame[size:])
        elif code == layout.ERROR:
            if frame[2] not in LATER:
                self._interrupt(self.request)
                self.error, self.request = (self.request or b"") + frame, None
        elif code in MESSAGES:
            self._message(frame)
        elif code not in {layout.CHUNK_GET, RESPOND_IF_READY}:
            self._skip(frame)

    def _message(self, frame: bytes) -> None:
        """A request waits for its response. What cannot be read is kept whole: its type says what is wrong."""
        self.reader.data = frame
        try:
            frame = frame[: self.reader.message(0).end]
        except EvidenceError:
            if frame[1] not in {*ANSWERS, layout.GET_MEASUREMENTS, layout.CHALLENGE}:
                self._skip(frame)
                return
        if frame[1] >= 0x80:
            self.request = frame
            return
        self.kept += [self.request or b"", frame]
        self.size += len(self.request or b"") + len(frame)
        self.request = None
        self.answered = self.answered or frame[1] in ANSWERS

    def _skip(self, frame: bytes) -> None:
        """A message that evidence is not made of."""
        self.skipped += 1
        self._interrupt(frame)

    def _interrupt(self, left_out: bytes | None) -> None:
        """Any request but GET_MEASUREMENTS starts anew what the next signature is over, which matters behind pairs without one."""
        if left_out is None or left_out[1] < 0x80 or left_out[1] == layout.GET_MEASUREMENTS:
            return
        waiting = self.kept[-2:-1]
        if waiting and waiting[0][1:2] == bytes((layout.GET_MEASUREMENTS,)) and not waiting[0][2] & 1:
            self.interrupted += [self.size] if self.size not in self.interrupted[-1:] else []

    def _chunk(self, frame: bytes) -> None:
        if len(frame) < ChunkHeader.SIZE:
            raise CarrierError(carrier=NAME, reason=f"a chunk of {len(frame)} bytes")
        header = ChunkHeader.read(frame)
        number = header.chunk_seq_no if frame[0] >= 0x14 else header.chunk_seq_no & 0xFFFF
        start = ChunkHeader.SIZE + (0 if number else 4)
        if number == 0:
            self.chunks = [frame[ChunkHeader.SIZE : start]]
        elif number != len(self.chunks) - 1:
            raise CarrierError(carrier=NAME, reason=f"chunk {number}, expected {len(self.chunks) - 1}")
        if header.chunk_size > len(frame) - start:
            reason = f"a chunk of {header.chunk_size} bytes in {len(frame) - start}"
            raise CarrierError(carrier=NAME, reason=reason)
        self.chunks.append(frame[start : start + header.chunk_size])
        if header.attributes & LAST_CHUNK:
            stated, whole = int.from_bytes(self.chunks[0], "little"), b"".join(self.chunks[1:])
            if stated != len(whole) or stated < Header.SIZE:
                raise CarrierError(carrier=NAME, reason=f"chunks of {len(whole)} bytes, stated are {stated}")
            self.chunks, self.chunked = [], self.chunked + 1
            self._inner(whole)

    def _inner(self, message: bytes) -> None:
        """A message that was in chunks; it is none itself, or they could be nested without an end."""
        if message[1] in CHUNKED:
            raise CarrierError(carrier=NAME, reason="a chunk within a chunk")
        self.take(message)

    def whole(self) -> bytes:
        """The conversation; without any answer that is evidence, up to the error that came instead."""
        kept = b"".join(self.kept)
        if not self.answered and self.error is not None:
            return kept + self.error
        return kept + (self.request or b"") if not self.answered else kept

    def facts(self) -> dict[str, str]:
        """The link, how many messages were put together, how many are left out, and where that matters."""
        numbers = {"chunked": self.chunked, "skipped": self.skipped}
        facts = {"link": self.link, **{name: str(number) for name, number in numbers.items() if number}}
        return facts | ({INTERRUPTED: " ".join(map(str, self.interrupted))} if self.interrupted else {})


CARRIERS: Final = (
    CarrierDescriptor(
        name="pcap",
        section="spdm",
        told_by="a capture, pcap or pcapng, with MCTP or PCI DOE frames",
        taken=(
            "every conversation of two endpoints, as a piece: its messages without frames, fill and "
            "checks, chunks in one"
        ),
        rest=(
            "messages that evidence is not made of, and everything in a secured session, are not "
            "taken; `interrupted-at` says where that starts a signed transcript anew"
        ),
        source="DSP0236, DSP0275, PCI-SIG DOE",
        forms=(InBytes(unwrap),),
    ),
)
