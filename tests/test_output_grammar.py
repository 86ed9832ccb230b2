"""The grammar of our forms refuses every way to break an output that the notes on oracles list, and more."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from evidence.encode import grammar
from evidence.encode.canonical import to_canonical_json
from evidence.errors import MalformedEvidence
from evidence.wire import cbor, corim
from evidence.wire.cbor import Tag
from tests.conftest import CORPUS

PROFILE: Final = Tag(32, corim.UNVERIFIED)


def environment() -> dict[int, Any]:
    return {0: {0: Tag(37, bytes(16)), 2: "toy/device"}, 1: Tag(560, b"instance")}


def concise() -> dict[int, Any]:
    elements = [
        {1: {3: {3: False}}},
        {0: "measurements/code", 1: {1: Tag(552, 7), 2: [[1, bytes(32)]], 4: Tag(560, b"raw")}},
        {0: 7, 1: {11: "a block"}},
    ]
    return {0: {0: [[environment(), elements]]}, 1: Tag(37, bytes(16)), 2: PROFILE}


def claims_set() -> dict[int, Any]:
    submodule = {10: bytes(8), 256: b"\1" + bytes(6), 263: 1, 273: [[10571, cbor.dumps(concise())]]}
    return {265: corim.UNVERIFIED, 266: {"device": submodule}}


def tuples() -> list[dict[str, Any]]:
    elements = [{"element-id": "role", "element-claims": {11: "device"}}]
    return [
        {"environment": environment(), "element-list": elements, "cmtype": 2, "profile": PROFILE},
        {"environment": environment(), "trustees": [environment()], "profile": PROFILE},
        {"environment": environment(), "key-list": [Tag(558, {1: 2})], "key-type": 0, "profile": PROFILE},
    ]


Change = Callable[[Any], Any]
VALUES: Final[dict[str, Callable[[], Any]]] = {
    "uccs": lambda: Tag(601, claims_set()),
    "coev": lambda: Tag(571, concise()),
    "ect": tuples,
}


def at(*steps: Any, to: Any) -> Change:
    """A value with another one at the place that `steps` lead to; tags are entered without one."""

    def change(value: Any) -> Any:
        inside = value.value if isinstance(value, Tag) else value
        here = inside
        for step in steps[:-1]:
            here = here[step]
        here[steps[-1]] = to
        return value

    return change


SUBMODULE: Final = (266, "device")
MEASUREMENT: Final = (0, 0, 0, 1, 1)
MVAL: Final = (*MEASUREMENT, 1)
CHANGED: Final[dict[tuple[str, str], Change]] = {
    ("uccs", "nonce of 7 bytes"): at(*SUBMODULE, 10, to=bytes(7)),
    ("uccs", "nonce array of one"): at(*SUBMODULE, 10, to=[bytes(8)]),
    ("uccs", "ueid of 6 bytes"): at(*SUBMODULE, 256, to=b"\1" + bytes(5)),
    ("uccs", "dbgstat 5"): at(*SUBMODULE, 263, to=5),
    ("uccs", "dbgstat as text in CBOR"): at(*SUBMODULE, 263, to="disabled"),
    ("uccs", "profile an integer"): at(265, to=1),
    ("uccs", "submodule label an integer"): at(266, to={1: claims_set()[266]["device"]}),
    ("uccs", "content format 70000"): at(*SUBMODULE, 273, to=[[70000, cbor.dumps(concise())]]),
    ("uccs", "measurements body not concise evidence"): at(*SUBMODULE, 273, to=[[10571, cbor.dumps({0: 1})]]),
    ("uccs", "measurements body tagged 571 inside"): at(
        *SUBMODULE, 273, to=[[10571, cbor.dumps(Tag(571, concise()))]]
    ),
    ("coev", "tag 572"): lambda value: Tag(572, value.value),
    ("coev", "no triples"): lambda value: Tag(571, {key: item for key, item in value.value.items() if key}),
    ("coev", "mval empty"): at(*MVAL, to={}),
    ("coev", "mkey negative"): at(*MEASUREMENT, 0, to=-1),
    ("coev", "svn a text"): at(*MVAL, 1, to="7"),
    ("coev", "digest a text"): at(*MVAL, 2, to=[[1, "digest"]]),
    ("coev", "raw value without tag"): at(*MVAL, 4, to=b"raw"),
    ("coev", "flags empty"): at(0, 0, 0, 1, 0, 1, 3, to={}),
    ("coev", "profile without tag"): at(2, to=corim.UNVERIFIED),
    ("coev", "environment empty"): at(0, 0, 0, 0, to={}),
    ("ect", "cmtype 3"): at(0, "cmtype", to=3),
    ("ect", "authority empty"): at(0, "authority", to=[]),
    ("ect", "unknown member"): at(0, "other", to=1),
    ("ect", "instance a bare byte string"): at(0, "environment", 1, to=b"instance"),
}
"""Values of the wrong kind: form and what is wrong, as the list of the corpus has them."""


def unsorted(value: Any) -> bytes:
    """The map inside of the tag with its keys the other way round."""
    pairs = [(cbor.dumps(key), cbor.dumps(item)) for key, item in value.value.items()]
    return (
        cbor.write_head(6, 571)
        + cbor.write_head(5, len(pairs))
        + b"".join(key + item for key, item in sorted(pairs, reverse=True))
    )


def long(value: Any) -> bytes:
    """The number of entries of that map in two bytes, where it fits into one."""
    whole = cbor.dumps(value)
    return whole[:3] + b"\xb8\x03" + whole[4:]


def indefinite(value: Any) -> bytes:
    whole = cbor.dumps(value)
    return whole[:3] + b"\xbf" + whole[4:] + b"\xff"


def twice(value: Any) -> bytes:
    whole = cbor.dumps(value)
    return whole[:3] + b"\xa4" + whole[4:] + cbor.dumps(2) + cbor.dumps(PROFILE)


ENCODED: Final[dict[tuple[str, str], Callable[[Any], bytes]]] = {
    ("coev", "map keys not sorted"): unsorted,
    ("coev", "length not shortest"): long,
    ("coev", "a second item behind"): lambda value: cbor.dumps(value) + b"\0",
    ("coev", "cut by one byte"): lambda value: cbor.dumps(value)[:-1],
    ("coev", "indefinite map"): indefinite,
    ("coev", "a key twice"): twice,
}
"""Bytes that are not how a value is written."""


def listed(folder: Path) -> set[tuple[str, str]]:
    with (folder / "outputs" / "oracle-negatives.tsv").open() as file:
        return {(row["form"], row["mutation"]) for row in csv.DictReader(file, delimiter="\t")}


@pytest.mark.parametrize("folder", [CORPUS] if CORPUS else [])
def test_every_mutation_of_the_list_is_here(folder: Path) -> None:
    assert {*CHANGED, *ENCODED} == listed(folder)


@pytest.mark.parametrize("form", VALUES)
def test_what_the_mutations_begin_with_fits(form: str) -> None:
    grammar.check(form, cbor.dumps(VALUES[form]()))


@pytest.mark.parametrize(("form", "what"), CHANGED)
def test_a_value_of_the_wrong_kind_is_refused(form: str, what: str) -> None:
    changed = CHANGED[form, what](VALUES[form]())
    assert cbor.dumps(changed) != cbor.dumps(VALUES[form]())
    with pytest.raises(MalformedEvidence):
        grammar.check(form, cbor.dumps(changed))


@pytest.mark.parametrize(("form", "what"), ENCODED)
def test_bytes_that_are_not_deterministic_are_refused(form: str, what: str) -> None:
    with pytest.raises(MalformedEvidence):
        grammar.check(form, ENCODED[form, what](VALUES[form]()))


def test_an_authority_is_never_written() -> None:
    changed = at(0, "authority", to=[Tag(560, b"key")])(tuples())
    with pytest.raises(MalformedEvidence):
        grammar.check("ect", cbor.dumps(changed))


def in_json(**changed: Any) -> dict[str, Any]:
    submodule: dict[str, Any] = {
        "dbgstat": "disabled",
        "eat_nonce": bytes(8),
        "ueid": b"\1" + bytes(6),
        "measurements": [[10571, cbor.dumps(concise())]],
    }
    return {"eat_profile": corim.UNVERIFIED, "submods": {"device": {**submodule, **changed}}}


def test_a_claims_set_in_json_fits() -> None:
    grammar.check("eat-json", to_canonical_json(in_json()))


@pytest.mark.parametrize(
    "changed",
    [
        {"eat_nonce": bytes(7)},
        {"eat_nonce": bytes(65)},
        {"eat_nonce": [bytes(8)]},
        {"ueid": bytes(6)},
        {"ueid": bytes(34)},
        {"dbgstat": 1},
        {"dbgstat": "not-reported"},
        {"measurements": []},
        {"measurements": [[10570, cbor.dumps(concise())]]},
        {"measurements": [[10571, b"\0"]]},
        {"other": 1},
    ],
    ids=str,
)
def test_a_claims_set_in_json_that_is_wrong_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvidence):
        grammar.check("eat-json", to_canonical_json(in_json(**changed)))


def test_json_in_another_form_is_refused() -> None:
    with pytest.raises(MalformedEvidence):
        grammar.check("eat-json", to_canonical_json(in_json()).replace(b":", b": ", 1))
