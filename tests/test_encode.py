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
    result = from_json(change(b'"version":"', b'"version":"[[[[[[[[[[[[[[[[[[[[[[\\"{{'))
    assert result.evidence.version.startswith('[[[[[[[[[[[[[[[[[[[[[["{{')


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


SMALL = document(environment("platform"))
WRITTEN = to_cbor(SMALL)


def rewritten(old: str, new: str) -> bytes:
    """The small document with a piece of its encoding (hex) written in another way."""
    assert WRITTEN.count(bytes.fromhex(old)) == 1
    return WRITTEN.replace(bytes.fromhex(old), bytes.fromhex(new))


def text(word: str) -> str:
    return cbor.dumps(word).hex()


@pytest.mark.parametrize(
    "data",
    [
        rewritten(text("trailing") + "00", text("trailing") + "1800"),  # a longer head
        rewritten(text("trailing") + "00", text("trailing") + "1b" + "00" * 8),
        rewritten(text("status"), "7806" + b"status".hex()),
        rewritten(text("signatures") + "80", text("signatures") + "9800"),
        rewritten(text("signatures") + "80", text("signatures") + "9fff"),  # an indefinite length
        rewritten(text("signatures") + "80", text("signatures") + "c080"),  # a tag
        rewritten(text("status") + text("stable"), text("status") + "d903e7" + text("stable")),
        cbor.write_head(5, WRITTEN[0] % 32 + 1)
        + WRITTEN[1:]
        + cbor.dumps("notes")
        + b"\x80",  # an empty list
    ],
)
def test_cbor_is_read_as_it_is_written_and_in_no_other_way(data: bytes) -> None:
    assert from_cbor(WRITTEN) == SMALL
    with pytest.raises(BadEncoding):
        from_cbor(data)


def test_cbor_says_from_where_on_it_is_another() -> None:
    data = rewritten(text("trailing") + "00", text("trailing") + "1800")
    with pytest.raises(BadEncoding) as caught:
        from_cbor(data)
    at = data.index(b"trailing\x18\0") + len("trailing")
    assert (caught.value.offset, caught.value.spec) == (at, "RFC 8949")


def test_a_pair_of_a_range_is_no_tag_and_its_content() -> None:
    claims = CASES[0].read().claims
    data = to_cbor(claims)
    (start, end) = claims.signatures[0].covers[0]
    pair = cbor.dumps((start, end))
    assert pair in data
    with pytest.raises(BadEncoding):
        from_cbor(data.replace(pair, cbor.dumps(cbor.Tag(start, end))))


def test_keys_in_another_order_and_floats_are_refused() -> None:
    whole = cbor.loads(WRITTEN)
    pairs = [(cbor.dumps(key), cbor.dumps(value)) for key, value in whole.items()]
    backwards = cbor.write_head(5, len(pairs)) + b"".join(key + value for key, value in reversed(pairs))
    floating = cbor.dumps({**whole, "evidence": {**whole["evidence"], "trailing": 0.0}})
    for data in (backwards, floating):
        with pytest.raises(BadEncoding):
            from_cbor(data)


def nulls(document: Any) -> Iterator[tuple[str, Any]]:
    """The document with a null in place of each of its values, and the path of that."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield f"/{name}", {**document, name: None}
            yield from ((f"/{name}{path}", {**document, name: inner}) for path, inner in nulls(value))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            before, after = document[:index], document[index + 1 :]
            yield f"/{index}", [*before, None, *after]
            yield from ((f"/{index}{path}", [*before, inner, *after]) for path, inner in nulls(value))


def test_a_null_is_refused_wherever_it_stands() -> None:
    whole = json.loads(DOCUMENT)
    for path, changed in nulls(whole):
        with pytest.raises(BadEncoding) as caught:
            from_json(json.dumps(changed).encode())
        assert (caught.value.path, "null" in caught.value.reason) == (path, True)
    for path, changed in nulls(json.loads(to_json(SMALL))):
        with pytest.raises(BadEncoding) as caught:
            from_cbor(cbor.dumps(changed))
        assert caught.value.path == path


@given(st.binary(max_size=200))
def test_any_bytes_as_a_document(data: bytes) -> None:
    for reader in (from_json, from_cbor):
        with pytest.raises(EvidenceError):
            reader(data)
