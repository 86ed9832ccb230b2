"""JWS by structure, and where entries of JSON and CBOR lie."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import cbor2
import pytest

from evidence.errors import EvidenceError
from evidence.wire import cbor, hashes, jose
from evidence.wire import json as strict


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def token(header: Any, payload: bytes = b"{}", signature: bytes = bytes(64)) -> bytes:
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    return ".".join(map(b64, (head, payload, signature))).encode()


GOOD = {"alg": "ES256", "kid": "key"}


def test_the_parts_of_a_token_and_where_they_lie() -> None:
    data = b"before " + token(GOOD, b"payload") + b" behind"
    message = jose.read(data, "token", 7, len(data) - 7)
    assert (message.payload, message.signature) == (b"payload", bytes(64))
    assert message.header == GOOD
    assert data[slice(*message.payload_span)] == b64(b"payload").encode()
    (covers,) = message.covers
    assert data[slice(*covers)] == data[slice(*message.protected_span)] + b"." + b64(b"payload").encode()
    assert (message.algorithm.name, message.algorithm.hash, message.algorithm.encoding) == (
        "ecdsa-p256",
        "sha-256",
        "p1363",
    )
    assert message.self_asserted == ()
    assert not message.is_mac


def test_keys_of_the_header_are_named() -> None:
    result = jose.read(token({**GOOD, "jku": "https://x", "jwk": {}, "x5c": [], "x5u": ""}), "token")
    assert result.self_asserted == ("jku", "jwk", "x5u", "x5c")


def test_an_unknown_algorithm_goes_by_its_name() -> None:
    assert jose.read(token({"alg": "X1"}, signature=b"any"), "token").algorithm.name == "jose:X1"
    assert jose.read(token({"alg": "HS256"}, signature=bytes(32)), "token").is_mac


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("constraint-violation", token({"alg": "none"}, signature=b"")),
        ("constraint-violation", token({"alg": "NONE"})),
        ("constraint-violation", token({"alg": 7})),
        ("constraint-violation", token({**GOOD, "crit": ["kid"]})),
        ("constraint-violation", token({**GOOD, "crit": []})),
        ("constraint-violation", token([1])),
        ("constraint-violation", token(GOOD, signature=bytes(63))),
        ("constraint-violation", token(GOOD, signature=bytes(96))),
        ("missing-field", token({"typ": "JWT"})),
        ("unexpected-field", token(b'{"alg":"ES256","alg":"ES384"}')),
        ("bad-encoding", token(b"{")),
        ("bad-encoding", token(GOOD) + b"=="),
        ("bad-encoding", token(GOOD)[:-1]),
        ("bad-encoding", token(GOOD) + b".AA"),
        ("bad-encoding", token(GOOD).replace(b".", b"", 1)),
        ("bad-encoding", token(GOOD).replace(b".", b".+", 1)),
        ("bad-encoding", token(GOOD).replace(b".", b".\n", 1)),
        ("not-evidence", token(GOOD) + b".AA.AA"),
        ("bad-encoding", b"." * 10_000),
        ("bad-encoding", b""),
    ],
)
def test_what_is_refused(code: str, data: bytes) -> None:
    with pytest.raises(EvidenceError) as raised:
        jose.read(data, "token")
    assert raised.value.code == code


def test_where_entries_of_json_lie() -> None:
    data = b' {"a": [1, {"b\\u0063": "x\\"}]"}], "d" :{},"e":-1.5e3 , "f": [] }'
    wanted = [("a",), ("a", 1, "bc"), ("d",), ("e",), ("f",), ("none",), ("a", 7)]
    values = {path: data[place.value : place.end] for path, place in strict.places(data, 0, wanted).items()}
    assert values == {
        ("a",): b'[1, {"b\\u0063": "x\\"}]"}]',
        ("a", 1, "bc"): b'"x\\"}]"',
        ("d",): b"{}",
        ("e",): b"-1.5e3",
        ("f",): b"[]",
    }


@pytest.mark.parametrize(
    "data", [b"", b"1", b"{", b'{"a"', b'{"a":', b'{"a":1', b"[", b"[[", b"{1:2}", b'{"a":1 "b":2}']
)
def test_entries_of_what_is_no_json_end(data: bytes) -> None:
    assert len(list(strict.entries(data))) <= 1


def test_where_entries_of_cbor_lie() -> None:
    inner = cbor2.dumps({1: [b"x", {"y": 2}]})
    data = b"\0" + cbor2.dumps({5: cbor2.CBORTag(18, inner), "t": [7, 8]})
    wanted = [(5, 1, 1, "y"), ("t", 1), (5, 9), ("u",)]
    values = {path: data[place.value : place.end] for path, place in cbor.places(data, 1, wanted).items()}
    assert values == {(5, 1, 1, "y"): b"\x02", ("t", 1): b"\x08"}


@pytest.mark.parametrize(
    ("alg", "name"),
    [
        *((word, "sha-256") for word in (1, -16, "sha-256", "SHA256", "SHA_256", "Sha-256")),
        *((word, "sha-384") for word in (7, -43, "sha384")),
        *((word, "sha-512") for word in (8, -44, "SHA512")),
        *((word, None) for word in (0, 99, -1, "md5", "", "x" * 1000, True, None, b"sha-256")),
        (12, "sha3-512"),
    ],
)
def test_hash_names(alg: object, name: str | None) -> None:
    assert hashes.name(alg) == name
