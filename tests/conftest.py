"""What all tests share: where samples are, if they are here."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plugin import distribution

CORPUS = Path(os.environ["EVIDENCE_CORPUS"]) if os.environ.get("EVIDENCE_CORPUS") else None
"""The folder of samples that may not be committed; None where it is not at hand."""


def expected_snp() -> dict[str, Any]:
    """What independent readers say of every SNP report in the corpus, by file name."""
    found: dict[str, Any] = json.loads((CORPUS / "snp" / "expected.json").read_text()) if CORPUS else {}
    return found


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The example type `tiny`, installed as a distribution of its own; the folder of its files."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(distribution(site)))
    yield site / "tiny_data"
    for module in ("tiny_plugin", "broken_plugin"):
        sys.modules.pop(module, None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests over samples do not exist where there is no corpus; where there is one, they must find theirs."""
    empty = [item for item in items if any(_without_samples(mark) for mark in item.iter_markers("skip"))]
    if CORPUS is not None and empty:
        raise pytest.UsageError(f"no sample in {CORPUS} for {', '.join(item.nodeid for item in empty)}")
    config.hook.pytest_deselected(items=empty)
    items[:] = [item for item in items if item not in empty]


def _without_samples(mark: pytest.Mark) -> bool:
    return "empty parameter set" in str(mark.kwargs.get("reason", ""))


def pytest_report_header() -> str:
    return f"corpus: {CORPUS or 'none (EVIDENCE_CORPUS), so no test over its samples is made'}"
