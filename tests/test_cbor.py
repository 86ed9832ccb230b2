"""CBOR as it is let in: the examples of RFC 8949, and everything that a lax decoder would let pass."""

from __future__ import annotations

import math
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import limits
from evidence.errors import (
    BadEncoding,
    EvidenceError,
    LimitExceeded,
    MalformedEvidence,
    TrailingBytes,
    Truncated,
)
from evidence.wire import cbor
from evidence.wire.cbor import Tag

EXAMPLES: list[tuple[str, Any]] = [  # RFC 8949, appendix A, as far as definite lengths go
    ("00", 0),
    ("17", 23),
    ("1818", 24),
    ("1903e8", 1000),
    ("1bffffffffffffffff", 2**64 - 1),
    ("20", -1),
    ("3903e7", -1000),
    ("3bffffffffffffffff", -(2**64)),
    ("f93e00", 1.5),
    ("fb3ff199999999999a", 1.1),
    ("f4", False),
    ("f5", True),
    ("f6", None),
    ("40", b""),
    ("4401020304", b"\1\2\3\4"),
    ("60", ""),
    ("62c3bc", "ü"),
    ("80", ()),
    ("8301820203820405", (1, (2, 3), (4, 5))),
    ("a0", {}),
    ("a26161016162820203", {"a": 1, "b": (2, 3)}),
    ("c074323031332d30332d32315432303a30343a30305a", Tag(0, "2013-03-21T20:04:00Z")),
    ("c249010000000000000000", Tag(2, b"\1" + bytes(8))),
    ("d74401020304", Tag(23, b"\1\2\3\4")),
    ("d82361" + b"(".hex(), Tag(35, "(")),
    ("d81c81d81d00", Tag(28, (Tag(29, 0),))),
]


@pytest.mark.parametrize(("encoded", "value"), EXAMPLES)
def test_examples(encoded: str, value: Any) -> None:
    data = bytes.fromhex(encoded)
    document = cbor.loads(data)
    assert document == value
    assert type(document) is type(value) or isinstance(value, dict)
    assert cbor.dumps(value) == data
    assert cbor.skip(data, 0) == len(data)
    assert cbor.loads_prefix(b"\0" + data + b"\xff", at=1) == (value, 1 + len(data))


@pytest.mark.parametrize("inner", ["00", "60", "40", "80", "a0", "6161", "820000"])
def test_no_tag_is_interpreted(inner: str) -> None:
    for number in range(1100):
        document = cbor.loads(cbor.write_head(6, number) + bytes.fromhex(inner))
        assert type(document) is Tag
        assert document.number == number


@pytest.mark.parametrize(
    ("encoded", "error"),
    [
        ("a201010102", BadEncoding),  # a key twice
        ("a2" + 2 * "65646570746800", BadEncoding),  # the key "depth" twice: no limit, whatever it says
        ("a2010118010f", BadEncoding),  # the same key in two lengths
        ("a1f501", BadEncoding),  # true, which Python takes for 1
        ("a1f93c0001", BadEncoding),  # 1.0, the same
        ("a1f601", BadEncoding),
        ("a18001", BadEncoding),
        ("a1c10101", BadEncoding),
        ("a20101f50202", BadEncoding),
        ("9f0102ff", BadEncoding),
        ("5f4101ff", BadEncoding),
        ("7f6161ff", BadEncoding),
        ("bf0102ff", BadEncoding),
        ("819fff", BadEncoding),
        ("1c", BadEncoding),
        ("ff", BadEncoding),
        ("62c328", BadEncoding),  # not UTF-8
        ("f818", BadEncoding),  # a simple value in two bytes that has one of its own
        ("", Truncated),
        ("18", Truncated),
        ("1a000000", Truncated),
        ("4201", Truncated),
        ("8101" * 3 + "81", TrailingBytes),
        ("82", Truncated),
        ("a101", Truncated),
        ("5bffffffffffffffff00", Truncated),
        ("9b7fffffffffffffff00", Truncated),
        ("bb7fffffffffffffff0000", Truncated),
        ("c1", Truncated),
        ("0000", TrailingBytes),
        ("f6" + "00" * 7, TrailingBytes),
        ("81" * 5000, LimitExceeded),
        ("c1" * 5000, LimitExceeded),
        ("d81c" * 5000, LimitExceeded),
        ("a100" * 5000, LimitExceeded),
    ],
)
def test_refused(encoded: str, error: type[EvidenceError]) -> None:
    with pytest.raises(error):
        cbor.loads(bytes.fromhex(encoded), "thing")


def test_depth_is_the_limit_and_no_less() -> None:
    assert cbor.loads(b"\x81" * limits.NESTING + b"\0")
    with pytest.raises(LimitExceeded) as caught:
        cbor.loads(b"\x81" * (limits.NESTING + 1) + b"\0")
    assert caught.value.limit == "CBOR depth"


