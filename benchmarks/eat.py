"""EATs to claims JSON, and their costly corners."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cbor2

from benchmarks.common import Row, Side, Thunk, committed, corpus, distinct, to_claims_json
from evidence.wire import cose

OURS = Side("evidence", to_claims_json)
PATH = "to claims JSON"


def report(_: Path) -> Thunk:
    """What another type's evidence takes: a token in JSON has no decoder beside ours that is as strict."""
    return to_claims_json(committed("amd-sev-snp", "v3-milan.bin")[0])


def bare(path: Path) -> Thunk:
    """The calls of cbor2 that a token needs: the message, its header, its claims."""
    data = path.read_bytes()
    message = cose.read(data, "token", 2)

    def thunk() -> object:
        return cbor2.loads(data), cbor2.loads(message.protected), cbor2.loads(message.payload)

    return thunk


def rows() -> Iterator[Row]:
    tokens = corpus("eat/rfc9711/valid_cwt.cbor") or committed("eat", "cwt.bin")
    least = Side("the bare cbor2.loads that it needs", bare)
    yield Row(f"EAT (CWT) {PATH}", OURS, least, tokens, at_most=50)
    yield Row(f"EAT (CWT) {PATH}, all distinct", Side("evidence", distinct()), least, tokens, at_most=50)
    yield Row(
        f"EAT (JWT) {PATH}", OURS, Side("an SNP report", report), committed("eat", "jwt*.bin"), at_most=26
    )


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
