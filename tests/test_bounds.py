"""What is bounded beside time: bytes taken out of an input, parts of it, and what is said about them."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator

import cbor2
import pytest

from benchmarks import _shapes
from evidence import limits, parse_all
from evidence.containers.cbor import open_item
from evidence.convert import Evidence, Failure
from evidence.encode.json import to_json
from evidence.errors import LimitExceeded
from evidence.wire import cbor, der, protobuf, text
from evidence.wire import json as strict_json

EAT = bytes.fromhex("d90259a10a48") + bytes(range(8))
"""UCCS with a nonce: the shortest evidence there is."""


def written(data: bytes) -> int:
    """Bytes that `convert --lines` writes of an input, but for its name."""
    return sum(
        len(json.dumps({"at": piece.at}))
        + len(json.dumps(piece.error.as_dict()) if isinstance(piece, Failure) else to_json(piece.claims))
        for piece in parse_all(data)
    )


def exceeded(data: bytes, limit: str) -> None:
    """The last thing that an input gives is that it exceeds `limit`."""
    *_, last = parse_all(data)
    assert isinstance(last, Failure)
    assert isinstance(last.error, LimitExceeded)
    assert last.error.limit == limit


# bytes taken out of one input --------------------------------------------------------------------------


def zeros_in_lines(many: int) -> bytes:
    return (base64.b64encode(gzip.compress(bytes(1 << 20), 9)) + b"\n") * many


@pytest.mark.parametrize(
    "data",
    [
        zeros_in_lines(40),
        base64.b64encode(gzip.compress(zeros_in_lines(400), 9)),
        gzip.compress(base64.b64encode(gzip.compress(zeros_in_lines(400), 9)).hex().encode(), 9),
    ],
)
def test_one_budget_holds_over_all_layers_and_pieces(data: bytes) -> None:
    pieces = parse_all(data)
    exceeded(data, "bytes taken out of the input")
    sizes = [getattr(piece.error, "size", 0) for piece in pieces if isinstance(piece, Failure)]
    assert max(sizes) == 1 << 20
    assert sum(sizes) <= limits.taken(len(data)) == limits.TAKEN_BYTES


def test_what_may_be_taken_grows_with_the_input() -> None:
    assert limits.taken(0) == 4 << 20
    assert limits.taken(16 << 20) == 8 * (16 << 20)


def test_attachments_count_with_each_piece_that_they_stand_beside() -> None:
    """They are read with each."""
    chain = bytes(1 << 19)
    lines = (EAT.hex() + "00" * 600 + "\n") * 200
    pieces = parse_all(lines.encode(), attachments={"certificates": chain})
    assert isinstance(pieces[-1], Failure)
    assert getattr(pieces[-1].error, "limit", "") == "bytes taken out of the input"
    assert len(pieces) < 20


def test_a_failure_holds_no_frame_and_so_no_bytes_of_its_piece() -> None:
    for data in (zeros_in_lines(3), b"\x81" * 40, b"not evidence", b'{"a":1,"a":2}'):
        for piece in parse_all(data):
            assert isinstance(piece, Failure)
            assert piece.error.__traceback__ is None
            assert piece.error.__context__ is None
            assert piece.error.__cause__ is None


# what is said about pieces -----------------------------------------------------------------------------


def nested(label: str, depth: int = 1) -> bytes:
    """A collection of many pieces in others of this label."""
    inner: object = {str(n): [263, EAT] for n in range(250)}
    for _ in range(depth):
        inner = {label: inner}
    return cbor2.dumps(inner)


def test_the_path_of_a_piece_is_bounded_and_what_fits_is_not_refused() -> None:
    short = parse_all(nested("x" * 200))
    assert len(short) == 250
    assert all(isinstance(piece, Evidence) for piece in short)
    for data in (nested("x" * 300), nested("x" * 60, 5), nested("x" * 70_000)):
        pieces = parse_all(data)
        assert not any(isinstance(piece, Evidence) for piece in pieces)
        assert max(len(piece.at) for piece in pieces) <= limits.PATH
        assert {getattr(piece.error, "limit", "") for piece in pieces if isinstance(piece, Failure)} == {
            "characters of a path"
        }


@pytest.mark.parametrize(
    "data",
    [
        cbor2.dumps([f"application/{'x' * 300}+cbor", EAT]),
        cbor2.dumps({"a": [f"application/{'x' * 300}+cbor", EAT]}),
    ],
)
def test_what_a_carrier_says_of_a_piece_is_bounded(data: bytes) -> None:
    exceeded(data, "characters of a media type")


def test_a_nonce_beside_many_devices_is_bounded_and_loses_none_of_the_others() -> None:
    device = {"arch": "x", "evidence": base64.b64encode(bytes(50)).decode()}
    pieces = parse_all(json.dumps([device | {"nonce": "ab" * 5000}, device]).encode())
    first, second = (piece.error for piece in pieces if isinstance(piece, Failure))
    assert getattr(first, "limit", "") == "characters of a nonce"
    assert second.code != first.code


def test_the_id_of_an_environment_is_bounded() -> None:
    def token(label: str) -> bytes:
        inner: object = {256: b"\1" + bytes(16)}
        for _ in range(4):
            inner = {266: {label: inner}}
        return cbor2.dumps({10: bytes(8)} | dict(inner))  # type: ignore[call-overload]

    (good,) = parse_all(token("x" * 40))
    assert isinstance(good, Evidence)
    exceeded(token("x" * 60), "characters of an environment's id")


@pytest.mark.parametrize(("name", "data"), list(_shapes.shapes(16 << 10)), ids=lambda value: str(value)[:40])
def test_output_is_bounded_by_input(name: str, data: bytes) -> None:
    assert name
    assert written(data) <= 64 * len(data) + (64 << 10)


# parts of an input -------------------------------------------------------------------------------------


def test_texts_of_json_are_bounded_and_escapes_are_none() -> None:
    most = limits.TEXTS
    assert len(strict_json.loads(b"[" + b'"",' * (most - 1) + b'""]')) == most
    with pytest.raises(LimitExceeded) as caught:
        strict_json.loads(b"[" + b'"",' * most + b'""]')
    assert caught.value.limit == "texts in JSON"
    assert strict_json.loads(b'"' + b'\\"' * 2 * most + b'\\\\"') == '"' * 2 * most + "\\"
    with pytest.raises(LimitExceeded) as caught:
        strict_json.loads(b'{"' + b"\\\\" * 7 + b'":' + b"[" * 17 + b"]" * 17 + b"}")
    assert caught.value.limit == "JSON depth"


def test_fields_of_protobuf_are_bounded_and_unknown_ones_not_copied() -> None:
    message = b"\x0a\1x" * limits.FIELDS
    assert len(list(protobuf.fields(message))) == limits.FIELDS
    with pytest.raises(LimitExceeded):
        list(protobuf.fields(message + b"\x0a\0"))
    assert [field.value for field in protobuf.fields(message[:-3] + b"\x12\1y", known=(2,))] == [b"y"]


def test_values_of_der_are_bounded() -> None:
    def names(many: int) -> bytes:
        return b"\x30\x83" + (2 * many).to_bytes(3, "big") + b"\5\0" * many

    assert der.check(names(limits.DER_VALUES - 1), "DER") == 5 + 2 * (limits.DER_VALUES - 1)
    with pytest.raises(LimitExceeded) as caught:
        der.check(names(limits.DER_VALUES), "DER")
    assert caught.value.limit == "DER values"


def test_items_of_cbor_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However deep they lie, and whatever ends them."""
    heads: list[int] = []
    any_head = cbor.any_head

    def counting(data: bytes, at: int) -> tuple[int, int | None, int]:
        heads.append(at)
        return any_head(data, at)

    monkeypatch.setattr(cbor, "any_head", counting)
    item = b"\x58\x40" + bytes(64)
    for data in (b"\x81" * 12 + b"\x99\4\0" + item * 1024, b"\x9f" * 13 + item * 1024 + b"\xff" * 13):
        assert [*(open_item(data) or ())]
        assert len(heads) == len({*heads}) == 1024 + 13
        heads.clear()
    open_item(b"\x81" * (1 << 20))
    assert len(heads) == limits.ITEMS + 1


