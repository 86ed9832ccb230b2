"""Tables of fixed structures: what is wrong in a table fails at import, what is wrong in bytes is told exactly."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import ConstraintViolation, Truncated
from evidence.wire.layout import U8, U16, U32, U64, Layout, Place, Raw, Zero, at


class Plain(Layout, size=0x20, spec="a test, table 1"):
    magic: Raw = at(0x00, 4)
    version: U16 = at(0x04)
    flags: U8 = at(0x06)
    reserved_07: Zero = at(0x07, 1)
    amount: U32 = at(0x08)
    reserved_0c: Zero = at(0x0C, 4)
    address: U64 = at(0x10)
    digest: Raw = at(0x18, 8)


class Big(Layout, size=6, spec="a test, table 2", endian=">"):
    number: U16 = at(0)
    more: U32 = at(2)


class Grown(Layout, size=8, spec="a test, table 3"):
    version: U8 = at(0)
    second: U8 = at(1, since=2)
    reserved: Zero = at(2, 1)
    third: U8 = at(3, since=3)
    tail: Raw = at(4, 4, since=3)


class Longer(Layout, size=6, spec="a test, table 4", grows=True):
    version: U8 = at(0)
    reserved: Zero = at(1, 1)
    second: U8 = at(2, since=2)
    third: Raw = at(3, 2, since=3)
    fourth: U8 = at(5, since=3)


PLAIN = b"MAGC" + struct.pack("<HBxI4xQ", 1, 2, 3, 1 << 63) + bytes(range(8))


def test_every_field_at_its_offset() -> None:
    result = Plain.read(PLAIN)
    assert result.magic == b"MAGC"
    assert (result.version, result.flags, result.amount, result.address) == (1, 2, 3, 1 << 63)
    assert result.digest == bytes(range(8))
    assert Plain.FIELDS == ("magic", "version", "flags", "amount", "address", "digest")
    assert dict(result.items())["amount"] == 3
    assert not hasattr(Plain, "reserved_07")


def test_places_are_the_table() -> None:
    assert Plain.PLACES["amount"] == Place(8, 4, 0, "I")
    assert Plain.PLACES["amount"].end == 0x0C
    assert Plain.PLACES["reserved_0c"].reserved
    assert not Plain.PLACES["digest"].reserved
    assert [place.offset for place in Plain.PLACES.values()] == [0, 4, 6, 7, 8, 0x0C, 0x10, 0x18]
    assert (Plain.SIZE, Plain.SPEC) == (0x20, "a test, table 1")


def test_byte_order() -> None:
    result = Big.read(bytes.fromhex("0102 03040506"))
    assert (result.number, result.more) == (0x0102, 0x03040506)
    assert Plain.read(b"MAGC\1\2" + bytes(26)).version == 0x0201


@pytest.mark.parametrize("size", [0, 1, 0x1F])
def test_a_structure_that_is_cut(size: int) -> None:
    with pytest.raises(Truncated) as caught:
        Plain.read(bytes(10) + PLAIN[:size], 10)
    error = caught.value
    assert (error.what, error.offset, error.need, error.have) == ("Plain", 10, 0x20, size)
    assert error.spec == "a test, table 1"


def test_a_start_behind_the_end() -> None:
    with pytest.raises(Truncated) as caught:
        Plain.read(b"", 5)
    assert caught.value.have == 0


@pytest.mark.parametrize(
    ("offset", "name"), [(0x07, "reserved_07"), (0x0C, "reserved_0c"), (0x0F, "reserved_0c")]
)
def test_the_first_reserved_byte_that_is_not_zero_is_named(offset: int, name: str) -> None:
    data = bytearray(3) + PLAIN
    data[3 + offset] = 0x5A
    with pytest.raises(ConstraintViolation) as caught:
        Plain.read(bytes(data), 3)
    error = caught.value
    assert (error.what, error.offset) == (f"Plain.{name}", 3 + offset)
    assert isinstance(error.got, bytes)
    assert error.got[0] == 0x5A


def test_fields_of_later_versions_are_absent_before_and_their_bytes_reserved() -> None:
    data = bytes([1, 0, 0, 0]) + bytes(4)
    assert Grown.read(data, version=1) == (1, None, None, None)
    assert dict(Grown.read(data, version=1).items()) == {"version": 1}
    assert Grown.read(bytes([2, 9, 0, 0]) + bytes(4), version=2) == (2, 9, None, None)
    assert Grown.read(bytes([3, 9, 0, 8]) + b"tail", version=3) == (3, 9, 8, b"tail")
    assert Grown.read(bytes([3, 9, 0, 8]) + b"tail", version=99) == (3, 9, 8, b"tail")
    assert Grown.read(bytes([3, 9, 0, 8]) + b"tail") == (3, 9, 8, b"tail")


@pytest.mark.parametrize(
    ("version", "offset", "name"),
    [
        (1, 1, "second"),
        (1, 2, "reserved"),
        (1, 7, "tail"),
        (2, 3, "third"),
        (2, 4, "tail"),
        (3, 2, "reserved"),
    ],
)
def test_bytes_that_are_reserved_in_a_version(version: int, offset: int, name: str) -> None:
    data = bytearray(8)
    data[offset] = 1
    with pytest.raises(ConstraintViolation) as caught:
        Grown.read(bytes(data), version=version)
    assert (caught.value.what, caught.value.offset) == (f"Grown.{name}", offset)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (1, (1, None, None, None)),
        (2, (1, 9, None, None)),
        (3, (1, 9, b"ab", 7)),
        (None, (1, 9, b"ab", 7)),
    ],
)
def test_a_table_that_grows_ends_before_what_a_version_lacks(
    version: int | None, expected: tuple[object, ...]
) -> None:
    data = b"\1\0\x09ab\7"
    assert Longer.read(data, version=version) == expected
    size = {1: 2, 2: 3}.get(version or 3, 6)
    assert Longer.read(bytes(2) + data[:size], 2, version) == expected
    with pytest.raises(Truncated) as caught:
        Longer.read(data[: size - 1], 0, version)
    assert (caught.value.need, caught.value.have) == (size, size - 1)


def test_a_table_that_grows_in_its_middle_fails_at_import() -> None:
    with pytest.raises(TypeError, match="Middle grows, but not at its end, in version 0"):

        class Middle(Layout, size=3, spec="-", grows=True):
            a: U8 = at(0)
            b: U8 = at(1, since=2)
            c: U8 = at(2)


def test_a_gap_in_a_table_fails_at_import() -> None:
    with pytest.raises(TypeError, match=r"Gap.b is at 0x5, the field before it ends at 0x4"):

        class Gap(Layout, size=6, spec="-"):
            a: U32 = at(0)
            b: U8 = at(5)


def test_an_overlap_in_a_table_fails_at_import() -> None:
    with pytest.raises(TypeError, match=r"Overlap.b is at 0x3, the field before it ends at 0x4"):

        class Overlap(Layout, size=4, spec="-"):
            a: U32 = at(0)
            b: U8 = at(3)


@pytest.mark.parametrize("size", [3, 5])
def test_a_table_of_another_size_fails_at_import(size: int) -> None:
    with pytest.raises(TypeError, match="ends at 0x4"):

        class Wrong(Layout, size=size, spec="-"):
            a: U32 = at(0)


def test_a_table_that_does_not_begin_at_zero_fails_at_import() -> None:
    with pytest.raises(TypeError, match="is at 0x1"):

        class Late(Layout, size=2, spec="-"):
            a: U8 = at(1)


def test_a_row_of_an_unknown_kind_fails_at_import() -> None:
    with pytest.raises((TypeError, KeyError, AttributeError)):

        class Odd(Layout, size=4, spec="-"):
            a: int = at(0)


def test_values_are_immutable() -> None:
    result = Plain.read(PLAIN)
    with pytest.raises(AttributeError):
        result.version = 2  # type: ignore[misc]  # what must not be possible


@given(st.binary(max_size=0x28), st.integers(0, 12), st.integers(0, 5))
def test_any_bytes(data: bytes, start: int, version: int) -> None:
    for layout in (Plain, Big, Grown):
        try:
            result = layout.read(data, start, version)
        except (Truncated, ConstraintViolation):
            continue
        assert len(result) == len(layout.FIELDS)


@given(st.binary(min_size=0x20, max_size=0x20))
def test_a_structure_that_is_read_can_be_put_together_again(data: bytes) -> None:
    data = data[:7] + b"\0" + data[8:0x0C] + bytes(4) + data[0x10:]
    result = Plain.read(data)
    again = bytearray(Plain.SIZE)
    for name, value in result.items():
        place = Plain.PLACES[name]
        again[place.offset : place.end] = (
            value if isinstance(value, bytes) else value.to_bytes(place.size, "little")
        )
    assert bytes(again) == data