def test_places_of_errors() -> None:
    with pytest.raises(TrailingBytes) as trailing:
        cbor.loads(b"\x81\x01\xff\xff")
    assert (trailing.value.offset, trailing.value.extra) == (2, 2)
    with pytest.raises(Truncated) as truncated:
        cbor.loads_prefix(b"\0\0\x42\1", at=2)
    assert truncated.value.offset == 2
    with pytest.raises(Truncated) as truncated:
        cbor.skip(b"\x82\1\x44\0", 0)
    assert (truncated.value.offset, truncated.value.need, truncated.value.have) == (3, 4, 1)


def test_values_are_immutable() -> None:
    document = cbor.loads(bytes.fromhex("81a1018102"))
    with pytest.raises(TypeError):
        document[0][1] = 2
    assert document == ({1: (2,)},)


@pytest.mark.parametrize(
    ("encoded", "head", "minimal"),
    [
        ("17", (0, 23, 0, 1), True),
        ("1817", (0, 23, 0, 2), False),
        ("1818", (0, 24, 0, 2), True),
        ("1900ff", (0, 255, 0, 3), False),
        ("190100", (0, 256, 0, 3), True),
        ("1a0000ffff", (0, 65535, 0, 5), False),
        ("1b0000000100000000", (0, 1 << 32, 0, 9), True),
        ("1b00000000ffffffff", (0, (1 << 32) - 1, 0, 9), False),
        ("d9038b", (6, 907, 0, 3), True),
        ("f93c00", (7, 0x3C00, 0, 3), True),
    ],
)
def test_heads(encoded: str, head: tuple[int, ...], *, minimal: bool) -> None:
    result = cbor.head(bytes.fromhex(encoded), 0)
    assert result == head
    assert result.minimal is minimal
    if minimal and result.major != 7:
        assert cbor.write_head(result.major, result.argument).hex() == encoded


def test_heads_that_are_none() -> None:
    for encoded in ("1c", "1d", "1e", "1f", "5f", "9f", "bf", "ff"):
        with pytest.raises(BadEncoding):
            cbor.head(bytes.fromhex(encoded), 0)
    for encoded in ("", "18", "1901", "1a010203", "1b01020304050607"):
        with pytest.raises(Truncated):
            cbor.head(bytes.fromhex(encoded), 0)
    with pytest.raises(OverflowError):
        cbor.write_head(0, 1 << 64)


def test_entries_of_maps_and_arrays() -> None:
    data = bytes.fromhex("00") + bytes.fromhex("a4010218190320616142010280")
    items = [tuple(entry) for entry in cbor.entries(data, 1)]
    assert items == [(1, 2, 3, 4), (25, 4, 6, 7), (-1, 7, 8, 10), (b"\1\2", 10, 13, 14)]
    assert [tuple(e) for e in cbor.entries(bytes.fromhex("8201820203"))] == [(0, 1, 1, 2), (1, 2, 2, 5)]
    assert list(cbor.entries(b"\x05")) == []
    with pytest.raises(Truncated):
        list(cbor.entries(bytes.fromhex("a20102")))


def test_encoding_is_core_deterministic() -> None:
    assert cbor.dumps({"b": 1, "aa": 2, 10: 3, 100: 4, -1: 5, False: 6}).hex() == (
        "a60a03186404200561620162616102f406"  # RFC 8949, section 4.2.1, without its array key
    )
    assert cbor.dumps(1.5) == bytes.fromhex("f93e00")
    assert cbor.dumps(math.nan) == bytes.fromhex("f97e00")
    assert cbor.dumps(cbor2.undefined) == b"\xf7"
    assert cbor.dumps([1, (2,)]) == bytes.fromhex("82018102")
    with pytest.raises(TypeError):
        cbor.dumps({1, 2})


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=30)
    | st.text(max_size=30)
    | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(
            st.integers(-300, 300) | st.text(max_size=5) | st.binary(max_size=5), inner, max_size=4
        )
        | st.builds(Tag, st.integers(0, 2**64 - 1), inner)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_back_by_us_and_by_cbor2(value: Any) -> None:
    data = cbor.dumps(value)
    assert cbor.loads(data) == value
    assert cbor.skip(data, 0) == len(data)
    assert cbor.dumps(cbor.loads(data)) == data
    for entry in cbor.entries(data):
        assert cbor.loads(data[entry.value : entry.end]) == value[entry.key]


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_one_of_our_errors(data: bytes) -> None:
    try:
        document = cbor.loads(data)
    except EvidenceError:
        return
    assert cbor.skip(data, 0) == len(data)
    assert list(cbor.entries(data)) is not None
    assert document is not NotImplemented


def test_items_are_bounded() -> None:
    """Each item costs a value, however small it is: small ones are not counted, for they cannot be too many."""
    most = limits.ITEMS - 1  # the array is one itself
    assert len(cbor.loads(cbor2.dumps([0] * most))) == most
    many: Any
    for many in ([0] * (most + 1), [{}] * 60_000, [[[]] * 255] * 255, {"x": [cbor2.CBORTag(6, 0)] * 30_000}):
        data = b"\0" + cbor2.dumps(many)
        for read in (cbor.loads_prefix, cbor.skip):
            with pytest.raises(LimitExceeded) as caught:
                read(data, at=1)
            assert (caught.value.limit, caught.value.offset) == ("CBOR items", 1)
    long = cbor2.dumps([bytes(70_000), "x" * 70_000])
    assert cbor.skip(long, 0) == len(long)
    assert len(cbor.loads(long)) == 2