@pytest.mark.parametrize(
    "make", [_shapes.token_of_one_letter, _shapes.token_of_digits], ids=lambda make: make.__name__
)
def test_a_token_is_decoded_in_proportion(
    make: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a run that is all of its text, and that is not asked twice."""
    data, read = make(64 << 10), 0
    for name in ("hexadecimal", "base64", "base64url"):
        decode = getattr(text, name)

        def counting(value: str | bytes, *what: str, decode: Callable[..., bytes] = decode) -> bytes:
            nonlocal read
            read += len(value)
            return decode(value, *what)

        monkeypatch.setattr(text, name, counting)
    parse_all(data)
    assert read <= 8 * len(data)


def test_lines_are_bounded() -> None:
    exceeded(b"a\n" * (limits.LINES + 1), "lines")
    exceeded(b"aaaa: bb\n" * (limits.LINES + 1), "lines")
    assert len(parse_all((EAT.hex() + "\n").encode() * 100)) == 1


GET_VERSION = b"\x10\x84\0\0"
PAIR = (b"\x11\xe0\0\1", b"\x11\x60\0\0" + bytes(38))


def capture(messages: Iterator[bytes]) -> bytes:
    frames = iter(messages)
    return _shapes.pcap(_shapes.MCTP, lambda _: bytes((1, 8, 9, 0xC0, 5)) + next(frames, GET_VERSION), 60_000)


def test_packets_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = capture(iter(()))
    monkeypatch.setattr(limits, "PACKETS", 100)
    exceeded(data, "packets")


def test_conversations_without_an_answer_are_dropped_when_they_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "CONVERSATIONS", 10)
    data = capture(iter((GET_VERSION, *PAIR)))
    (piece,) = parse_all(data)
    assert piece.at == "pcap"


def test_ongoing_conversations_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONVERSATIONS", 10)
    data = _shapes.pcap(
        _shapes.MCTP, lambda n: bytes((1, n & 255, 9 + (n >> 8), 0xC0, 5)) + GET_VERSION, 60_000
    )
    exceeded(data, "conversations")


def blocks(responses: int) -> bytes:
    data = _shapes.spdm_blocks(1)
    return data * responses


def test_blocks_of_a_transcript_are_bounded() -> None:
    within = limits.SPDM_BLOCKS // 239
    (piece,) = parse_all(blocks(within))
    assert isinstance(piece, Evidence)
    exceeded(blocks(within + 1), "SPDM blocks")


@pytest.mark.parametrize("make", _shapes.SHAPES, ids=lambda make: make.__name__)
def test_shapes_are_the_same_each_time(make: Callable[[int], bytes]) -> None:
    assert make(16 << 10) == make(16 << 10) != b""
