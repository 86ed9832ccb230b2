"""Claim sets: every kind of value, every error with its path, known and unknown claims apart."""

from __future__ import annotations

from typing import Any

import pytest

from evidence.errors import ConstraintViolation, LimitExceeded, MissingField
from evidence.wire import cbor, claimset
from evidence.wire.claimset import ClaimKind, ClaimLabel, ClaimTable


def table(kind: ClaimKind, *, required: bool = False) -> ClaimTable:
    return ClaimTable("set", "the book, 1", (ClaimLabel(1, "one", kind, required=required),))


PART = ClaimTable("part", "the book, 2", (ClaimLabel(2, "size", claimset.uint(1), required=True),))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (claimset.bstr(), [b"", b"x"], ["", 1, None, bytearray(b"x")]),
        (claimset.bstr(2, 4), [b"ab", b"abcd"], [b"", b"abc", "ab"]),
        (claimset.bstr(least=1, most=2), [b"a", b"ab"], [b"", b"abc"]),
        (claimset.tstr(), ["", "x"], [b"", 1]),
        (claimset.tstr("on", "off"), ["on"], ["ON", "", b"on"]),
        (claimset.tstr(least=2), ["ab"], ["a"]),
        (claimset.integer(), [0, -1, 2**64], [True, 1.0, "1"]),
        (claimset.integer(-1, 1), [-1, 0, 1], [-2, 2, False]),
        (claimset.integer(most=3), [-(2**64), 3], [4]),
        (claimset.uint(1), [0, 255], [-1, 256]),
        (claimset.boolean(), [True, False], [0, 1, None]),
        (claimset.number(), [0, 1.5], [True, "1"]),
        (claimset.anything(), [None, cbor.Tag(1, 2)], []),
        (claimset.array(claimset.uint(1), least=1, most=2), [(1,), (1, 2)], [(), (1, 2, 3), 1, "ab"]),
        (claimset.either(claimset.uint(1), claimset.tstr("x")), [1, "x"], [256, "y"]),
        (claimset.either(claimset.mapping(PART), claimset.bstr()), [b""], [()]),
    ],
)
def test_kinds(kind: ClaimKind, good: list[Any], bad: list[Any]) -> None:
    set_ = table(kind)
    for value in good:
        assert set_.read({1: value}, "").get("one") == value
    for value in bad:
        with pytest.raises(ConstraintViolation) as caught:
            set_.read({1: value}, "/here")
        assert caught.value.path == "/here/1"
        assert caught.value.allowed == kind.words
        assert caught.value.got is value
        assert caught.value.spec == "the book, 1"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (claimset.bstr(32, 48), "a byte string of 32 or 48 bytes"),
        (claimset.bstr(least=8, most=64), "a byte string of 8 to 64 bytes"),
        (claimset.bstr(least=1), "a byte string of at least 1 bytes"),
        (claimset.integer(), "an integer"),
        (claimset.integer(1), "an integer from 1"),
        (claimset.uint(2), "an integer from 0 to 65535"),
        (claimset.array(claimset.bstr(), least=1), "an array of at least 1 items, each a byte string"),
    ],
)
def test_words(kind: ClaimKind, words: str) -> None:
    assert kind.words == words


def test_known_claims_by_name_in_the_order_of_the_table_and_unknown_ones_by_label() -> None:
    set_ = ClaimTable(
        "set", "", (ClaimLabel(1, "one", claimset.uint()), ClaimLabel("two", "second", claimset.uint()))
    )
    result = set_.read({"two": 2, 9: "nine", 1: 1, "x": b""}, "")
    assert list(result.values.items()) == [("one", 1), ("second", 2)]
    assert result.unknown == {9: "nine", "x": b""}
    assert set_.read({1: 1, "two": 2}, "").unknown == {}
    assert set_.label("second") == "two"


