"""The bounded reader: every length is checked before anything is sliced, offsets are absolute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import EvidenceError, TrailingBytes, Truncated
from evidence.wire.cursor import Cursor
from evidence.wire.layout import U8, U16, Layout, at


class Pair(Layout, size=3, spec="a test"):
    kind: U8 = at(0)
    length: U16 = at(1)


DATA = bytes(range(32))


def test_taking_from_the_front() -> None:
    cursor = Cursor(DATA, "test", 4, 20)
    assert cursor.left == 16
    assert cursor.take(2) == DATA[4:6]
    assert cursor.uint(2) == 0x0706
    assert cursor.peek(3) == DATA[8:11]
    assert (cursor.at, cursor.left) == (8, 12)
    assert cursor.rest() == DATA[8:20]
    assert cursor.rest() == b""
    cursor.done()


def test_peeking_never_passes_the_end() -> None:
    assert Cursor(DATA, "test", 30, 31).peek(5) == DATA[30:31]


@pytest.mark.parametrize("size", [5, 6, 1 << 31, 1 << 62, 1 << 70])
def test_more_than_there_is(size: int) -> None:
    cursor = Cursor(DATA, "test", 10, 14)
    with pytest.raises(Truncated) as caught:
        cursor.take(size, "the part")
    error = caught.value
    assert (error.what, error.offset, error.need, error.have) == ("the part", 10, size, 4)
    assert cursor.at == 10  # nothing was taken


def test_the_end_of_a_child_is_its_own() -> None:
    cursor = Cursor(DATA, "outer")
    cursor.take(2)
    child = cursor.sub(4, "inner")
    assert cursor.at == 6
    assert child.take(3) == DATA[2:5]
    with pytest.raises(Truncated) as caught:
        child.take(2)
    assert (caught.value.what, caught.value.offset, caught.value.have) == ("inner", 5, 1)
    with pytest.raises(TrailingBytes) as trailing:
        child.done()
    assert (trailing.value.what, trailing.value.offset, trailing.value.extra) == ("inner", 5, 1)
    assert cursor.take(1) == DATA[6:7]


def test_a_child_that_does_not_fit() -> None:
    cursor = Cursor(DATA, "outer", 28)
    with pytest.raises(Truncated) as caught:
        cursor.sub(5, "inner")
    assert (caught.value.what, caught.value.offset, caught.value.need, caught.value.have) == (
        "inner",
        28,
        5,
        4,
    )


def test_structures_are_read_in_children_too() -> None:
    cursor = Cursor(DATA, "outer")
    first = cursor.read(Pair)
    child = cursor.sub(10, "inner")
    child.take(1)
    assert (first.kind, first.length) == (0, 0x0201)
    assert (child.read(Pair).kind, child.at) == (4, 7)


def test_a_structure_that_does_not_fit_a_child() -> None:
    child = Cursor(DATA, "outer").sub(2, "inner")
    with pytest.raises(Truncated) as caught:
        child.read(Pair)
    assert (caught.value.what, caught.value.need, caught.value.have) == ("Pair", 3, 2)
    assert child.at == 0


@given(st.binary(max_size=40), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 50)), max_size=12))
def test_any_steps_stay_inside(data: bytes, steps: list[tuple[int, int]]) -> None:
    cursor = Cursor(data, "outer")
    for step, size in steps:
        before = cursor.at
        try:
            match step:
                case 0:
                    assert len(cursor.take(size)) == size
                case 1:
                    cursor.read(Pair)
                case 2:
                    cursor = cursor.sub(size, "inner")
                case 3:
                    cursor.done()
                case _:
                    assert cursor.uint(size % 9) >= 0
        except EvidenceError:
            assert cursor.at == before
        assert cursor.at <= cursor.end <= len(data)
