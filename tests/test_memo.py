"""What is remembered is bounded, and changes nothing."""

from __future__ import annotations

from evidence import parse
from evidence.authoring.recipe import Edit, mutate
from evidence.wire.memo import Memo
from tests.builtin import BY_NAME


def test_a_memo_keeps_up_to_its_bound() -> None:
    memo: Memo[int, str] = Memo(3)
    for key in range(3):
        assert memo.keep(key, str(key)) == str(key)
    assert memo == {0: "0", 1: "1", 2: "2"}
    memo.keep(3, "3")
    assert memo == {3: "3"}


def test_what_is_noted_is_noted_each_time() -> None:
    """Lists of the platform recur; the notes about their entries are of each report."""
    report = mutate(BY_NAME["amd-sev-snp/v3-milan"].loaded.data, (Edit(set=0x46, hex="80"),))
    first, second = parse(report), parse(report)
    assert [note.code for note in first.claims.notes] == ["unknown-bits"]
    assert first.claims.notes[0].path == "/environments/platform/attributes/platform_info"
    assert first.claims == second.claims


def test_two_platforms_are_not_mixed_up() -> None:
    """Every value that a remembered list is made of is part of what it is remembered by."""
    report = BY_NAME["amd-sev-snp/v3-milan"].loaded.data
    platform = parse(report).claims.environment("platform")
    for offset, member in ((0x40, "attributes"), (0x180, "tcb"), (0x1E8, "versions"), (0x18A, "values")):
        other = mutate(report, (Edit(set=offset, hex=f"{report[offset] ^ 1:02x}"),))
        assert getattr(parse(other).claims.environment("platform"), member) != getattr(platform, member)
        assert parse(report).claims.environment("platform") == platform