def test_a_missing_claim_is_named_where_it_is_missing() -> None:
    with pytest.raises(MissingField) as caught:
        table(claimset.uint(), required=True).read({2: 1}, "/a")
    assert (caught.value.path, caught.value.name) == ("/a", "one (1)")
    nested = table(claimset.array(claimset.mapping(PART)))
    with pytest.raises(MissingField) as caught:
        nested.read({1: ({2: 1}, {3: 1})}, "/a")
    assert (caught.value.path, caught.value.name) == ("/a/1/1", "size (2)")


def test_a_later_version_requires_more() -> None:
    later = table(claimset.uint()).requiring("the book, 3", "one")
    assert later.spec == "the book, 3"
    with pytest.raises(MissingField):
        later.read({}, "")
    with pytest.raises(TypeError):
        later.requiring("", "two")


def test_errors_inside_of_arrays_and_maps_name_the_whole_way() -> None:
    nested = table(claimset.array(claimset.mapping(PART)))
    with pytest.raises(ConstraintViolation) as caught:
        nested.read({1: ({2: 1}, {2: 256})}, "/a")
    assert (caught.value.path, caught.value.got) == ("/a/1/1/2", 256)
    assert caught.value.what == "part size"
    with pytest.raises(ConstraintViolation) as caught:
        nested.read({1: ({2: 1}, 5)}, "/a")
    assert (caught.value.path, caught.value.allowed) == ("/a/1/1", "a map of part")
    deeper = table(claimset.array(claimset.array(claimset.uint(1))))
    with pytest.raises(ConstraintViolation) as caught:
        deeper.read({1: ((1,), (1, 2, -1))}, "")
    assert (caught.value.path, caught.value.got) == ("/1/1/2", -1)
    assert caught.value.allowed == "an integer from 0 to 255"


def test_errors_that_a_check_raises_itself_get_the_path() -> None:
    def check(value: Any, path: str) -> Any:
        return cbor.loads(value)

    inner = table(claimset.array(ClaimKind("CBOR", check)))
    with pytest.raises(LimitExceeded) as caught:
        inner.read({1: (b"\0", b"\x81" * 100)}, "/a")
    assert caught.value.path == "/a/1/1"


def test_what_is_no_map_is_refused() -> None:
    with pytest.raises(ConstraintViolation) as caught:
        table(claimset.uint()).read((1, 2), "/a")
    assert (caught.value.path, caught.value.allowed) == ("/a", "a map")


def test_a_row_names_its_own_source() -> None:
    set_ = ClaimTable("set", "the book", (ClaimLabel(1, "one", claimset.uint(), source="an older book"),))
    with pytest.raises(ConstraintViolation) as caught:
        set_.read({1: ""}, "")
    assert caught.value.spec == "an older book"


def test_a_table_that_says_something_twice_fails_at_once() -> None:
    with pytest.raises(TypeError):
        ClaimTable("set", "", (ClaimLabel(1, "a", claimset.uint()), ClaimLabel(1, "b", claimset.uint())))
    with pytest.raises(TypeError):
        ClaimTable("set", "", (ClaimLabel(1, "a", claimset.uint()), ClaimLabel(2, "a", claimset.uint())))


def test_places_of_claims_known_or_not_and_of_those_inside() -> None:
    set_ = ClaimTable(
        "set",
        "",
        (
            ClaimLabel(1, "parts", claimset.array(claimset.mapping(PART))),
            ClaimLabel(2, "part", claimset.mapping(PART)),
        ),
    )
    value = {1: ({2: 7}, {2: 8, "x": b"y"}), 2: {2: 9}, 3: {2: 5}}
    data = bytes(3) + cbor.dumps(value)
    assert set_.read(cbor.loads(data[3:]), "").get("parts")[1].unknown == {"x": b"y"}
    entries = [
        (place.steps, place.row and place.row.name, cbor.loads(data[place.entry.value : place.entry.end]))
        for place in set_.places(data, 3)
    ]
    assert entries == [
        ((1,), "parts", value[1]),
        ((1, 0, 2), "size", 7),
        ((1, 1, 2), "size", 8),
        ((1, 1, "x"), None, b"y"),
        ((2,), "part", value[2]),
        ((2, 2), "size", 9),
        ((3,), None, value[3]),
    ]
