"""The walk over DER: what it lets through, and what it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import limits
from evidence.errors import BadEncoding, EvidenceError, LimitExceeded, Truncated
from evidence.wire import der


def tlv(tag: str, content: bytes) -> bytes:
    """A value with its length in the shortest form."""
    size = len(content)
    head = bytes([size]) if size < 0x80 else b"\x81" + bytes([size]) if size < 0x100 else None
    return bytes.fromhex(tag) + (head or b"\x82" + size.to_bytes(2, "big")) + content


@pytest.mark.parametrize(
    "text",
    [
        "0500",
        "0101ff",
        "010100",
        "020100",
        "020180",
        "02020080",
        "0202ff7f",
        "0a0101",
        "030100",
        "03020780",
        "0603550403",
        "06022a03",
        "0603813403",
        "3000",
        "3100",
        "a003020102",
        "a0050c0361c3a9",
        "800101",
        "bf1f020500",
        "9f8100 00",
        "30053003020101",
        "0c00",
        "1700",
    ],
)
def test_what_is_right(text: str) -> None:
    data = bytes.fromhex(text)
    assert der.check(data, "it") == len(data)
    assert der.check(b"\xff\xff" + data + b"junk", "it", 2) == len(data) + 2


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        ("", "truncated", 0),
        ("30", "truncated", 0),
        ("3001", "truncated", 2),
        ("300205", "truncated", 2),
        ("30810105", "bad-encoding", 1),  # a length of one byte in two
        ("3080", "bad-encoding", 1),  # indefinite
        ("30800000", "bad-encoding", 1),
        ("30ff", "bad-encoding", 1),
        ("3085ffffffffff", "bad-encoding", 1),
        ("3084ffffffff", "truncated", 6),
        ("30820080" + "00" * 128, "bad-encoding", 1),
        ("308200", "truncated", 2),
        ("3003020200", "truncated", 4),  # the inner value is longer than the outer one
        ("3004020200", "truncated", 2),
        ("0200", "bad-encoding", 2),
        ("02020001", "bad-encoding", 2),
        ("0202ff80", "bad-encoding", 2),
        ("0a020001", "bad-encoding", 2),
        ("010105", "bad-encoding", 2),
        ("0100", "bad-encoding", 2),
        ("0300", "bad-encoding", 2),
        ("030108", "bad-encoding", 2),
        ("030101", "bad-encoding", 2),
        ("03020181", "bad-encoding", 2),
        ("050100", "bad-encoding", 2),
        ("0600", "bad-encoding", 2),
        ("06028001", "bad-encoding", 2),
        ("06032a8001", "bad-encoding", 2),
        ("060281", "truncated", 2),
        ("060181", "bad-encoding", 2),
        ("0000", "bad-encoding", 2),
        ("1000", "bad-encoding", 2),  # a SEQUENCE that is not constructed
        ("2400", "bad-encoding", 2),  # a string in parts
        ("3f1f00", "bad-encoding", 3),  # universal tags end at 36
        ("1f1e00", "bad-encoding", 0),  # a tag number that has a short form
        ("9f801f00", "bad-encoding", 0),
        ("9f8181818100", "bad-encoding", 0),
        ("9f81", "truncated", 0),
        ("9f1f", "truncated", 0),
    ],
)
def test_what_is_wrong(text: str, code: str, offset: int) -> None:
    data = bytes.fromhex(text)
    for before in (0, 3):
        with pytest.raises(EvidenceError) as caught:
            der.check(bytes(before) + data, "it", before)
        assert caught.value.code == code
        assert getattr(caught.value, "offset", None) == offset + before


def test_depth_is_bounded_without_recursion() -> None:
    inner = b""
    for _ in range(limits.NESTING):
        inner = tlv("30", inner)
    assert der.check(inner, "it") == len(inner)
    with pytest.raises(LimitExceeded) as caught:
        der.check(tlv("30", inner), "it")
    assert caught.value.maximum == limits.NESTING
    for _ in range(4000):
        inner = tlv("30", inner)
    with pytest.raises(LimitExceeded):
        der.check(inner, "it")


def test_object_identifiers_are_bounded() -> None:
    assert der.check(tlv("06", b"\x81" * 63 + b"\x01"), "it")
    with pytest.raises(LimitExceeded):
        der.check(tlv("06", b"\x81" * 64 + b"\x01"), "it")
    with pytest.raises(LimitExceeded):
        der.oid(b"\x81" * 64 + b"\x01")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("2a864886f70d01010b", "1.2.840.113549.1.1.11"),
        ("550403", "2.5.4.3"),
        ("2b060104019c780104", "1.3.6.1.4.1.3704.1.4"),
        ("00", "0.0"),
        ("27", "0.39"),
        ("28", "1.0"),
        ("4f", "1.39"),
        ("50", "2.0"),
        ("883703", "2.999.3"),
    ],
)
def test_object_identifiers(content: str, text: str) -> None:
    assert der.oid(bytes.fromhex(content)) == text


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 256, -1, -128, -129, 2**64, -(2**64)])
def test_integers(number: int) -> None:
    size = (number.bit_length() if number >= 0 else (number + 1).bit_length()) // 8 + 1
    assert der.integer(number.to_bytes(size, "big", signed=True)) == number
    with pytest.raises(BadEncoding):
        der.integer(number.to_bytes(size + 1, "big", signed=True))


def test_parts() -> None:
    data = b"##" + tlv("30", tlv("02", b"\x05") + tlv("a0", tlv("05", b"")) + tlv("04", bytes(200)))
    entries = list(der.children(data, 2))
    assert [item.tag for item in entries] == [0x02, 0xA0, 0x04]
    assert [data[item.content : item.end] for item in entries] == [b"\x05", b"\x05\x00", bytes(200)]
    assert entries[0].start == 5
    assert entries[-1].end == len(data)
    assert der.expect(data, 2, der.SEQUENCE, "it").end == len(data)
    with pytest.raises(BadEncoding):
        der.expect(data, 2, der.SET, "it")
    with pytest.raises(Truncated):
        der.item(data, 2, "it", 40)


@pytest.mark.parametrize("inner", ["0500", "3000", "020101", "060101", "9f1f00", "010100", "04810180"])
def test_64_kib_of_small_values(inner: str) -> None:
    one = bytes.fromhex(inner)
    data = tlv("30", one * (0xFFF0 // len(one)))
    if inner == "04810180":
        with pytest.raises(BadEncoding):
            der.check(data, "it")
    else:
        assert der.check(data, "it") == len(data)


@given(st.binary(max_size=64))
@settings(max_examples=500)
def test_any_bytes(data: bytes) -> None:
    try:
        end = der.check(data, "it")
    except EvidenceError:
        return
    assert 2 <= end <= len(data)


def test_a_tree_has_every_value_once() -> None:
    data = (
        bytes(3)
        + tlv("30", tlv("02", b"\1") + tlv("31", tlv("06", b"\x2a\3") + tlv("05", b"")) + tlv("04", b"x"))
        + b"\0"
    )
    whole = der.tree(data, "it", 3)

    def again(item: der.Item) -> list[object]:
        """The same by reading each level on its own."""
        constructed = item.tag & der.CONSTRUCTED
        return [item[:4], [again(inner) for inner in der.children(data, item.start)] if constructed else []]

    def flat(item: der.Item) -> list[object]:
        return [item[:4], [flat(inner) for inner in item.inside]]

    assert whole.end == len(data) - 1
    assert flat(whole) == again(der.item(data, 3))
    assert [item.tag for item in whole.inside] == [der.INTEGER, der.SET, der.OCTET_STRING]
    assert [item.tag for item in whole.inside[1].inside] == [der.OBJECT_IDENTIFIER, der.NULL]
