"""Tables of bits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.wire.bits import Bits, bit, bits, one


class Policy(Bits, size=4, spec="a test"):
    minor = bits(0, 8)
    smt = bit(8)
    reserved_9 = one(9)
    debug = bit(10)
    level = bits(28, 4)


def test_names_fields_and_unknown_bits() -> None:
    result = Policy.decode(0x15 | 1 << 8 | 1 << 9 | 1 << 11 | 1 << 20 | 0xA << 28)
    assert result.set == ("smt",)
    assert result.fields == (("minor", 0x15), ("level", 0xA))
    assert result.unknown == (11, 20)


def test_nothing_set_and_everything_set() -> None:
    assert Policy.decode(0) == ((), (("minor", 0), ("level", 0)), ())
    result = Policy.decode(0xFFFFFFFF)
    assert result.set == ("smt", "debug")
    assert result.fields == (("minor", 0xFF), ("level", 0xF))
    assert result.unknown == tuple(range(11, 28))


def test_bits_that_must_be_one_are_no_names() -> None:
    assert Policy.MUST_BE_ONE == 1 << 9
    assert Policy.decode(1 << 9).set == ()
    assert Policy.decode(1 << 9).unknown == ()


def test_rows_overlapping_or_outside_fail_at_import() -> None:
    with pytest.raises(TypeError, match=r"Twice.b overlaps"):

        class Twice(Bits, size=1, spec="-"):
            a = bits(0, 3)
            b = bit(2)

    with pytest.raises(TypeError, match=r"Outside.a lies outside of 1 bytes"):

        class Outside(Bits, size=1, spec="-"):
            a = bits(6, 3)


@given(st.integers(0, 2**32 - 1))
def test_nothing_is_lost(value: int) -> None:
    result = Policy.decode(value)
    again = sum(Policy.ROWS[name].mask for name in result.set)
    again += sum(number << Policy.ROWS[name].low for name, number in result.fields)
    again += sum(1 << number for number in result.unknown)
    assert again | value & Policy.MUST_BE_ONE == value
