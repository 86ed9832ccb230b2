"""Evidence behind binary headers and in protobuf, on vectors of our own with literal offsets."""

from __future__ import annotations

import struct
from hashlib import new, sha256

import cbor2
import pytest
from cbor2 import CBORTag

from evidence.authoring.check import misfit
from evidence.convert import Evidence, parse_all
from evidence.errors import (
    BadEncoding,
    NotEvidence,
    Truncated,
)
from evidence.input import Expect
from evidence.wire.protobuf import WireField, fields
from tests.builtin import BY_NAME
from tests.generate.amd_sev_snp_attached import MILAN_VCEK
from tests.unwrapping import REPORT, error, inner, refusal, unrecognised


def message(quote: bytes, selected: bytes = b"", **changes: int) -> bytes:
    """A GET_QUOTE_RESP."""
    size = 24 + len(selected) + len(quote)
    values = {"major": 1, "type": 1, "size": size, "error": 0, "stated": len(quote)} | changes
    header = struct.pack("<2H3I", values["major"], 0, values["type"], values["size"], values["error"])
    return header + struct.pack("<2I", len(selected), values["stated"]) + selected + quote


@pytest.mark.parametrize("selected", [b"", b"\5" * 16])
@pytest.mark.parametrize("framed", [False, True])
def test_qgs_message(selected: bytes, framed: bool) -> None:  # noqa: FBT001 (a parameter of pytest)
    data = message(REPORT, selected)
    evidence_piece = inner(struct.pack(">I", len(data)) + data if framed else data)
    assert (evidence_piece.data, evidence_piece.at) == (REPORT, "qgs-message")


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (message(REPORT, error=0x12001), 12),
        (message(REPORT, stated=len(REPORT) + 1), 20),
        (message(REPORT, stated=0xFFFFFFFF), 20),
        (message(b""), 20),
        (struct.pack(">I", 24) + message(b"", error=1), 16),
    ],
)
def test_broken_qgs_message(data: bytes, offset: int) -> None:
    assert refusal(data) == ("qgs-message", offset, "")


@pytest.mark.parametrize(
    "data", [message(REPORT, major=2), message(REPORT, type=0), message(REPORT, size=5), message(REPORT)[:20]]
)
def test_not_a_qgs_message(data: bytes) -> None:
    assert unrecognised(data)


@pytest.mark.parametrize("rest", [b"", bytes(2784), b"\1"])
def test_snp_report_response(rest: bytes) -> None:
    evidence_piece = inner(struct.pack("<2I24x", 0, 0x4A0) + REPORT + rest)
    assert evidence_piece.data == REPORT + (rest if any(rest) else b"")
    assert evidence_piece.at == "snp-report-response"


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (struct.pack("<2I24x", 0x16, 0x4A0) + REPORT, 0),
        (struct.pack("<2I", 0x27, 0).ljust(4000, b"\0"), 0),
        (struct.pack("<2I24x", 0, 0x4A0) + REPORT[:-1], 4),
        (struct.pack("<2I24x", 0, 0xFFFFFFFF) + bytes(3968), 4),
    ],
)
def test_broken_snp_report_response(data: bytes, offset: int) -> None:
    assert refusal(data) == ("snp-report-response", offset, "")


@pytest.mark.parametrize(
    "data", [struct.pack("<2I24x", 0, 0x4A1) + REPORT, struct.pack("<2I24x", 0, 0x4A0)[:31], bytes(4000)]
)
def test_not_an_snp_report_response(data: bytes) -> None:
    assert unrecognised(data)


@pytest.mark.parametrize(
    "header",
    [
        struct.pack("<2IQ", 1, 2, len(REPORT)),
        struct.pack("<2IQ", 1, 1, len(REPORT)),
        struct.pack("<I16s4xQ", 3, b"\xa3" * 16, len(REPORT)),
        struct.pack("<I16s4xQ", 2, b"\xa3" * 16, len(REPORT)),
    ],
)
def test_open_enclave(header: bytes) -> None:
    evidence_piece = inner(header + REPORT)
    assert (evidence_piece.data, evidence_piece.at) == (REPORT, "open-enclave")
    assert unrecognised(header + REPORT + b"\0")
    assert unrecognised(header + REPORT[:-1])


SGX_ECDSA = bytes.fromhex("a3a21e871b4d4014b70aa125d2fbcd8c")
SGX = BY_NAME["intel-sgx/v3-chain"].loaded.data


@pytest.mark.parametrize("claims", [b"custom claims of the enclave", bytes(40)])
def test_claims_of_an_enclave_behind_a_quote_are_bound_to_it(claims: bytes) -> None:
    """Open Enclave hashes them into REPORTDATA (0x30 + 320 in a quote), with zeros behind the digest."""
    for binding, status in ((sha256(claims).digest() + bytes(32), "matches"), (bytes(64), "differs")):
        quote = SGX[:368] + binding + SGX[432:]
        body = quote + claims
        header = struct.pack("<I16s4xQ", 3, SGX_ECDSA, len(body))
        (piece,) = parse_all(header + body)
        assert isinstance(piece, Evidence)
        assert (piece.at, piece.input.data, piece.input.attachments) == (
            "open-enclave",
            quote,
            {"runtime-data": claims},
        )
        facts = {fact.name: fact.status for fact in piece.claims.consistency}
        assert facts["report_data-binding"] == status
        assert misfit(piece.type, piece.claims) is None


