"""CCA tokens to claims JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2

from benchmarks.common import Row, Side, Thunk, committed, corpus, distinct, to_claims_json
from tests.generate.arm import filled, sign1
from tests.generate.arm_cca import BL, CPAK, P2024, REALM_2024, WHOLE, outer, platform, token

OURS = Side("evidence", to_claims_json)
DISTINCT = Side("evidence", distinct("realm.public_key", "platform.challenge"))
PATH = "CCA token to claims JSON"


def decoded(path: Path) -> Thunk:
    """The CBOR of a token, and nothing done with it: as many `cbor2.loads` as it has layers, none strict."""
    data = path.read_bytes()

    def thunk() -> object:
        entries: list[Any] = []
        for entry in cbor2.loads(data).value.values():
            protected, _, payload, _ = cbor2.loads(entry if isinstance(entry, bytes) else entry[1]).value
            claims = cbor2.loads(payload)
            entries += (cbor2.loads(protected), claims)
            if 44237 in claims and claims[44237][0] != 4:
                entries.append(cbor2.loads(claims[44237]))
        return entries

    return thunk


def rows() -> Iterator[Row]:
    tokens = corpus("cca/tfm-cca_example_token-*.cbor", "cca/tfm-cca_token-[67e]*.cbor")
    samples = tokens or committed("arm-cca", "2023-399.bin", "2024-907.bin", "legacy-399.bin")
    bare = Side("bare cbor2.loads of every layer", decoded)
    yield Row(PATH, OURS, bare, samples, at_most=12)
    yield Row(f"{PATH}, all distinct", DISTINCT, bare, samples, at_most=12)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Many of everything that may be there many times, in 64 KiB."""
    component = {2: filled(0, 32), 5: filled(1, 32)}
    bound = platform(REALM_2024, P2024, L2394=1)
    yield "many components", token(907, REALM_2024, {**bound, 2399: [component] * 870})
    yield "many wrong digests", token(907, REALM_2024, {**bound, 2402: "sha-512", 2399: [component] * 870})
    signers = {**BL, 8: [filled(2, 32)] * 1850}
    yield "many countersigners", token(907, REALM_2024, {**bound, 2399: [signers]})
    unknown = {**component, **dict.fromkeys(range(30, 12000), 0)}
    yield "many unknown claims", token(907, REALM_2024, {**bound, 2399: [unknown]})
    yield "many further entries", token(907, REALM_2024, bound, further=dict.fromkeys(range(100, 15000), 0))
    texts = {f"{number:04x}": 0 for number in range(10000)}
    yield "many further entries by text", token(907, REALM_2024, bound, further=texts)
    devices = [{1: filled(0, 32), 2: filled(1, 32), 4: False, 5: True}] * 840
    yield "many devices", cbor2.dumps({265: "x", 44259: devices})
    extension = {2: filled(0, 32), 3: filled(1, 32), 4: True, 5: ""}
    yield "many extension devices", token(907, REALM_2024, {**bound, 2404: [extension] * 820})
    headers = sign1(cbor2.dumps(bound), CPAK, -35, None, dict.fromkeys(range(100, 15000), 0))
    yield "many header parameters", outer(907, {44234: headers, 44241: headers})
    yield "a key in every byte", b"\xbf" + b"\x19\xac\xca" * 21000
    yield "many entries that are no token", b"\xb9\x40\x00" + b"\x19\xac\xca\x00" * 16000
    yield "a token in zeros", WHOLE.ljust(1 << 16, b"\0")
