"""SNP reports to claims JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from benchmarks import _snp_by_hand
from benchmarks.common import Peer, Row, Side, Thunk, committed, corpus, distinct, fleet, to_claims_json
from evidence import parse
from evidence.encode.json import to_json

OURS = Side("evidence", to_claims_json)
PATH = "SNP report to claims JSON"
NEW = ("report_data", "report_id", "host_data", "measurement")
"""What differs between the guests of one platform."""
HOSTILE_BYTES = 64 << 10


def floor(path: Path) -> Thunk:
    """What nobody can leave out: a copy of the bytes, their digest, the text of the document."""
    data = path.read_bytes()
    document = msgspec.json.decode(to_json(parse(data).claims))
    encode = msgspec.json.Encoder().encode

    def thunk() -> object:
        copy = bytes(bytearray(data))
        return sha256(copy).digest(), encode(document)

    return thunk


def by_hand(path: Path) -> Thunk:
    """The same document without this library; that it is the same is checked first."""
    data = path.read_bytes()
    if json.loads(_snp_by_hand.to_json(data)) != json.loads(to_json(parse(data).claims)):
        raise ValueError(f"{path.name}: the baseline gives another document")
    return lambda: _snp_by_hand.to_json(data)


def rows() -> Iterator[Row]:
    reports = corpus("snp/raw/report-v*.bin") or committed("amd-sev-snp", "v[35]-[gmt]*.bin")
    plain = corpus("snp/raw/report-v3*.bin") or committed("amd-sev-snp", "v3-milan.bin")
    least = Side("copy + sha256 + text of the ready document", floor)
    yield Row(PATH, OURS, least, reports, at_most=5)
    yield Row(f"{PATH}, a fleet", Side("evidence", fleet(*NEW)), least, reports, at_most=7)
    yield Row(f"{PATH}, all distinct", Side("evidence", distinct()), least, reports, at_most=7)
    yield Row(PATH, OURS, Side("the same by hand: dict + json.dumps", by_hand), plain, at_most=1 / 3)
    yield Row(
        PATH, OURS, Peer("dk-tee-attestation", "dk-tee-attestation", "dk_tee_attestation_snp.py"), reports
    )
    yield Row(PATH, OURS, Peer("omne-attest", "omne-attest", "omne_attest_snp.py"), reports)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Reports with a certificate table behind them that is as costly as a host can make it."""
    report = committed("amd-sev-snp", "v3-milan.bin")[0].read_bytes()
    leaf = committed("amd-sev-snp", "v2-certificate.attachment")[0].read_bytes()
    vcek, nobody = bytes.fromhex("63da758de6644564adc5f4b93be8accd"), bytes(range(16))
    many = (HOSTILE_BYTES - len(report) - 100) // len(leaf)
    yield "a table of certificates", report + _table((vcek, leaf * min(many, 16)))
    yield "a table of 64 entries", report + _table(*[(nobody, bytes(900))] * 63, (vcek, leaf))
    yield "a table of PEM headers", report + _table((vcek, b"-----BEGIN CERTIFICATE-----\n" * 2000))
    values = leaf[:4] + b"\x05\x00" * 30_000
    yield (
        "a certificate of small values",
        report + _table((vcek, b"\x30\x82" + (60_000).to_bytes(2, "big") + values)),
    )


def _table(*entries: tuple[bytes, bytes]) -> bytes:
    """A GHCB certificate table."""
    at = 24 * (len(entries) + 1)
    head = body = b""
    for guid, content in entries:
        head += guid + at.to_bytes(4, "little") + len(content).to_bytes(4, "little")
        body += content
        at += len(content)
    return head + bytes(24) + body