def thumbprint(key: dict[int, object]) -> bytes:
    return sha256(cbor2.dumps({1: key[1], -1: key[-1], -2: key[-2], -3: key[-3]}, canonical=True)).digest()


def test_attested_signing_service() -> None:
    key: dict[int, object] = {-3: b"y" * 48, 3: -35, 1: 2, -2: b"x" * 48, -1: 2}
    for binding, status in ((thumbprint(key) + bytes(32), "matches"), (b"\1" * 64, "differs")):
        report = REPORT[:0x50] + binding + REPORT[0x90:]
        service = {"attestation": report, "cose_key": key, "snp_endorsements": MILAN_VCEK, "ver": 0}
        header = cbor2.dumps({1: -35, 2: ["attestedsvc"], "attestedsvc": service})
        (piece,) = parse_all(cbor2.dumps(CBORTag(18, [header, {}, b"statement", bytes(96)])))
        assert isinstance(piece, Evidence)
        assert (piece.at, piece.data) == ("protected/attestedsvc/attestation", report)
        facts = {fact.name: fact.status for fact in piece.claims.consistency}
        assert facts["report_data-binding"] == status
        assert {entry.kind for entry in piece.claims.attachments} == {"certificates", "runtime-data"}
        assert misfit(piece.type, piece.claims) is None
    for other in ({}, {"attestation": 1}, 5):
        header = cbor2.dumps({1: -35, "attestedsvc": other})
        assert unrecognised(cbor2.dumps([header, {}, b"statement", bytes(96)]))
    bare = cbor2.dumps({"attestedsvc": {"attestation": REPORT}})
    (piece,) = parse_all(cbor2.dumps([bare, {}, b"statement", bytes(96)]))
    assert isinstance(piece, Evidence)
    assert not piece.claims.consistency


@pytest.mark.parametrize(
    "header", [struct.pack("<2IQ", 1, 3, len(REPORT)), struct.pack("<I16s4xQ", 4, b"", len(REPORT)), b"\1"]
)
def test_not_open_enclave(header: bytes) -> None:
    assert unrecognised(header + REPORT)


def varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def member(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


KEY = b"\xa1\1\2 a COSE key"
LAYERS = member(2, member(1, b"a certificate")) + member(3, b"")


def oak(platform: int = 1, report: bytes = REPORT) -> bytes:
    return member(1, b"\x08" + varint(platform) + member(2, report) + member(3, KEY)) + LAYERS


def test_oak_evidence() -> None:
    evidence_piece = inner(oak())
    assert (evidence_piece.data, evidence_piece.at) == (REPORT, "root_layer/remote_attestation_report")
    digest = new("sha256", KEY).digest()
    assert evidence_piece.expects == (Expect("report_data", digest, "eca-public-key", "sha-256"),)


def test_oak_dice_data() -> None:
    data = member(1, oak()) + member(2, b"keys")
    data = struct.pack("<Q", len(data)) + data
    assert inner(data).data == oak()
    (part,) = parse_all(data)
    assert part.at == "evidence/root_layer/remote_attestation_report"
    assert isinstance(part, Evidence)
    assert part.claims.consistency[0].status == "differs"


def test_oak_evidence_of_no_tee() -> None:
    assert isinstance(error(oak(platform=3)), NotEvidence)


@pytest.mark.parametrize(
    "data",
    [
        oak()[:-1],
        oak() + b"\0",
        member(1, b"\x08\1"),
        member(1, member(1, b"") + member(2, REPORT) + member(3, KEY)),
        b"\x0a\xff\xff",
        b"\x0a",
        struct.pack("<Q", len(oak()) + 1) + oak(),
        struct.pack("<Q", 3) + b"\x0a\5a",
        struct.pack("<Q", 2) + b"\x08\1",
    ],
)
def test_not_oak(data: bytes) -> None:
    assert unrecognised(data)


def test_protobuf() -> None:
    data = b"\x08\x96\1" + b"\x11" + struct.pack("<Q", 7) + b"\x1d" + struct.pack("<I", 9) + b"\x22\1a"
    assert list(fields(data)) == [
        WireField(1, 150, 1, 3),
        WireField(2, 7, 4, 12),
        WireField(3, 9, 13, 17),
        WireField(4, b"a", 19, 20),
    ]
    assert list(fields(data, 17)) == [WireField(4, b"a", 19, 20)]
    assert list(fields(b"\x08" + b"\xff" * 9 + b"\1")) == [WireField(1, 2**64 - 1, 1, 11)]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x08", Truncated),
        (b"\x08\x80", Truncated),
        (b"\x0a\2a", Truncated),
        (b"\x11\0\0", Truncated),
        (b"\x0b", BadEncoding),
        (b"\x00\1", BadEncoding),
        (b"\x0f", BadEncoding),
        (b"\x08" + b"\xff" * 9 + b"\2", BadEncoding),
        (b"\x08" + b"\x80" * 10 + b"\1", BadEncoding),
    ],
)
def test_broken_protobuf(data: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        list(fields(data))
