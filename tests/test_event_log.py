"""TCG event logs: how one ends, what is refused, and their replay, which says one word for each register."""

from __future__ import annotations

import json
from hashlib import sha384
from typing import Any

import pytest

import evidence
from evidence import limits
from evidence.errors import EvidenceError
from evidence.logs import tcg
from tests.generate.dcap import u32
from tests.generate.intel_tdx import (
    DSTACK,
    EDK2,
    LOGGED,
    SHA384,
    SM3,
    D,
    body,
    event,
    extend,
    first,
    v4,
)

START = first(1, SHA384)
ONE = event(1, 4, D[0])
DIGEST = {"imr": 0, "event_type": 4, "digest": D[0].hex(), "event": "", "event_payload": ""}


def replay(log: bytes, rtmrs: list[bytes] = LOGGED) -> list[str]:
    """What the log says to each register of a quote that has these."""
    piece = evidence.parse(v4(inside=body(584, rtmrs)), attachments={"event-log": log})
    return [fact.status for fact in piece.claims.consistency[1:]]


def refused(log: bytes) -> EvidenceError:
    """Why a log is not read."""
    with pytest.raises(EvidenceError) as caught:
        replay(log)
    return caught.value


@pytest.mark.parametrize(
    "filler",
    [
        b"",
        b"\0",
        b"\xff" * 7,
        b"\0" * 8,
        b"\xff" * 4096,
        b"\0" * 4096,
    ],
)
def test_a_log_ends_with_its_bytes_or_its_filler(filler: bytes) -> None:
    assert len(tcg.read(START + ONE + filler).events) == 2


def test_an_event_has_its_place() -> None:
    _, result = tcg.read(START + ONE).events
    assert (result.register, result.number, result.type, result.digests) == ("rtmr0", 1, 4, {"sha-384": D[0]})
    assert (START + ONE)[result.start : result.end] == ONE


@pytest.mark.parametrize("filler", [b"\0" * 8 + b"\1", b"\xff" * 9 + b"\0", b"\0\0\0\0\0\0\0\xff"])
def test_nothing_hides_behind_a_filler(filler: bytes) -> None:
    assert refused(START + ONE + filler).code in {"bad-encoding", "truncated"}


@pytest.mark.parametrize(
    ("log", "code", "offset"),
    [
        (START[:40] + b"4" + START[41:] + ONE, None, None),  # no log, so not a broken one
        (START[:50], "truncated", 32),
        (START + ONE[:-1], "truncated", len(START) + 66),
        (START + ONE[:8] + u32(2) + ONE[12:], "constraint-violation", len(START) + 8),
        (START + event(1, 4, bytes(32), number=11), "constraint-violation", len(START) + 12),
        (START + event(1, 4, bytes(32), number=0x99), "constraint-violation", len(START) + 12),
        (first(1, SHA384, SM3) + ONE[:8] + u32(2) + ONE[12:62] * 2, "constraint-violation", 131),
        (first(1, (12, 47)) + ONE, "constraint-violation", 62),
    ],
)
def test_broken_logs(log: bytes, code: str | None, offset: int | None) -> None:
    if code is None:
        assert replay(log) == []
        return
    error = refused(log)
    assert (error.code, getattr(error, "offset", None)) == (code, offset)
    assert getattr(error, "path", "") == "/attachments/event-log"


def test_a_digest_by_an_unknown_algorithm_is_kept_and_proves_nothing() -> None:
    log = first(1, (0x99, 3)) + event(1, 4, bytes(3), number=0x99)
    assert replay(log)[0] == "not-computable"
    _, one = tcg.read(log).events
    assert (one.digests, one.others) == ({}, ((0x99, bytes(3)),))


def test_the_number_of_events_is_bounded() -> None:
    nothing = u32(1) + u32(4) + u32(0) + u32(0)
    error = refused(START + nothing * (limits.LOG_ENTRIES + 1))
    assert error.code == "limit-exceeded"


def test_an_event_without_a_digest_of_the_registers_kind_makes_its_register_not_computable() -> None:
    assert replay(START + ONE + u32(1) + u32(4) + u32(0) + u32(0))[0] == "not-computable"


def test_each_register_says_for_itself() -> None:
    assert replay(EDK2) == ["matches", "matches", "matches", "not-in-log"]
    assert replay(EDK2, [LOGGED[0], D[0], D[0], bytes(48)]) == ["matches", "differs", "not-in-log", "matches"]


def test_a_computed_value_stands_beside_the_word() -> None:
    piece = evidence.parse(v4(inside=body(584, LOGGED)), attachments={"event-log": EDK2})
    fact = next(fact for fact in piece.claims.consistency if fact.name == "rtmr0-replay")
    assert fact.computed == extend(D[0], D[1])
    assert piece.where("/consistency/rtmr0-replay").layer == "attachment:event-log"


@pytest.mark.parametrize(
    "events",
    [
        [{**DIGEST, "digest": "xx"}],
        [{**DIGEST, "digest": "00"}],
        [{**DIGEST, "event_type": 0x08000001, "event_payload": "0"}],
        [{**DIGEST, "imr": "0"}],
        [{"imr": 0}],
        [1],
        [[]],
    ],
)
def test_broken_logs_of_dstack(events: list[Any]) -> None:
    error = refused(json.dumps(events).encode())
    assert error.code == "bad-encoding"
    assert getattr(error, "path", "") == "/attachments/event-log"


def test_a_log_of_dstack_is_json() -> None:
    assert refused(b"[").code == "bad-encoding"
    assert refused(b"[" * 100).code == "limit-exceeded"
    assert replay(b" " + DSTACK, [*LOGGED[:3], bytes(48)])[3] == "differs"
    assert replay(b"[]", [bytes(48)] * 4) == ["matches"] * 4


def test_an_event_that_extends_nothing_extends_nothing() -> None:
    log = json.dumps([{**DIGEST, "event_type": 3}]).encode()
    assert replay(log, [bytes(48)] * 4) == ["matches"] * 4
    assert replay(START + event(1, 3, D[0]), [bytes(48)] * 4) == ["matches"] * 4


def test_a_runtime_event_of_dstack_counts_as_its_content_whatever_digest_it_states() -> None:
    stated = {**DIGEST, "imr": 3, "event_type": 0x08000001, "event": "e", "event_payload": "00"}
    digest = sha384(u32(0x08000001) + b":e:\0").digest()
    log = json.dumps([stated]).encode()
    assert replay(log, [bytes(48), bytes(48), bytes(48), extend(digest)]) == ["matches"] * 4
