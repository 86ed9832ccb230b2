"""dstack's attestation in SCALE and in MessagePack, and MessagePack itself."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable

import pytest

from evidence.errors import (
    BadEncoding,
    LimitExceeded,
    TrailingBytes,
    Truncated,
    UnexpectedField,
)
from evidence.wire import msgpack
from tests.unwrapping import REPORT, error, inner, refusal, unrecognised


def compact(number: int) -> bytes:
    """SCALE's compact integer."""
    if number < 1 << 6:
        return bytes([number << 2])
    if number < 1 << 14:
        return struct.pack("<H", number << 2 | 1)
    return struct.pack("<I", number << 2 | 2)


def vector(*items: bytes) -> bytes:
    return compact(len(items)) + b"".join(items)


def octets(data: bytes) -> bytes:
    return compact(len(data)) + data


EVENT = struct.pack("<2I", 3, 0x08000001) + octets(b"\1" * 48) + octets(b"app-id") + octets(b"\2")
TAIL = vector(octets(b"boot") + octets(b"\3" * 70)) + bytes(64) + octets(b'{"spec_version":1}')


def test_dstack_quote() -> None:
    piece = inner(b"\0\0" + octets(REPORT) + vector(EVENT, EVENT) + TAIL)
    assert (piece.data, piece.at) == (REPORT, "quote")
    event = {
        "imr": 3,
        "event_type": 0x08000001,
        "digest": "01" * 48,
        "event": "app-id",
        "event_payload": "02",
    }
    assert json.loads(piece.attachments["event-log"]) == [event, event]


def test_dstack_quote_with_the_quote_of_a_tpm() -> None:
    piece = inner(b"\0\1" + octets(REPORT) + vector() + b"the quote of a TPM")
    assert (piece.data, piece.attachments) == (REPORT, {})


def test_dstack_report() -> None:
    piece = inner(
        b"\0\3" + octets(REPORT) + vector(octets(b"\x30\0"), octets(b"\x30\1")) + octets(b"{}") + TAIL
    )
    assert (piece.data, piece.attachments) == (REPORT, {"certificates": b"\x30\0\x30\1"})


@pytest.mark.parametrize("kind", [2, 4])
def test_dstack_of_another_platform(kind: int) -> None:
    """A Nitro enclave, and an instance with a Nitro TPM: the last kind that there is."""
    assert inner(bytes((0, kind)) + octets(b"\x84" * 1200)).data == b"\x84" * 1200


WHOLE = b"\0\0" + octets(REPORT) + vector(EVENT) + TAIL


@pytest.mark.parametrize(
    "data",
    [
        WHOLE[:-1],
        WHOLE + b"\0",
        WHOLE[: len(REPORT) + 4],
        WHOLE[: len(REPORT) + 20],
        b"\0\0" + octets(REPORT) + b"\3",  # a length of more than 30 bits
        b"\0\0" + octets(REPORT) + vector(EVENT.replace(b"app-id", b"app-\xff\xff")) + TAIL,
    ],
)
def test_broken_dstack(data: bytes) -> None:
    assert refusal(data)[0] == "dstack-attestation"


def test_dstack_with_too_many_events() -> None:
    fault = error(b"\0\0" + octets(REPORT) + compact(1 << 20) + bytes(64))
    assert isinstance(fault, LimitExceeded)


@pytest.mark.parametrize(
    "data",
    [
        bytes(4000),
        b"\1\0" + octets(REPORT) + TAIL,
        b"\0\5" + octets(REPORT) + TAIL,
        b"\0\0" + compact(5000) + REPORT,
        b"\0\0\3" + REPORT,
    ],
)
def test_not_dstack(data: bytes) -> None:
    assert unrecognised(data)


def named(*pairs: tuple[str, bytes]) -> bytes:
    """A map in MessagePack."""
    return bytes([0x80 + len(pairs)]) + b"".join(
        bytes([0xA0 + len(key)]) + key.encode() + value for key, value in pairs
    )


def several(*items: bytes) -> bytes:
    """An array in MessagePack."""
    return b"\xdc" + struct.pack(">H", len(items)) + b"".join(items)


def short(word: str) -> bytes:
    return bytes([0xA0 + len(word)]) + word.encode()


def numbers(data: bytes) -> bytes:
    """Bytes as Rust's serde writes a `Vec<u8>`."""
    return several(*(bytes([byte]) if byte < 0x80 else bytes([0xCC, byte]) for byte in data))


def binary(data: bytes) -> bytes:
    return b"\xc5" + struct.pack(">H", len(data)) + data


