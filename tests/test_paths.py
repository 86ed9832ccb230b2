"""Paths of claims: by name where that is unique, by index where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.claims import Bytes, Note, Unknown, Value
from evidence.paths import at, canonical, join, parents, steps
from tests.test_claims import document, environment, holding

CLAIMS = document(
    holding(
        values=(
            Value(name="a/b", int=1),
            Value(name="~1", int=2),
            Value(name="same", int=3),
            Value(name="same", int=4),
        ),
        unknown=(Unknown(label="-75000", raw=Bytes(b"\1")),),
    ),
    environment("module"),
    notes=(Note(code="unsigned", path="", detail="x"),),
)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/evidence/size", "/evidence/size"),
        ("/environments/0/debug", "/environments/td/debug"),
        ("/environments/td/debug", "/environments/td/debug"),
        ("/environments/1", "/environments/module"),
        ("/environments/td/values/0/int", "/environments/td/values/a~1b/int"),
        ("/environments/td/values/a~1b", "/environments/td/values/a~1b"),
        ("/environments/td/values/~01", "/environments/td/values/~01"),
        ("/environments/td/values/3", "/environments/td/values/3"),
        ("/environments/td/unknown/0/raw", "/environments/td/unknown/-75000/raw"),
        ("/notes/0/code", "/notes/0/code"),
    ],
)
def test_canonical(path: str, name: str) -> None:
    assert canonical(CLAIMS, path) == name
    assert canonical(CLAIMS, name) == name
    assert at(CLAIMS, path) == at(CLAIMS, name)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/environments/td/values/a~1b/int", 1),
        ("/environments/td/values/~01/int", 2),
        ("/environments/td/values/2/int", 3),
        ("/environments/td/id", "td"),
    ],
)
def test_at(path: str, value: object) -> None:
    assert at(CLAIMS, path) == value


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "evidence",
        "/nothing",
        "/evidence/nothing",
        "/evidence/size/more",
        "/environments/9",
        "/environments/-1",
        "/environments/00000000000001",
        "/environments/²",
        "/environments/td/values/same",  # two of the name
        "/environments/td/values/a/b",
        "/environments/td/__class__",
        "/environments/td/measurement",
    ],
)
def test_a_place_that_is_not_there(path: str) -> None:
    with pytest.raises(LookupError):
        canonical(CLAIMS, path)
    with pytest.raises(LookupError):
        at(CLAIMS, path)


def test_an_absent_claim_is_no_value() -> None:
    assert canonical(CLAIMS, "/environments/td/label") == "/environments/td/label"
    with pytest.raises(LookupError):
        at(CLAIMS, "/environments/td/label")


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["a", "b"], ("a", "b")),
        (["x", "x"], ("0", "1")),
        ([None, "a"], ("0", "a")),
        (["1", "0"], ("1", "0")),  # both unique, whatever their places are
        (["1", "x", "x"], ("0", "1", "2")),  # the name `1` is the step to another
        (["1", "x", "x", "0"], ("0", "1", "2", "3")),  # and so is `0`, then
        (["01", "x", "x"], ("01", "1", "2")),
        (["", ""], ("0", "1")),
    ],
)
def test_steps_lead_to_one_entry_each(names: list[str | None], wanted: tuple[str, ...]) -> None:
    assert steps(names) == wanted


@given(st.lists(st.sampled_from(["0", "1", "2", "3", "x", ""]), min_size=1, max_size=5))
def test_every_entry_has_a_path_of_its_own(names: list[str]) -> None:
    claims = document(holding(values=tuple(Value(name=name, int=i) for i, name in enumerate(names))))
    for index, step in enumerate(steps(names)):
        path = join("environments", "td", "values", step)
        assert canonical(claims, path) == path
        assert at(claims, path).int == index


def test_parents() -> None:
    assert list(parents("/a/b/c")) == ["/a/b/c", "/a/b", "/a"]
    assert list(parents("")) == []


@given(st.text(max_size=12))
def test_any_name_can_be_part_of_a_path(name: str) -> None:
    claims = document(holding(values=(Value(name=name or "x", int=1),)))
    path = join("environments", "td", "values", name or "x")
    assert canonical(claims, path) == path
    assert at(claims, path).int == 1


@given(st.text(max_size=30))
def test_any_text_is_a_path_or_a_lookup_error(path: str) -> None:
    for look in (canonical, at):
        try:
            look(CLAIMS, path)
        except LookupError:
            continue