@pytest.mark.parametrize(
    "key",
    [
        b"\x82\x20\x21",  # arrays, tags and maps can be made to have one hash in any number
        b"\xa1\x01\x02",
        b"\xc1\x01",
        b"\xf9\x3c\x00",
        b"\xf5",
    ],
)
def test_keys_are_judged_before_the_decoder_hashes_them(key: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: object) -> None:
        raise AssertionError("the decoder saw such a key")

    monkeypatch.setattr(cbor, "_decode", never)
    for data in (
        b"\xa1" + key + b"\x00",
        b"\x81\xa2\x01\x02" + key + b"\x00",
        b"\xa1\x01\xa1" + key + b"\x00",
    ):
        with pytest.raises(BadEncoding) as caught:
            cbor.loads(data, "thing")
        assert "a key that is" in caught.value.reason


def test_why_an_item_is_refused_is_our_own_word() -> None:
    for encoded, reason in (
        ("8200" + "62c328", "text that is not UTF-8"),
        ("a1" + "62c328" + "00", "text that is not UTF-8"),
        ("81a2010a010b", "a key that is there twice"),
        ("a1" + "01" + "a2" + "6161" + "00" + "6161" + "00", "a key that is there twice"),
        ("f818", "a simple value that is written in two bytes and fits into one"),
        ("9fff", "indefinite length or reserved head"),
    ):
        with pytest.raises(BadEncoding) as caught:
            cbor.loads(bytes.fromhex(encoded), "thing")
        assert (caught.value.reason, caught.value.offset) == (reason, 0)


# a map whose own length is indefinite


def opened(members: dict[Any, Any]) -> bytes:
    return b"\xbf" + b"".join(cbor2.dumps(part) for pair in members.items() for part in pair) + b"\xff"


MEMBERS: dict[Any, Any] = {"a": 1, 2: b"two", "map": {0: [1, 2]}, b"k": "text"}


def test_a_map_of_indefinite_length_is_as_one_of_definite_length() -> None:
    data = b"**" + opened(MEMBERS) + b"*"
    open_map = cbor.loads_open(data, "a map", 2, len(data) - 1)
    plain = cbor2.dumps(MEMBERS)
    assert open_map == cbor.loads(plain) == cbor.loads_open(plain, "a map", 0, len(plain))
    assert type(open_map) in cbor.MAPS
    entries = list(cbor.entries(data, 2))
    assert [(entry.key, data[entry.value : entry.end]) for entry in entries] == [
        (entry.key, plain[entry.value : entry.end]) for entry in cbor.entries(plain)
    ]
    assert cbor.loads_open(b"\xbf\xff", "a map", 0, 2) == {}
    assert list(cbor.entries(b"\xbf\xff")) == []


@pytest.mark.parametrize(
    ("data", "error", "offset"),
    [
        (b"", Truncated, 0),
        (b"\xbf", Truncated, 0),
        (b"\xbf\x01", Truncated, 2),
        (b"\xbf\x01\x02", Truncated, 0),
        (b"\xbf\x01\xff", BadEncoding, 2),
        (b"\xbf\x01\x02\x01\x03\xff", BadEncoding, 0),
        (b"\xbf\x80\x02\xff", BadEncoding, 1),
        (b"\xbf\xf4\x02\xff", BadEncoding, 1),
        (b"\xbf\x01\xbf\xff\xff", BadEncoding, 2),
        (b"\xbf\x01\x9f\xff\xff", BadEncoding, 2),
        (b"\xbf\x01\x5f\xff\xff", BadEncoding, 2),
        (b"\xbf\x7f\xff\x01\xff", BadEncoding, 1),
        (b"\xbf\x01\x02\xff\x00", TrailingBytes, 4),
        (b"\x9f\xff", BadEncoding, 0),
    ],
)
def test_what_is_wrong_with_a_map_of_indefinite_length(
    data: bytes, error: type[MalformedEvidence], offset: int
) -> None:
    with pytest.raises(error) as caught:
        cbor.loads_open(data, "a map", 0, len(data))
    assert caught.value.offset == offset


def test_a_map_of_indefinite_length_is_bounded() -> None:
    many = b"".join(cbor2.dumps(number) + b"\0" for number in range(limits.ITEMS // 2 + 1))
    with pytest.raises(LimitExceeded):
        cbor.loads_open(b"\xbf" + many + b"\xff", "a map", 0, len(many) + 2)


@given(st.binary(max_size=64))
def test_any_bytes_are_a_value_or_an_error(content: bytes) -> None:
    for data in (content, b"\xbf" + content, b"\xbf" + content + b"\xff"):
        try:
            value = cbor.loads_open(data, "a map", 0, len(data))
        except EvidenceError:
            continue
        if data[:1] == b"\xbf":
            assert len(list(cbor.entries(data))) == len(value)
