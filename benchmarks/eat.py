"""EATs to claims JSON, and their costly corners."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import cbor2

from benchmarks.common import VARIANTS, Prepare, Row, Side, Thunk, committed, corpus, to_claims_json
from evidence import parse
from evidence.encode.json import to_json
from evidence.wire import cose

OURS = Side("evidence", to_claims_json)
NONCE = 8
"""Bytes at the end of a nonce that differ in every variant."""


def distinct(change: Callable[[bytes, int], bytes]) -> Prepare:
    """Our side where no token comes twice: each has another nonce and another UEID."""

    def prepare(path: Path) -> Thunk:
        data = path.read_bytes()
        inputs = cycle([change(data, number) for number in range(VARIANTS)])
        return lambda: to_json(parse(next(inputs)).claims)

    return prepare


def in_cwt(data: bytes, number: int) -> bytes:
    """A token in CBOR with other bytes at the ends of its nonce and its UEID; nobody checks the signature here."""
    token, variant = parse(data), bytearray(data)
    for claim in ("/bindings/eat_nonce", "/environments/root/identifiers/ueid"):
        end = token.where(claim).end
        variant[end - NONCE : end] = number.to_bytes(NONCE, "big")
    return bytes(variant)


def in_jwt(data: bytes, number: int) -> bytes:
    """The same of a token in JSON."""
    header, payload, signature = data.split(b".")
    claims = json.loads(urlsafe_b64decode(payload + b"=="))
    claims |= {"eat_nonce": f"nonce-{number:016}", "ueid": _text(b"\1" + number.to_bytes(16, "big"))}
    return b".".join((header, _text(json.dumps(claims).encode()).encode(), signature))


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def bare_json(path: Path) -> Thunk:
    """The calls that a token in JSON needs: its parts in base64url, its header, its claims."""
    parts = [part + b"==" for part in path.read_bytes().split(b".")]

    def thunk() -> object:
        header, payload, _ = map(urlsafe_b64decode, parts)
        return json.loads(header), json.loads(payload)

    return thunk


def bare(path: Path) -> Thunk:
    """The calls of cbor2 that a token needs: the message, its header, its claims."""
    data = path.read_bytes()
    message = cose.read(data, "token", 2)

    def thunk() -> object:
        return cbor2.loads(data), cbor2.loads(message.protected), cbor2.loads(message.payload)

    return thunk


def rows() -> Iterator[Row]:
    tokens = corpus("eat/rfc9711/valid_cwt.cbor") or committed("eat", "cwt.bin")
    floor = Side("the bare cbor2.loads that it needs", bare)
    yield Row("EAT (CWT) to claims JSON", OURS, floor, tokens, at_most=50)
    yield Row("EAT (CWT), all distinct", Side("evidence", distinct(in_cwt)), floor, tokens, at_most=50)
    tokens, floor = committed("eat", "jwt.bin"), Side("base64 and json.loads of its parts", bare_json)
    yield Row("EAT (JWT) to claims JSON", OURS, floor, tokens, at_most=38)
    yield Row("EAT (JWT), all distinct", Side("evidence", distinct(in_jwt)), floor, tokens, at_most=38)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Many small claims, submodules, triples and wrapped messages in 64 KiB."""
    submodules: dict[str, object] = {str(number): {} for number in range(250)}
    yield "250 submodules", cbor2.dumps({10: bytes(8), 266: submodules})
    yield "1000 unknown claims", cbor2.dumps({10: bytes(8), **dict.fromkeys(range(300, 1300), 0)})
    empty: list[object] = [{}] * 60_000
    yield "60000 empty maps", cbor2.dumps({10: bytes(8), 9000: empty})
    yield "60000 empty maps for nonces", cbor2.dumps({10: empty})
    header = cbor2.dumps({1: -7, 99: empty})
    message = [header, {}, cbor2.dumps({10: bytes(8)}), bytes(64)]
    yield "60000 empty maps in a header", cbor2.dumps(cbor2.CBORTag(18, message))
    yield "12000 measurements", cbor2.dumps({10: bytes(8), 273: [[258, b""]] * 12000})
    triple = [{0: {1: "x"}}, [{1: {1: 1}}] * 1000]
    yield "1000 measurement maps", cbor2.dumps(cbor2.CBORTag(571, {0: {0: [triple]}}))
    yield (
        "15000 certificates",
        cbor2.dumps(
            cbor2.CBORTag(18, [cbor2.dumps({33: [b"0"] * 15000}), {}, cbor2.dumps({10: bytes(8)}), b""])
        ),
    )
    yield "10000 wrapped messages", cbor2.dumps({key: [263, b""] for key in range(10000)})
    yield "a JSON object of 60000 quotes", b'{"eat_nonce":"' + b'"' * 60000
