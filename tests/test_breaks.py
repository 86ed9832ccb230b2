"""Whatever one thing of a built-in type is broken, the gate says which: a seeded sample here, all of them by `make breaks`.

A break that survives is a hole in the gate: it is closed for every type (`evidence/authoring/gate`), never in the sample.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from evidence.registry import EvidenceType
from tests.breaks import code
from tests.breaks.__main__ import chosen, known
from tests.breaks.kinds import Break
from tests.breaks.trial import outcome
from tests.builtin import every_type

ROOT = Path(__file__).parents[1]
COUNT = 6
SEED = 1


@pytest.mark.no_cover
@every_type
def test_what_is_broken_is_named(kind: EvidenceType) -> None:
    """In a process of its own, which forks one for each break."""
    command = [sys.executable, "-m", "tests.breaks", str(COUNT), str(SEED), kind.name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert f"0 of {COUNT} survive" in done.stdout


def test_nothing_broken_is_not_noticed() -> None:
    """What notices a break notices it because of the break."""
    result = outcome(
        "pci-tdisp", Break("nothing", "nothing", ("nothing",), member="title", value="Another title")
    )
    assert not result.noticed, result.reason


@every_type
def test_there_is_something_to_break_of_each_kind(kind: EvidenceType) -> None:
    kinds = {broken.kind for broken in known(kind.name, SEED)}
    assert {"fixture byte", "recorded claim", "fact", "recipe", "schema: required", "schema: enum"} <= kinds
    assert {"row", "field", "label", "entry"} & kinds


def test_each_bound_that_no_fixture_reaches_is_one_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    left = code.UNREACHED
    monkeypatch.setattr(code, "UNREACHED", frozenset())
    folders = {folder for folder, _, _ in left}
    names = [name for name, folder in code.FOLDERS.items() if folder in folders]
    bounds = {name: [broken for broken in code.breaks(name) if broken.kind == "bound"] for name in names}
    for folder, row, number in left:
        name = next(name for name in names if code.FOLDERS[name] == folder)
        assert any(row in one.names and f"[{number} -> " in one.what for one in bounds[name]), (
            folder,
            row,
            number,
        )


def test_the_same_seed_breaks_the_same() -> None:
    import random

    every = known("arm-psa", SEED)
    first, second = ([*map(str, chosen(list(every), 20, random.Random(3)))] for _ in range(2))  # noqa: S311 (repeatable, not secret)
    assert first == second
    assert len(set(first)) == 20
