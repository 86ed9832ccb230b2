"""go-sev-guest and go-tdx-guest: protobufs of our own writing, out of fixtures whose bytes must come back."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from evidence.convert import Evidence, Failure, parse_all
from evidence.wire.protobuf import fields
from tests.builtin import BY_NAME
from tests.generate.amd_sev_snp_attached import CA, MILAN_VCEK

REPORTS = [
    "v2-unknown-product",
    "v3-milan",
    "v3-siena",
    "v4-genoa",
    "v5-genoa",
    "v5-turin",
    "v3-mask-chip-key",
]
QUOTES = ["v4-chain", "v4-ppid-clear", "v4-used-header", "v4-trailing-bytes", "v5-td10", "v5-td15"]
BODY = [(1, 16), (2, 48), (3, 48), (4, 8), (5, 8), (6, 8), *[(number, 48) for number in range(7, 11)]]
BODY += [*[(11, 48)] * 4, (12, 64), (13, 16), (14, 48)]


def varint(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + varint(number >> 7)


def field(number: int, value: int | bytes) -> bytes:
    """One field; what proto3 leaves out is left out."""
    if not value:
        return b""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def little(data: bytes, start: int, size: int) -> int:
    return int.from_bytes(data[start : start + size], "little")


def report(data: bytes) -> bytes:
    """`Report`, by the offsets of ATTESTATION_REPORT."""
    numbers = [
        (1, 0, 4),
        (2, 4, 4),
        (3, 8, 8),
        (6, 0x30, 4),
        (7, 0x34, 4),
        (8, 0x38, 8),
        (9, 0x40, 8),
        (10, 0x48, 4),
    ]
    numbers += [(18, 0x180, 8), (20, 0x1E0, 8), (27, 0x1F0, 8), (30, 0x1F8, 8), (31, 0x200, 8)]
    numbers += [(21 + at, 0x1E8 + at, 1) for at in range(3)] + [(24 + at, 0x1EC + at, 1) for at in range(3)]
    strings = [(4, 0x10, 16), (5, 0x20, 16), (11, 0x50, 64), (12, 0x90, 48), (13, 0xC0, 32), (14, 0xE0, 48)]
    strings += [(15, 0x110, 48), (16, 0x140, 32), (17, 0x160, 32), (19, 0x1A0, 64), (28, 0x2A0, 512)]
    family, model, step = data[0x188:0x18B]
    eax = (family - 15) << 20 | model >> 4 << 16 | 0xF00 | (model & 15) << 4 | step if family else 0
    return b"".join(
        (
            *(field(number, little(data, start, size)) for number, start, size in numbers),
            *(field(number, data[start : start + size]) for number, start, size in strings),
            field(29, eax),
        )
    )


def attestation(data: bytes, chain: bytes = b"") -> bytes:
    return field(1, report(data)) + field(2, chain) + field(3, field(1, 1))


def enclave(data: bytes) -> bytes:
    """`EnclaveReport` of a REPORT."""
    strings = [(1, 0, 16), (3, 20, 28), (4, 48, 16), (5, 64, 32), (6, 96, 32), (7, 128, 32), (8, 160, 96)]
    strings += [(11, 260, 60), (12, 320, 64)]
    numbers = [(2, 16, 4), (9, 256, 2), (10, 258, 2)]
    entries = [field(number, data[start : start + size]) for number, start, size in strings]
    return b"".join(entries + [field(number, little(data, start, size)) for number, start, size in numbers])


def quote(data: bytes) -> bytes:
    """`QuoteV4` or `QuoteV5`."""
    version, start, size = little(data, 0, 2), 48, 584
    if version == 5:
        start, size = 54, little(data, 50, 4)
    head = [(1, 0, 2), (2, 2, 2), (3, 4, 4)]
    header = b"".join(field(number, little(data, at, count)) for number, at, count in head)
    header += field(4, data[10:12]) + field(5, data[8:10]) + field(6, data[12:28]) + field(7, data[28:48])
    body, at = b"", start
    for number, count in BODY:
        if at < start + size:
            body += field(number, data[at : at + count])
            at += count
    if version == 5:
        body = field(1, little(data, 48, 2)) + field(2, size) + field(3, body)
    length = little(data, at, 4)
    own, rest = data[at + 4 : at + 4 + length], data[at + 4 + length :]
    inner = own[134:]
    auth = little(inner, 448, 2)
    chain = inner[450 + auth :]
    qe = field(1, enclave(inner[:384])) + field(2, inner[384:448])
    qe += field(3, field(1, auth) + field(2, inner[450 : 450 + auth]))
    qe += field(4, field(1, little(chain, 0, 2)) + field(2, little(chain, 2, 4)) + field(3, chain[6:]))
    certified = field(1, 6) + field(2, len(inner)) + field(3, qe)
    signed = field(1, own[:64]) + field(2, own[64:128]) + field(3, certified)
    return field(1, header) + field(2, body) + field(3, length) + field(4, signed) + field(5, rest)


def one(data: bytes) -> Evidence | Failure:
    (part,) = parse_all(data)
    return part


CASES: list[tuple[str, Callable[[bytes], bytes]]] = [
    *((f"amd-sev-snp/{name}", attestation) for name in REPORTS),
    *((f"intel-tdx/{name}", quote) for name in QUOTES),
]


@pytest.mark.parametrize(("name", "taken_apart"), CASES, ids=[name for name, _ in CASES])
def test_the_bytes_come_back(name: str, taken_apart: Callable[[bytes], bytes]) -> None:
    data = BY_NAME[name].loaded.data
    evidence_piece = one(taken_apart(data))
    assert isinstance(evidence_piece, Evidence)
    assert evidence_piece.input.data == data
    assert evidence_piece.claims.evidence.bytes == "rebuilt"
    assert evidence_piece.claims.environments == BY_NAME[name].read().claims.environments


def test_the_chain_is_attached() -> None:
    data = BY_NAME["amd-sev-snp/v3-milan"].loaded.data
    evidence_piece = one(
        attestation(data, field(1, MILAN_VCEK) + field(2, CA.ask) + field(3, CA.ark) + field(7, b"\x0a\1x"))
    )
    assert isinstance(evidence_piece, Evidence)
    assert [entry.source for entry in evidence_piece.claims.certificates] == ["vcek", "ask", "ark"]
    assert evidence_piece.claims.environment("vek").origin == "certificate"
    for chain in (b"\x0a", field(1, 5)):
        evidence_piece = one(attestation(data, chain))
        assert isinstance(evidence_piece, Evidence)
        assert not evidence_piece.claims.attachments


MILAN, TD = BY_NAME["amd-sev-snp/v3-milan"].loaded.data, BY_NAME["intel-tdx/v4-chain"].loaded.data
TD_HEADER = quote(TD)[: 2 + quote(TD)[1]]


def milan(old: bytes, new: bytes) -> bytes:
    assert old in report(MILAN)
    return field(1, report(MILAN).replace(old, new, 1))


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (attestation(BY_NAME["amd-sev-snp/v6-venice"].loaded.data), "report/1"),
        (milan(field(2, 7), field(2, 1 << 32)), "report/2"),
        (milan(field(2, 7), field(2, b"7777777")), "report/2"),
        (milan(field(4, bytes(16)), field(4, bytes(15))), "report/4"),
        (milan(field(4, bytes(16)), field(4, 16)), "report/4"),
        (milan(field(4, bytes(16)), b""), "report/4"),
        (TD_HEADER, "2/1"),
        (TD_HEADER + field(2, b"x"), "2"),
        (TD_HEADER + field(2, 1), "2"),
    ],
)
def test_what_cannot_be_put_together(data: bytes, path: str) -> None:
    evidence_piece = one(data)
    assert isinstance(evidence_piece, Failure)
    assert evidence_piece.error.code == "carrier-error"
    assert getattr(evidence_piece.error, "path", None) == path


@pytest.mark.parametrize(
    "data",
    [
        attestation(MILAN) + field(4, 1),
        field(1, report(MILAN) + field(32, 1)),
        field(1, report(MILAN) + field(1, 3)),
        field(1, report(MILAN) + field(4, b"sixteen bytes...")),
        field(1, report(MILAN).replace(field(28, MILAN[0x2A0:]), b"")),
        quote(TD) + field(6, b"x"),
        quote(TD).replace(field(1, 4), field(1, 6), 1),
        field(1, b"\x08"),
    ],
)
def test_what_is_not_recognised(data: bytes) -> None:
    evidence_piece = one(data)
    assert isinstance(evidence_piece, Failure)
    assert evidence_piece.error.code == "unknown-format"


# protobuf's JSON -----------------------------------------------------------------------------------

NUMBERS = {1: "version", 2: "guest_svn", 3: "policy", 6: "vmpl", 7: "signature_algo", 8: "current_tcb", 9: "platform_info",
           10: "signer_info", 18: "reported_tcb", 20: "committed_tcb", 21: "current_build", 22: "current_minor",
           23: "current_major", 24: "committed_build", 25: "committed_minor", 26: "committed_major", 27: "launch_tcb",
           29: "cpuid1eax_fms", 30: "launch_mit_vector", 31: "current_mit_vector"}  # fmt: skip
STRINGS = {4: "family_id", 5: "image_id", 11: "report_data", 12: "measurement", 13: "host_data", 14: "id_key_digest",
           15: "author_key_digest", 16: "report_id", 17: "report_id_ma", 19: "chip_id", 28: "signature"}  # fmt: skip
LONG = frozenset({3, 8, 9, 18, 20, 27, 30, 31})
"""Fields of 64 bits, which JSON has in digits."""


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def report_json(data: bytes, rename: Callable[[str], str] = camel) -> dict[str, Any]:
    """`Report` as protojson writes it: what is zero is left out."""
    members: dict[str, Any] = {}
    for one in fields(report(data)):
        if isinstance(one.value, int):
            members[rename(NUMBERS[one.number])] = str(one.value) if one.number in LONG else one.value
        else:
            members[rename(STRINGS[one.number])] = base64.b64encode(one.value).decode()
    return members


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("rename", [camel, str])
def test_a_report_in_the_json_of_protobuf(name: str, rename: Callable[[str], str]) -> None:
    data = BY_NAME[f"amd-sev-snp/{name}"].loaded.data
    inside = report_json(data, rename)
    chain = {rename("vcek_cert"): base64.b64encode(MILAN_VCEK).decode(), "extras": {}}
    for document, at in (
        ({"report": inside, rename("certificate_chain"): chain, "product": {"name": 1}}, "report"),
        (inside, "report"),
        ({"a": {"report": inside}}, "a/report"),
    ):
        (piece,) = parse_all(json.dumps(document).encode())
        assert isinstance(piece, Evidence), piece
        assert (piece.at, piece.data) == (at, data)
        assert piece.claims.evidence.carriers[-1].name == "go-sev-guest"
        attached = [entry.kind for entry in piece.claims.attachments]
        assert attached == (["certificates"] if document.keys() >= {"product"} else [])


@pytest.mark.parametrize(
    "change",
    [
        {"laterField": 1},
        {"reportData": "AA=="},
        {"reportData": "*"},
        {"reportData": 5},
        {"vmpl": "x"},
        {"vmpl": -1},
        {"vmpl": [1]},
        {"vmpl": 1 << 32},
        {"version": 6},
    ],
)
def test_a_report_in_json_that_does_not_fit(change: dict[str, Any]) -> None:
    evidence_piece = one(json.dumps({"report": report_json(MILAN) | change}).encode())
    assert isinstance(evidence_piece, Failure)
    assert evidence_piece.error.code == "carrier-error"