def v1(kind: str, *data: tuple[str, bytes], version: bytes = b"\1") -> bytes:
    platform = named(("kind", short(kind)), ("data", named(*data)))
    return named(("version", version), ("platform", platform), ("stack", named()))


EVENT_V1 = named(
    ("imr", b"\3"),
    ("event_type", b"\xce" + struct.pack(">I", 0x08000001)),
    ("digest", binary(b"\1" * 48)),
    ("event", short("app-id")),
    ("event_payload", numbers(b"\xfe")),
)


@pytest.mark.parametrize("write", [numbers, binary])
def test_dstack_version_1(write: Callable[[bytes], bytes]) -> None:
    piece = inner(v1("tdx", ("quote", write(REPORT)), ("event_log", several(EVENT_V1))))
    assert (piece.data, piece.at) == (REPORT, "platform/data/quote")
    (event,) = json.loads(piece.attachments["event-log"])
    assert event == {
        "imr": 3,
        "event_type": 0x08000001,
        "digest": "01" * 48,
        "event": "app-id",
        "event_payload": "fe",
    }
    piece = inner(
        v1("sev-snp", ("report", write(REPORT)), ("cert_chain", several(write(b"\x30\0"), write(b"\x30"))))
    )
    assert (piece.data, piece.attachments) == (REPORT, {"certificates": b"\x30\0\x30"})
    piece = inner(v1("gcp-tdx", ("quote", write(REPORT)), ("event_log", several()), ("tpm_quote", b"\xc0")))
    assert (piece.data, piece.attachments) == (REPORT, {})
    assert inner(v1("nitro-enclave", ("nsm_quote", write(b"\x84")))).data == b"\x84"


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (v1("tdx", ("quote", numbers(REPORT)), version=b"\2"), "platform"),
        (v1("else", ("quote", numbers(REPORT))), "platform"),
        (named(("version", b"\1"), ("platform", b"\1")), "platform"),
        (v1("tdx", ("report", numbers(REPORT))), "platform/data/quote"),
        (v1("tdx", ("quote", several(short("x")))), "platform/data/quote"),
        (v1("tdx", ("quote", b"\x90"), ("event_log", b"\1")), "platform/data/event_log"),
        (v1("tdx", ("quote", b"\x90"), ("event_log", b"\x91\1")), "platform/data/event_log"),
        (
            v1("tdx", ("quote", b"\x90"), ("event_log", several(named(("a", named(("b", binary(b"")))))))),
            "platform/data/event_log",
        ),
        (v1("sev-snp", ("report", b"\x90"), ("cert_chain", b"\x91\xc0")), "platform/data/cert_chain"),
        (v1("tdx", ("quote", numbers(REPORT)))[:-1], ""),
        (v1("tdx", ("quote", numbers(REPORT))) + b"\0", ""),
    ],
)
def test_broken_dstack_version_1(data: bytes, path: str) -> None:
    fault = refusal(data)
    assert (fault[0], fault[2]) == ("dstack-attestation", path)


def test_msgpack() -> None:
    data = several(
        *(b"\x7f", b"\xff", b"\xc0", b"\xc2", b"\xc3", b"\xcd\1\0", b"\xcf" + b"\xff" * 8, b"\xd0\x80"),
        *(
            b"\xd3" + b"\x80" + bytes(7),
            b"\xcb\x3f\xf8" + bytes(6),
            b"\xd9\1a",
            b"\xc4\1\0",
            b"\x80",
            b"\x90",
        ),
        *(b"\xdf" + bytes(3) + b"\1\xa1a\1", b"\xdd" + bytes(4)),
    )
    assert msgpack.loads(data) == [
        *(127, -1, None, False, True, 256, 2**64 - 1, -128, -(2**63), 1.5, "a", b"\0", {}, [], {"a": 1}, []),
    ]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Truncated),
        (b"\xdc\0", Truncated),
        (b"\xdc\0\2\1", Truncated),
        (b"\xdd\xff\xff\xff\xff\1", LimitExceeded),
        (b"\x91\xdc\x40\0" + b"\xc0" * 16_384, LimitExceeded),
        (b"\xa2a", Truncated),
        (b"\1\1", TrailingBytes),
        (b"\xc1", BadEncoding),
        (b"\xd4\1\1", BadEncoding),
        (b"\xa1\xff", BadEncoding),
        (b"\x81\1\1", BadEncoding),
        (b"\x82\xa1a\1\xa1a\1", UnexpectedField),
        (b"\x91" * 17 + b"\1", LimitExceeded),
        (b"\x91" * 100_000, LimitExceeded),
    ],
)
def test_broken_msgpack(data: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        msgpack.loads(data)
