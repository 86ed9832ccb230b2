"""Every fact of the tables of the corpus: signatures, bindings and chains of real samples, and systematic negatives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import pytest

from evidence.convert import Evidence
from evidence.types.spdm.beside import root_first
from evidence.verify import Trust, path, verify
from evidence.verify.types.spdm import DICE
from tests.verifying import (
    JUDGED,
    Row,
    certificates,
    facts,
    message,
    negatives,
    pieces,
    report,
    the_piece,
    trust,
)

FACTS: Final = [*facts()]
NEGATIVES: Final = [*negatives()]
BARE: Final = ("eat-cose", "jws", "cose", "jose")
"""Rows about a message that is no evidence by itself."""
WAITS: Final = "tpm-quote"
"""Quotes of a TPM have no type yet."""
NAMES: Final = {("arm-cca", "token"): "platform"}
"""A CCA platform's token goes by that name here."""
REFUSED: Final = {
    "HS256": "refused-algorithm",  # outside of the list for tokens
    "RS256": "refused-algorithm",
    "good (alg and curve are not a pair of RFC 9864; legal in RFC 9053)": "refused-key",
}
"""Rows that are good by their bytes, and where refusing the algorithm, or the curve, is right."""


def cases(row: Row) -> Iterator[tuple[datetime, str | None]]:
    """Times and what they must give: a chain is asked at both ends of its window, and a second outside of them."""
    if row.kind != "chain" or row.reason or row.window in {"", "-"} or row.all("at"):
        yield row.at if row.reason or row.all("at") else inside(row), row.reason
        return
    start, end = (datetime.fromisoformat(text) for text in row.window.split("/"))
    second = timedelta(seconds=1)
    yield start, None
    yield end, None
    yield start - second, "not-yet-valid"
    if end.year < 9999:
        yield end + second, "expired"


def inside(row: Row) -> datetime:
    """A time at which what belongs to a fact without a window is valid."""
    return JUDGED if row.kind == "chain" else JUDGED - timedelta(days=200)


def outcome(row: Row, at: datetime) -> str | None:
    """The reason that verification gives; `refused` where the format already refuses the evidence."""
    if row.type in BARE:
        return message(row)
    if row.type == "certificate":
        return bare_chain(row, at)
    piece = the_piece(row)
    if piece is None:
        return "refused"
    role = next((signed.by for signed in piece.signed() if signed.name == name_of(row)), "nobody")
    check = report(row, piece, role, at).check(f"{row.kind}:{name_of(row)}")
    if check.window is not None and row.window not in {"", "-"} and not row.all("crl"):
        assert f"{check.window.not_before}/{check.window.not_after}" == row.window
    return check.reason


def name_of(row: Row) -> str:
    return NAMES.get((row.type, row.name), row.name)


def bare_chain(row: Row, at: datetime) -> str | None:
    """The path of certificates that belong to no evidence."""
    read = certificates(row.file)
    trusted = trust(row, None, "")
    anchors = [anchor for anchor, _ in trusted.anchors]
    among = [*(helper for helper, _ in trusted.intermediates), *read]
    time = at.replace(tzinfo=None).isoformat() + "Z"
    way = path.check(root_first(read)[-1], anchors, among, time, understood=DICE)
    if way.window is not None:
        assert "/".join(way.window) == row.window
    return way.reason


def holds(row: Row) -> list[str]:
    """What is wrong with a row; nothing, if it holds."""
    wrong = []
    for at, expected in cases(row):
        wanted = REFUSED.get(row.by, REFUSED.get(row.result, expected))
        result = outcome(row, at)
        if result not in {wanted, "refused"}:
            wrong.append(f"{row}: at {at} {result}, expected {wanted}")
    return wrong


FILES: Final = list(dict.fromkeys(row.file for row in FACTS))


@pytest.mark.parametrize("file", FILES)
def test_every_fact_about_a_sample_holds(file: str) -> None:
    rows = [row for row in FACTS if row.file == file and row.type != WAITS]
    assert [wrong for row in rows for wrong in holds(row)] == []


@pytest.mark.parametrize("facts", [FACTS] if FACTS else [], ids=["expected.tsv"] if FACTS else [])
def test_no_fact_is_left_out(facts: list[Row]) -> None:
    kinds = Counter(row.kind for row in facts if row.type != WAITS)
    assert kinds == {"signature": 532, "binding": 337, "chain": 204}
    assert Counter(row.type for row in facts)[WAITS] == 10
    refused = [
        row for row in facts if row.type not in {*BARE, "certificate", WAITS} and the_piece(row) is None
    ]
    assert len(refused) < 130  # samples that their format refuses: nothing about them can be believed


@pytest.mark.parametrize("row", NEGATIVES, ids=lambda row: f"{row.file}-{row.kind}-{row.name}-{row.result}")
def test_every_negative_fails_at_the_check_that_is_named(row: Row) -> None:
    wanted = {row.reason, "refused"} if row.reason else {None}
    if "leaf-p256" in str(row.arguments) and row.kind == "signature":
        wanted = {"refused-key"}  # a key of another curve: said more exactly than the table does
    assert outcome(row, row.at) in wanted


@pytest.mark.parametrize(
    "negatives", [NEGATIVES] if NEGATIVES else [], ids=["negatives"] if NEGATIVES else []
)
def test_no_negative_is_left_out(negatives: list[Row]) -> None:
    assert len(negatives) == 163
    assert sum(row.reason is None for row in negatives) > 30  # a checker that refuses everything fails these


@pytest.mark.parametrize(
    "file", list(dict.fromkeys(row.file for row in FACTS if row.type not in {*BARE, "certificate"}))
)
def test_with_an_empty_trust_nothing_is_verified(file: str) -> None:
    for piece in pieces(file):
        if isinstance(piece, Evidence):
            done = verify(piece, trust=Trust(), at=JUDGED)
            assert any(not check.passed for check in done.checks)
            assert done.document().verdict == "not-verified"
            assert not done.document().anchors
