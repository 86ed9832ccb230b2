"""PSA tokens to claims JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cbor2

from benchmarks.common import Row, Side, Thunk, committed, corpus, distinct, to_claims_json
from tests.generate.arm import filled, sign1
from tests.generate.arm_psa import KEY, MANDATORY

OURS = Side("evidence", to_claims_json)
DISTINCT = Side("evidence", distinct())
PATH = "PSA token to claims JSON"


def decoded(path: Path) -> Thunk:
    """The CBOR of a token, and nothing done with it."""
    data = path.read_bytes()

    def thunk() -> object:
        protected, _, payload, _ = cbor2.loads(data).value
        return cbor2.loads(protected), cbor2.loads(payload)

    return thunk


def rows() -> Iterator[Row]:
    samples = corpus("cca/psatoken-psa-*.cbor") or committed("arm-psa", "rfc9783-sign1.bin", "iot-1-mac0.bin")
    bare = Side("bare cbor2.loads of every layer", decoded)
    yield Row(PATH, OURS, bare, samples, at_most=20)
    yield Row(f"{PATH}, all distinct", DISTINCT, bare, samples, at_most=20)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Many of everything that may be there many times, in 64 KiB."""
    component = {2: filled(0, 32), 5: filled(1, 32)}
    yield "many components", sign1(cbor2.dumps({**MANDATORY, 2399: [component] * 880}), KEY, -7)
    unknown = {**MANDATORY, **dict.fromkeys(range(3000, 18000), 0)}
    yield "many unknown claims", sign1(cbor2.dumps(unknown), KEY, -7)
    headers = dict.fromkeys(range(100, 15000), 0)
    yield "many header parameters", sign1(cbor2.dumps(MANDATORY), KEY, -7, None, headers)
