"""COSE messages by structure: our own, the working group's, and pycose's reading of both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pycose.messages.mac0message import Mac0Message
from pycose.messages.sign1message import Sign1Message

from evidence.errors import BadEncoding, ConstraintViolation, EvidenceError, LimitExceeded, Truncated
from evidence.wire import cbor, cose
from evidence.wire.algorithms import Algorithm
from evidence.wire.cbor import Tag
from tests.conftest import CORPUS

ES384 = bytes.fromhex("a1013822")
PAYLOAD, SIGNATURE = b"payload", bytes(96)


def message(*items: Any, tag: int | None = 18) -> bytes:
    entries = tuple(items)
    return cbor.dumps(entries if tag is None else Tag(tag, entries))


GOOD = message(ES384, {}, PAYLOAD, SIGNATURE)


def test_a_message_and_where_it_lies() -> None:
    data = b"\xff\xff" + GOOD + b"\xff"
    result = cose.read(data, "token", 2)
    assert (result.kind, result.tagged) == ("sign1", True)
    assert (result.protected, result.header, result.unprotected) == (ES384, {1: -35}, {})
    assert (result.payload, result.signature) == (PAYLOAD, SIGNATURE)
    assert result.span == (2, 2 + len(GOOD))
    for span, content in (
        (result.protected_span, ES384),
        (result.unprotected_span, b"\xa0"),
        (result.payload_span, PAYLOAD),
        (result.signature_span, SIGNATURE),
    ):
        assert data[span.start : span.end] == content
    assert result.covers == (result.protected_span, result.payload_span)
    assert result.algorithm == Algorithm("ecdsa", "sha-384", "p1363")


@pytest.mark.parametrize(
    ("protected", "unprotected", "signature", "what"),
    [(b"", {1: -7}, SIGNATURE, "token alg"), (ES384, {}, b"", "token signature")],
)
def test_structure_allows_what_evidence_may_not_do(
    protected: bytes, unprotected: dict[int, int], signature: bytes, what: str
) -> None:
    result = cose.read(message(protected, unprotected, PAYLOAD, signature), "token")
    with pytest.raises(ConstraintViolation) as caught:
        cose.check(result, "token")
    assert caught.value.what == what


@pytest.mark.parametrize(
    ("protected", "unprotected", "alg", "name"),
    [
        (b"", {}, None, None),
        (b"\xa0", {}, None, None),
        (b"", {1: -7}, None, None),  # never from the unprotected header
        (bytes.fromhex("a10126"), {}, -7, "ecdsa"),
        (bytes.fromhex("a10105"), {}, 5, "hmac-256-256"),
        (bytes.fromhex("a1013903e6"), {}, -999, "cose:-999"),
        (bytes.fromhex("a10167756e6b6e6f776e"), {}, "unknown", "cose:unknown"),
        (bytes.fromhex("a201260441aa"), {33: b"\x30"}, -7, "ecdsa"),
        (bytes.fromhex("a3012602811821182181f6"), {}, -7, "ecdsa"),  # crit: [33]
    ],
)
def test_headers(protected: bytes, unprotected: dict[int, Any], alg: Any, name: str | None) -> None:
    result = cose.read(message(protected, unprotected, PAYLOAD, SIGNATURE), "token")
    assert result.protected == protected
    assert result.alg == alg
    assert (result.algorithm and result.algorithm.name) == name


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (message(ES384, {}, PAYLOAD, SIGNATURE, tag=998), ConstraintViolation),
        (message(ES384, {}, PAYLOAD, SIGNATURE, tag=98), ConstraintViolation),
        (cbor.dumps(Tag(18, Tag(18, (ES384, {}, PAYLOAD, SIGNATURE)))), ConstraintViolation),
        (message(ES384, {}, PAYLOAD), ConstraintViolation),
        (message(ES384, {}, PAYLOAD, SIGNATURE, b""), ConstraintViolation),
        (cbor.dumps(Tag(18, {1: 2, 3: 4})), ConstraintViolation),
        (cbor.dumps(Tag(18, b"1234")), ConstraintViolation),
        (message(ES384, {}, None, SIGNATURE), ConstraintViolation),  # detached
        (message({1: -35}, {}, PAYLOAD, SIGNATURE), ConstraintViolation),
        (message(ES384, b"", PAYLOAD, SIGNATURE), ConstraintViolation),
        (message(ES384, {}, "payload", SIGNATURE), ConstraintViolation),
        (message(ES384, {}, PAYLOAD, None), ConstraintViolation),
        (message(b"\x80", {}, PAYLOAD, SIGNATURE), ConstraintViolation),
        (message(ES384, {1: -35}, PAYLOAD, SIGNATURE), ConstraintViolation),  # in both
        (message(bytes.fromhex("a101f5"), {}, PAYLOAD, SIGNATURE), ConstraintViolation),
        (message(bytes.fromhex("a1014126"), {}, PAYLOAD, SIGNATURE), ConstraintViolation),
        (message(ES384, {2: (1,)}, PAYLOAD, SIGNATURE), ConstraintViolation),  # crit, unprotected
        (message(bytes.fromhex("a2012602811903e7"), {}, PAYLOAD, SIGNATURE), ConstraintViolation),
        (message(bytes.fromhex("a20126028104"), {}, PAYLOAD, SIGNATURE), ConstraintViolation),  # not there
        (message(bytes.fromhex("a2012602816161"), {}, PAYLOAD, SIGNATURE), ConstraintViolation),
        (message(bytes.fromhex("a201260280"), {}, PAYLOAD, SIGNATURE), ConstraintViolation),
        (message(bytes.fromhex("a201260204"), {}, PAYLOAD, SIGNATURE), ConstraintViolation),
        (message(bytes.fromhex("a201260126"), {}, PAYLOAD, SIGNATURE), BadEncoding),  # alg twice
        (message(ES384 + b"\0", {}, PAYLOAD, SIGNATURE), EvidenceError),
        (message(b"\x81" * 99, {}, PAYLOAD, SIGNATURE), LimitExceeded),
        (b"\xd2\x9f" + GOOD[2:] + b"\xff", BadEncoding),
        (GOOD.replace(b"\x47payload", b"\x5f\x47payload\xff"), BadEncoding),
        (b"\xd2", Truncated),
        (b"", Truncated),
    ],
)
def test_refused(data: bytes, error: type[EvidenceError]) -> None:
    with pytest.raises(error):
        cose.read(data, "token")


def test_every_prefix_is_refused() -> None:
    for size in range(len(GOOD)):
        with pytest.raises(EvidenceError):
            cose.read(GOOD[:size], "token")


def test_errors_in_headers_are_at_their_place_in_the_whole() -> None:
    data = bytes(5) + message(b"\xa2\1\x26\1\x26", {}, PAYLOAD, SIGNATURE)
    with pytest.raises(BadEncoding) as encoding:
        cose.read(data, "token", 5)
    assert encoding.value.offset == 8
    with pytest.raises(LimitExceeded) as limit:
        cose.read(bytes(5) + message(b"\x81" * 99, {}, PAYLOAD, SIGNATURE), "token", 5)
    assert limit.value.offset == 9
    with pytest.raises(ConstraintViolation) as detached:
        cose.read(bytes(5) + message(ES384, {}, None, SIGNATURE), "token", 5)
    assert (detached.value.offset, detached.value.what) == (13, "token payload")


def test_an_untagged_message_is_what_the_caller_takes_it_for() -> None:
    data = message(ES384, {}, PAYLOAD, SIGNATURE, tag=None)
    assert (cose.read(data, "token").kind, cose.read(data, "token").tagged) == ("sign1", False)
    assert cose.read(data, "token", untagged="mac0").kind == "mac0"
    assert cose.read(message(ES384, {}, PAYLOAD, SIGNATURE, tag=17), "token").kind == "mac0"


def thawed(value: Any) -> Any:
    """Plain lists and dictionaries, as pycose wants them."""
    if isinstance(value, Tag):
        return thawed(value.value)
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    return [thawed(item) for item in value] if isinstance(value, tuple) else value


def by_pycose(data: bytes, kind: cose.Kind) -> tuple[bytes, bytes | None, bytes]:
    """What pycose reads: the message that is signed or authenticated, the payload, the signature."""
    if kind == "mac0":
        mac = Mac0Message.from_cose_obj(thawed(cbor.loads(data)), allow_unknown_attributes=True)
        return mac._mac_structure, mac.payload, mac.auth_tag
    sign = Sign1Message.from_cose_obj(thawed(cbor.loads(data)), allow_unknown_attributes=True)
    return sign._create_sig_structure(), sign.payload, sign.signature


@pytest.mark.parametrize("tag", [18, 17])
@pytest.mark.parametrize("protected", [b"", ES384, bytes.fromhex("a201382204423131")])
@pytest.mark.parametrize("payload", [b"", b"p", bytes(23), bytes(24), bytes(256), bytes(65536)])
def test_pycose_reads_the_same(tag: int, protected: bytes, payload: bytes) -> None:
    data = message(protected, {}, payload, SIGNATURE, tag=tag)
    result = cose.read(data, "token")
    assert by_pycose(data, result.kind) == (result.message(), result.payload, result.signature)


def test_an_empty_map_is_signed_as_an_empty_byte_string() -> None:
    result = cose.read(message(b"\xa0", {1: -7}, PAYLOAD, SIGNATURE), "token")
    assert result.protected == b"\xa0"
    assert result.message() == bytes.fromhex("846a5369676e61747572653140404770") + b"ayload"


VECTORS = sorted((CORPUS / "eat" / "cose").glob("*.json")) if CORPUS else []
OTHER_MESSAGES = ("CWT__A_5", "CWT__A_6", "sign-fail-01")
"""Two encrypted ones, and one with a tag that nobody knows."""
NOT_BY_PYCOSE = ("hsssig-sig-01", "sign-fail-03", "sign-fail-04", "sign-pass-01")
"""Algorithms that pycose does not know, and an empty map, which it signs as it stands."""


@pytest.mark.parametrize("vector", VECTORS, ids=lambda path: path.stem)
def test_vectors_of_the_working_group(vector: Any) -> None:
    document = json.loads(vector.read_text())
    data = bytes.fromhex(document["output"]["cbor"])
    if vector.stem.endswith(OTHER_MESSAGES):
        with pytest.raises(ConstraintViolation):
            cose.read(data, "vector")
        return
    result = cose.read(data, "vector")
    between = document["intermediates"]
    signed = bytes.fromhex(between.get("ToBeSign_hex") or between["ToMac_hex"])
    source = document["input"].get("sign0", document["input"].get("mac0", {}))
    external = bytes.fromhex(source.get("external", ""))
    # the vectors that must fail were changed after they were signed: algorithm, header, content
    if not document.get("fail"):
        assert result.message(external) == signed
    if not external and not vector.stem.endswith(NOT_BY_PYCOSE):
        assert by_pycose(data, result.kind) == (result.message(), result.payload, result.signature)
