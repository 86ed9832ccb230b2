"""Composite EATs: every form in which a detached claims set has the evidence of a device, and what is none."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha384
from typing import Any

import cbor2
import pytest
from cbor2 import CBORTag

from evidence import Evidence, Failure
from evidence.convert import parse_all
from evidence.files import shared
from evidence.input import Input
from tests.unwrapping import unwrap

SPDM = shared("fixtures") / "dmtf-spdm" / "valid"
TRANSCRIPT = (SPDM / "v12-general-opaque.bin").read_bytes()
HEADER = cbor2.dumps({1: -7})
TOKEN = cbor2.dumps(CBORTag(61, CBORTag(18, [HEADER, {}, cbor2.dumps({10: bytes(8), 262: True}), bytes(64)])))
EAT = "application/eat+cwt"


def bundle(**sets: Any) -> bytes:
    """A bundle with these claims sets, and their digests in its token."""
    detached = {label: cbor2.dumps(claims) for label, claims in sets.items()}
    submods = {label: [-43, sha384(content).digest()] for label, content in detached.items()}
    payload = cbor2.dumps({10: bytes(8), 266: submods})
    main = cbor2.dumps(CBORTag(61, CBORTag(18, [HEADER, {}, payload, bytes(64)])))
    return cbor2.dumps(CBORTag(602, [main, detached]))


def outcome(data: bytes) -> dict[str, str]:
    """Type or code of every piece, by its path."""
    pieces = parse_all(data)
    return {piece.at: piece.error.code if isinstance(piece, Failure) else piece.type.name for piece in pieces}


@pytest.mark.parametrize(
    "claims",
    [
        {"signed_measurements": TRANSCRIPT, "cert_chain": b"chain", "vca": b"vca"},
        {299: ["application/spdm-evidence+cbor", cbor2.dumps([TRANSCRIPT, b"chain", b"vca"]), 4]},
        {60000: [1, TRANSCRIPT, b"chain", b"vca"]},
    ],
)
def test_transcript_of_a_device(claims: Any) -> None:
    source = Input(data=bundle(device=claims))
    whole, piece = unwrap(source) or ()
    assert whole is source
    assert isinstance(piece, Input)
    assert (piece.at, piece.data) == ("device", TRANSCRIPT)
    assert piece.attachments == {"certificates": b"chain", "transcript-prefix": b"vca"}


@pytest.mark.parametrize(
    "claims",
    [{"token_format": EAT, "device_token": TOKEN}, {299: [EAT, TOKEN, 4]}, {60000: [2, EAT, TOKEN]}],
)
def test_token_of_a_device(claims: Any) -> None:
    assert outcome(bundle(device=claims)) == {"": "eat", "device": "eat"}


def test_a_bundle_says_whether_the_sets_are_those_of_its_token() -> None:
    sets = {
        "a": {"signed_measurements": TRANSCRIPT},
        "b": {270: "plain"},
        "c": {60000: [1, b"no transcript"]},
    }
    data = bundle(**sets)
    assert outcome(data) == {"": "eat", "a": "dmtf-spdm", "c": "unknown-format"}
    whole = parse_all(data)[0]
    assert isinstance(whole, Evidence)
    assert {fact.status for fact in whole.claims.consistency} == {"matches"}
    resource = {"Id": "CompositeEATBundle", "Status": "Ready", "CompositeEATBundle": b64encode(data).decode()}
    assert set(outcome(json.dumps(resource).encode())) == {
        "CompositeEATBundle",
        "CompositeEATBundle/a",
        "CompositeEATBundle/c",
    }


@pytest.mark.parametrize(
    "claims",
    [
        {270: "plain"},
        {"signed_measurements": "text"},
        {"device_token": TOKEN},
        {60000: []},
        {60000: [1]},
        {60000: [3, TRANSCRIPT]},
        {60000: 5},
        {299: []},
        {299: ["application/spdm-evidence+cbor"]},
        {299: ["application/spdm-evidence+cbor", b"\xff"]},
        {299: [263, TOKEN]},
        [1],
    ],
)
def test_claims_sets_without_evidence(claims: Any) -> None:
    assert unwrap(Input(data=bundle(device=claims))) is None


@pytest.mark.parametrize("parts", [[b""], [b"", b""], [b"", {"a": 5}], 5])
def test_what_is_no_bundle(parts: Any) -> None:
    data = cbor2.dumps(CBORTag(602, parts))
    assert unwrap(Input(data=data)) is None
    assert unwrap(Input(data=data[:-1])) is None
