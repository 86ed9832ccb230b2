"""SPDM evidence to claims JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.common import Peer, Row, Side, Thunk, committed, corpus, distinct, to_claims_json
from evidence import parse
from evidence.types.spdm import TYPE


def to_native(path: Path) -> Thunk:
    """As much as the peer does: a report to its fields."""
    source = parse(path.read_bytes()).input
    return lambda: TYPE.read(source)


OURS = Side("evidence", to_claims_json)
DISTINCT = Side("evidence", distinct())
READING = Side("evidence", to_native)
VERIFIER = Peer("nv-local-gpu-verifier", "nv-local-gpu-verifier==2.7.3", "nv_local_gpu_verifier.py")


def rows() -> Iterator[Row]:
    reports = corpus("spdm/nvidia/*opper*.report.bin") or committed("dmtf-spdm", "v11-nvidia-gpu.bin")
    yield Row("NVIDIA report (64 blocks) to claims JSON", OURS, VERIFIER, reports, at_most=0.4)
    yield Row("NVIDIA report (64 blocks), all distinct", DISTINCT, VERIFIER, reports, at_most=0.4)
    yield Row("NVIDIA report (64 blocks) to its fields", READING, VERIFIER, reports)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Pairs without number, and messages of 4 bytes."""
    digests = bytes.fromhex("12810000") + bytes.fromhex("12010000")
    pair = bytes.fromhex("11e00000") + bytes.fromhex("1160000000000000") + bytes(34)
    yield "pairs", pair * 1400
    yield "digests", bytes.fromhex("12830000") + bytes(32) + digests * 8000
