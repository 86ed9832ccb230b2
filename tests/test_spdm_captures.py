"""Captures of conversations: frames, packets, chunks, and what is left out of them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import Literal

import pytest

import evidence
from evidence.convert import Evidence, Failure
from evidence.errors import CarrierError
from evidence.wire.spdm import layout
from tests.generate import spdm as s
from tests.test_spdm import CONVERSATION, refused

Order = Literal["little", "big"]
Wrap = Callable[[bytes], list[bytes]]


def messages() -> list[bytes]:
    return [CONVERSATION[m.start : m.end] for m in evidence.parse(CONVERSATION).native.messages]


def mctp(message: bytes) -> list[bytes]:
    return [bytes((1, 8, 9, 0xC8, 5)) + message]


def mctp_in_packets(message: bytes) -> list[bytes]:
    """Packets of 64 bytes; only the first one has the type of the message."""
    whole = b"\5" + message
    parts = [whole[at : at + 64] for at in range(0, len(whole), 64)]
    last = len(parts) - 1
    return [
        bytes((1, 8, 9, 0x80 * (number == 0) | 0x40 * (number == last) | (number & 3) << 4)) + part
        for number, part in enumerate(parts)
    ]


def doe(message: bytes) -> list[bytes]:
    padded = message + bytes(-len(message) % 4)
    return [struct.pack("<HBBI", 1, 1, 0, 2 + len(padded) // 4) + padded]


def pcap(link: int, frames: Iterable[bytes], order: str = "<", magic: int = 0xA1B2C3D4) -> bytes:
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for frame in frames:
        out += struct.pack(order + "IIII", 0, 0, len(frame), len(frame)) + frame
    return out


def capture(link: int, wrap: Wrap, sent: Iterable[bytes]) -> bytes:
    return pcap(link, [frame for message in sent for frame in wrap(message)])


def chunks(version: int, message: bytes, size: int = 200) -> list[bytes]:
    """ERROR LargeResponse, then CHUNK_GET and CHUNK_RESPONSE for each part."""
    out = [bytes((version, 0x7F, 0x0F, 0, 1))]
    parts = [message[at : at + size] for at in range(0, len(message), size)]
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        out.append(bytes((version, 0x86, 0, 1)) + s.le(number, 2))
        large = s.le(len(message), 4) if number == 0 else b""
        head = bytes((version, 0x06, last, 1)) + s.le(number, 2) + bytes(2) + s.le(len(part), 4)
        out.append(head + large + part)
    return out


def chunked() -> list[bytes]:
    out = []
    for message in messages():
        out += chunks(0x13, message) if message[1] in {0x60, 0x02} else [message]
    return out


def sent_in_chunks() -> list[bytes]:
    """Requests in chunks too: the acknowledgement of the last one holds the response."""
    out: list[bytes] = []
    for message in messages():
        if message[1] == 0xE0:
            for number, part in enumerate((message[:20], message[20:])):
                large = s.le(len(message), 4) if number == 0 else b""
                head = bytes((0x13, 0x85, number, 1)) + s.le(number, 2) + bytes(2) + s.le(len(part), 4)
                out.append(head + large + part)
                if number == 0:
                    out.append(bytes((0x13, 0x05, 0, 1)) + s.le(0, 2))
        elif message[1] == 0x60:
            out.append(bytes((0x13, 0x05, 0, 1)) + s.le(1, 2) + message)
        else:
            out.append(message)
    return out


def with_errors() -> list[bytes]:
    """A busy responder, one that is not ready yet, and messages that evidence is not made of."""
    out = [bytes((0x10, 0x84, 0, 0)), bytes((0x10, 0x7F, 0x03, 0))]
    for message in messages():
        out.append(message)
        if message[1] == 0xE0:
            out += [bytes((0x13, 0x7F, 0x42, 0, 1, 0xE0, 1, 1)), bytes((0x13, 0xFF, 0xE0, 1))]
        if message[1] == 0x60:
            out += [bytes((0x13, 0xFE, 0, 0)) + bytes(8), bytes((0x13, 0x7E, 0, 0)) + bytes(8)]
    return out


@pytest.mark.parametrize(
    ("link", "wrap", "sent"),
    [
        (291, mctp, messages),
        (291, mctp_in_packets, messages),
        (292, doe, messages),
        (291, mctp, chunked),
        (292, doe, chunked),
        (291, mctp, sent_in_chunks),
        (292, doe, with_errors),
    ],
)
def test_a_capture_gives_the_conversation(link: int, wrap: Wrap, sent: Callable[[], list[bytes]]) -> None:
    piece = evidence.parse(capture(link, wrap, sent()))
    assert piece.data == CONVERSATION
    assert piece.claims.evidence.bytes == "reassembled"
    assert piece.claims.evidence.carriers[0].name == "pcap"
    assert piece.claims.environments == evidence.parse(CONVERSATION).claims.environments


@pytest.mark.parametrize(("order", "magic"), [(">", 0xA1B2C3D4), ("<", 0xA1B23C4D), (">", 0xA1B23C4D)])
def test_captures_in_either_order_and_with_nanoseconds(order: str, magic: int) -> None:
    frames = [frame for message in messages() for frame in mctp(message)]
    assert evidence.parse(pcap(291, frames, order, magic)).data == CONVERSATION


def test_two_conversations_are_two_pieces() -> None:
    pieces = evidence.parse_all(capture(291, mctp, messages() + messages()))
    assert [item.at for item in pieces] == ["0", "1"]
    assert all(isinstance(item, Evidence) for item in pieces)


def test_captures_that_are_broken() -> None:
    whole = capture(291, mctp, messages())
    assert isinstance(refused(whole[:-1]).error, CarrierError)
    assert isinstance(refused(whole[:30]).error, CarrierError)
    assert isinstance(refused(capture(1, mctp, messages())).error, CarrierError)
    assert isinstance(refused(pcap(291, [])).error, CarrierError)
    lied = struct.pack("<HBBI", 1, 1, 0, 99) + bytes(8)
    assert isinstance(refused(pcap(292, [lied])).error, CarrierError)


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts[:3] + parts[5:],  # a chunk is missing
        lambda parts: [*parts[:-1], parts[-1][:8] + s.le(9999, 4) + parts[-1][12:]],
        lambda parts: [*parts[:-1], parts[-1][:-1]],
        lambda parts: [*parts[:2], parts[2][:12] + s.le(5, 4) + parts[2][16:], *parts[3:]],
        lambda parts: [*parts[:2], parts[2][:10]],
    ],
)
def test_chunks_that_do_not_fit(change: Callable[[list[bytes]], list[bytes]]) -> None:
    sent = messages()
    pair = next(number for number, message in enumerate(sent) if message[1] == 0x60)
    broken = sent[:pair] + change(chunks(0x13, sent[pair]))
    assert isinstance(refused(capture(291, mctp, broken)).error, CarrierError)


def test_chunks_within_chunks_have_an_end() -> None:
    acknowledged = bytes((0x12, layout.CHUNK_SEND_ACK, 0, 0, 0, 0)) * 2000 + messages()[0]
    whole = messages()[0]
    for _ in range(600):
        size = s.le(len(whole), 4)
        whole = bytes((0x12, layout.CHUNK_RESPONSE, 1, 0)) + bytes(4) + size + size + whole
    for nested in (acknowledged, whole):
        (piece,) = evidence.parse_all(capture(291, mctp, [nested]))
        assert isinstance(piece, Failure)
        assert "a chunk within a chunk" in str(piece.error)


def test_a_conversation_that_ends_in_an_error_is_no_evidence() -> None:
    sent = [*messages()[:6], bytes((0x13, 0xE0, 0, 0xFF)) + bytes(8), bytes((0x13, 0x7F, 0x05, 0))]
    assert refused(capture(291, mctp, sent)).error.code == "not-evidence"


def test_conversations_with_two_devices_at_once_are_two_pieces() -> None:
    """Endpoint 8 asks 9 and 10 in turns, in packets; the answers go back."""
    frames = []
    for message in messages():
        for device in (9, 10):
            ends = (8, device) if message[1] < 0x80 else (device, 8)
            frames.append([bytes((1, *ends)) + frame[3:] for frame in mctp_in_packets(message)])
    turns = [
        frame
        for pair in zip(frames[::2], frames[1::2], strict=True)
        for both in zip(*pair, strict=True)
        for frame in both
    ]
    pieces = evidence.parse_all(pcap(291, turns))
    assert [item.at for item in pieces] == ["0", "1"]
    for item in pieces:
        assert isinstance(item, Evidence)
        assert item.data == CONVERSATION


# Packets in pcapng


def block(kind: int, body: bytes, order: Order) -> bytes:
    """Type, length, body filled up to 4 bytes, length."""
    body += bytes(-len(body) % 4)
    length = (12 + len(body)).to_bytes(4, order)
    return kind.to_bytes(4, order) + length + body + length


def section(order: Order, *links: int) -> bytes:
    """A section header, and an interface description for each link type; options stand behind both."""
    name = (3).to_bytes(2, order) + (5).to_bytes(2, order) + b"Linux\0\0\0" + bytes(4)
    out = block(0x0A0D0D0A, 0x1A2B3C4D.to_bytes(4, order) + (1).to_bytes(2, order) + bytes(10) + name, order)
    for link in links:
        out += block(1, link.to_bytes(2, order) + bytes(2) + (0).to_bytes(4, order) + name, order)
    return out


def enhanced(frame: bytes, order: Order, interface: int = 0) -> bytes:
    size = len(frame).to_bytes(4, order)
    padded = frame + bytes(-len(frame) % 4)
    comment = (1).to_bytes(2, order) + (4).to_bytes(2, order) + b"note" + bytes(4)
    return block(6, interface.to_bytes(4, order) + bytes(8) + size + size + padded + comment, order)


def simple(frame: bytes, order: Order) -> bytes:
    return block(3, len(frame).to_bytes(4, order) + frame, order)


def old(frame: bytes, order: Order) -> bytes:
    size = len(frame).to_bytes(4, order)
    return block(2, bytes(4) + bytes(8) + size + size + frame, order)


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("packet", [enhanced, simple, old])
@pytest.mark.parametrize(("link", "wrap"), [(291, mctp), (292, doe)])
def test_pcapng(order: Order, packet: Callable[[bytes, Order], bytes], link: int, wrap: Wrap) -> None:
    frames = [frame for message in messages() for frame in wrap(message)]
    statistics = block(5, bytes(12), order)
    captured = section(order, link) + b"".join(packet(frame, order) + statistics for frame in frames)
    piece = evidence.parse(captured)
    assert piece.data == CONVERSATION
    assert [carrier.name for carrier in piece.claims.evidence.carriers] == ["pcap"]


def test_interfaces_and_sections_of_pcapng() -> None:
    """What other interfaces captured is not looked at; a section has its own order, and its own interfaces."""
    sent = messages()
    captured = section("little", 1, 291)
    for message in sent[:10]:
        captured += enhanced(b"of a network", "little") + enhanced(mctp(message)[0], "little", 1)
    captured += section("big", 291)
    for message in sent[10:]:
        captured += enhanced(mctp(message)[0], "big")
    assert evidence.parse(captured).data == CONVERSATION


def test_pcapng_that_is_broken() -> None:
    whole = section("little", 291) + b"".join(enhanced(mctp(m)[0], "little") for m in messages())
    for broken in (
        whole[:-1],
        whole[:-4],
        section("little", 291) + bytes(12),
        section("little", 291) + block(6, bytes(4), "little"),
        section("little") + enhanced(mctp(messages()[0])[0], "little"),
        section("little", 1) + enhanced(b"of a network", "little"),
        section("little", 291)[:20],
    ):
        assert isinstance(refused(broken).error, CarrierError)
    part = bytes(12) + (8).to_bytes(4, "little") + (9).to_bytes(4, "little") + bytes(8)
    assert "in part" in str(refused(section("little", 291) + block(6, part, "little")).error)


@pytest.mark.parametrize("more", [1, 2, 3, 4])
def test_a_packet_ends_where_its_block_does(more: int) -> None:
    """The length behind a block is no part of the packet in it."""
    size = (8 + more).to_bytes(4, "little")
    packet = block(6, bytes(12) + size + size + bytes(8), "little")
    captured = section("little", 291) + packet + block(5, bytes(12), "little")
    assert "ends within a record" in str(refused(captured).error)


# Frames


def with_check(message: bytes) -> list[bytes]:
    """The highest bit of the type says that a check of 4 bytes is behind the message."""
    return [bytes((1, 8, 9, 0xC8, 0x85)) + message + b"\xde\xad\xbe\xef"]


def test_an_integrity_check_behind_a_message_is_no_part_of_it() -> None:
    assert evidence.parse(capture(291, with_check, messages())).data == CONVERSATION


# What is left out


@pytest.mark.parametrize(
    "between",
    [
        [bytes((0x12, 0xFE, 0, 0)) + bytes(8), bytes((0x12, 0x7E, 0, 0)) + bytes(8)],  # of a vendor
        [bytes((0x12, 0xE8, 0, 0)) + bytes(4), bytes((0x12, 0x68, 0, 0)) + bytes(4)],  # a heartbeat
        [bytes((0x12, 0x81, 0, 0)), bytes((0x12, 0x7F, 0x04, 0))],  # answered by an error
    ],
)
def test_a_request_that_is_left_out_starts_the_signed_transcript_anew(between: list[bytes]) -> None:
    """The responder signs no measurement that was sent before it."""
    before = evidence.parse(s.vca(0x12) + s.get_measurements(0x12, signed=False) + s.measurements(0x12, []))
    sent = [before.data[m.start : m.end] for m in before.native.messages][:6]
    first = [
        s.get_measurements(0x12, 1, signed=False),
        s.measurements(0x12, [s.block(1, 1, s.digest("one"))]),
    ]
    request, response = (
        s.get_measurements(0x12, 2),
        s.measurements(0x12, [s.block(2, 1, s.digest("two"))]),
    )
    together = response + s.signature(0x12, b"".join((*sent, *first, request, response)))
    whole = evidence.parse(capture(291, mctp, [*sent, *first, request, together])).claims
    assert whole.evidence.protection == "signed"
    apart = response + s.signature(0x12, b"".join((*sent, request, response)))
    piece = evidence.parse(capture(291, mctp, [*sent, *first, *between, request, apart]))
    assert piece.claims.evidence.protection == "partly-signed"
    start = sum(map(len, (*sent, *first)))
    end = sum(map(len, sent))
    assert piece.claims.signatures[0].covers == ((0, end), (start, start + len(request) + len(response)))
    facts = {fact.name: fact.text for fact in piece.claims.evidence.carriers[0].facts}
    assert facts["interrupted-at"] == str(start)
    assert "/environments/device/measurements/0" in piece.unsigned()
    assert "/environments/device/measurements/1" not in piece.unsigned()
