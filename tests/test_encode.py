"""Claims to JSON and CBOR and back: equal, deterministic, strict."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.claims import Claims
from evidence.encode.cbor import from_cbor, to_cbor
from evidence.encode.json import from_json, to_json
from evidence.errors import (
    BadEncoding,
    ConstraintViolation,
    EvidenceError,
    LimitExceeded,
    TrailingBytes,
    Truncated,
    UnexpectedField,
)
from evidence.limits import INPUT_BYTES, SAFE_INTEGER
from evidence.wire import cbor
from tests import arbitrary
from tests.builtin import CASES, Case, every_case
from tests.test_claims import document, environment

DOCUMENT = to_json(CASES[0].read().claims)


@given(arbitrary.claims())
@settings(max_examples=150)
def test_any_document_survives_json(claims: Claims) -> None:
    text = to_json(claims)
    assert from_json(text) == claims
    assert to_json(from_json(text)) == text


@given(arbitrary.claims())
@settings(max_examples=150)
def test_any_document_survives_cbor(claims: Claims) -> None:
    data = to_cbor(claims)
    assert from_cbor(data) == claims
    assert to_cbor(from_cbor(data)) == data
    assert read(data, 0) == len(data)


@every_case
def test_a_fixture_survives(case: Case) -> None:
    claims = case.read().claims
    assert from_json(to_json(claims)) == claims
    assert from_cbor(to_cbor(claims)) == claims
    assert read(to_cbor(claims), 0) == len(to_cbor(claims))


# RFC 8949, section 4.2.1, written from its text alone


def read(data: bytes, at: int) -> int:
    """The end of the item at `at`; fails unless it is in core deterministic encoding."""
    major, info = data[at] >> 5, data[at] & 31
    assert info < 28, "an indefinite length, or a reserved head"
    width = 0 if info < 24 else 1 << info - 24
    number = info if info < 24 else int.from_bytes(data[at + 1 : at + 1 + width], "big")
    assert width == 0 or major == 7 or number >= {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}[width], (
        "not the shortest head"
    )
    at += 1 + width
    if major in {2, 3}:
        assert at + number <= len(data)
        if major == 3:
            data[at : at + number].decode("utf-8")
        return at + number
    if major == 6:
        return read(data, at)
    before = b""
    for _ in range(number if major in {4, 5} else 0):
        if major == 5:
            end = read(data, at)
            key = data[at:end]
            assert before < key, "keys are not in the order of their bytes, or one is there twice"
            before, at = key, end
        at = read(data, at)
    return at


KEYS = st.one_of(st.integers(-(1 << 64), (1 << 64) - 1), st.text(max_size=30), st.binary(max_size=30))
LEAVES = st.one_of(KEYS, st.booleans(), st.none(), st.floats())
ITEMS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@given(ITEMS)
def test_any_item_is_written_core_deterministic(item: Any) -> None:
    data = cbor.dumps(item)
    assert read(data, 0) == len(data)


@pytest.mark.parametrize(
    "wrong",
    [
        "1801",
        "190017",
        "5f4100ff",
        "a22000186400",  # {-1: 0, 100: 0}, in the order of RFC 7049
        "a2616200616100",
        "a201000100",
    ],
)
def test_the_reader_of_this_test_sees_what_is_wrong(wrong: str) -> None:
    with pytest.raises(AssertionError):
        read(bytes.fromhex(wrong), 0)


def test_map_keys_go_by_their_bytes_not_by_their_length() -> None:
    assert cbor.dumps({-1: 0, 100: 0, "": 0}) == bytes.fromhex("a3 1864 00 20 00 60 00")


# writing


@every_case
def test_json_is_one_line_in_the_order_of_the_definition(case: Case) -> None:
    text = to_json(case.read().claims)
    assert b"\n" not in text
    order = [name for name in Claims.__struct_encode_fields__ if name in json.loads(text)]
    assert list(json.loads(text)) == order


def test_empty_lists_are_left_out_and_four_members_never_are() -> None:
    bare = document(environment("platform"))
    assert set(json.loads(to_json(bare))) == {"schema", "evidence", "environments", "signatures"}
    assert from_json(to_json(bare)) == bare


# reading is strict


def change(old: bytes, new: bytes) -> bytes:
    assert old in DOCUMENT
    return DOCUMENT.replace(old, new, 1)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", BadEncoding),
        (b"null", BadEncoding),
        (b"[]", BadEncoding),
        (b"\xff\xfe", BadEncoding),
        (DOCUMENT[:-1], BadEncoding),
        (DOCUMENT + b"x", BadEncoding),
        (DOCUMENT + DOCUMENT, BadEncoding),
        (change(b'"size":', b'"size":NaN,"a":'), BadEncoding),
        (change(b'"size":', b'"size":-Infinity,"a":'), BadEncoding),
        (change(b'"size":', b'"size":1,"size":'), UnexpectedField),
        (change(b'{"schema"', b'{"schema":"evidence-claims/1","schema"'), UnexpectedField),
        (change(b'"size":', b'"sizes":1,"size":'), BadEncoding),
        (change(b'"trailing":0', b'"trailing":-1'), BadEncoding),
        (change(b'"trailing":0', b'"trailing":0.5'), BadEncoding),
        (change(b'"trailing":0', b'"trailing":"0"'), BadEncoding),
        (change(b'"trailing":0', b'"trailing":%d' % (SAFE_INTEGER + 1)), BadEncoding),
        (change(b'"trailing":0', b'"trailing":1' + b"0" * 5000), BadEncoding),
        (change(b'"evidence-claims/1"', b'"evidence-claims/2"'), BadEncoding),
        (change(b'"not-checked"', b'"passed"'), BadEncoding),
        (change(b'"workload"', b'"guest"'), BadEncoding),
        (change(b'"sha256":"', b'"sha256":"0'), BadEncoding),
        (change(b'"sha256":"', b'"sha256":"0g'), BadEncoding),
        (change(b'"sha256":"', b'"sha256":"AB'), BadEncoding),
        (change(b'"sha256":"', b'"sha256":" 0'), BadEncoding),
        (change(b'","size"', b'\\n","size"'), BadEncoding),
        (change(b'"environments"', b'"notes":' + b"[" * 40 + b"]" * 40 + b',"environments"'), LimitExceeded),
        (b"[" * 100_000, LimitExceeded),
        (b" " * (INPUT_BYTES + 1), LimitExceeded),
    ],
)
def test_json_that_is_refused(data: bytes, error: type[EvidenceError]) -> None:
    with pytest.raises(error) as caught:
        from_json(data)
    assert type(caught.value) is error


def test_brackets_in_strings_are_not_nesting() -> None:
    found = from_json(change(b'"version":"', b'"version":"[[[[[[[[[[[[[[[[[[[[[[\\"{{'))
    assert found.evidence.version.startswith('[[[[[[[[[[[[[[[[[[[[[["{{')


def test_an_environment_twice_is_refused_in_both_forms() -> None:
    claims = CASES[0].read().claims
    twice = msgspec.structs.replace(claims, environments=claims.environments * 2)
    for text, reader in ((to_json(twice), from_json), (to_cbor(twice), from_cbor)):
        with pytest.raises(ConstraintViolation) as caught:
            reader(text)
        assert (caught.value.path, caught.value.got) == (f"/environments/{len(claims.environments)}", "twice")


def cbor_refusals() -> Iterator[tuple[bytes, type[EvidenceError]]]:
    data = to_cbor(CASES[0].read().claims)
    whole = cbor.loads(data)
    yield b"", Truncated
    yield data[:-1], Truncated
    yield data + b"\0", TrailingBytes
    yield b"\xbf" + data[1:] + b"\xff", BadEncoding  # an indefinite length
    yield b"\xa2\x61a\0\x61a\0", BadEncoding  # a key twice
    yield b"\x81" * 40 + b"\0", LimitExceeded
    yield cbor.dumps({**whole, "more": 1}), BadEncoding
    yield cbor.dumps({**whole, 1: 1}), BadEncoding
    yield cbor.dumps({**whole, "evidence": {**whole["evidence"], "sha256": "00" * 32}}), BadEncoding
    yield cbor.dumps({**whole, "evidence": {**whole["evidence"], "version": b"3"}}), BadEncoding


@pytest.mark.parametrize(("data", "error"), tuple(cbor_refusals()))
def test_cbor_that_is_refused(data: bytes, error: type[EvidenceError]) -> None:
    with pytest.raises(error) as caught:
        from_cbor(data)
    assert type(caught.value) is error


@given(st.binary(max_size=200))
def test_any_bytes_as_a_document(data: bytes) -> None:
    for reader in (from_json, from_cbor):
        with pytest.raises(EvidenceError):
            reader(data)
