"""What all tests share: where samples are, if they are here."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.plugin import distribution

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # how long an example takes says nothing where tests run side by side

CORPUS = Path(os.environ["EVIDENCE_CORPUS"]) if os.environ.get("EVIDENCE_CORPUS") else None
"""The folder of samples that may not be committed; None where it is not at hand."""


def expected_snp() -> dict[str, Any]:
    """What independent readers say of every SNP report in the corpus, by file name."""
    result: dict[str, Any] = json.loads((CORPUS / "snp" / "expected.json").read_text()) if CORPUS else {}
    return result


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The example type `tiny`, installed as a distribution of its own; the folder of its files."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(distribution(site)))
    yield site / "tiny_evidence"
    forget("tiny_evidence", "broken_plugin")


def forget(*packages: str) -> None:
    """Unload packages of the example types, which the next test has in another folder."""
    for name in [name for name in sys.modules if name.split(".")[0] in packages]:
        del sys.modules[name]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests over samples do not exist where there is no corpus; where there is one, they must find theirs."""
    if CORPUS is not None:
        return
    empty = [item for item in items if _without_samples(item)]
    config.hook.pytest_deselected(items=empty)
    items[:] = [item for item in items if item not in empty]
    if hasattr(config, "workeroutput"):  # of pytest-xdist: the summary is written by another process
        config.workeroutput["deselected"] = [item.nodeid for item in empty]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Tests that do not exist are counted in the summary also where workers run the others; all say the same."""
    reporter = node.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and "deselected" not in reporter.stats:
        names = getattr(node, "workeroutput", {}).get("deselected", [])
        node.config.hook.pytest_deselected(items=[SimpleNamespace(nodeid=name) for name in names])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fails a test that found no sample of its own, instead of skipping it."""
    if _without_samples(item):
        pytest.fail(f"no sample in {CORPUS}", pytrace=False)


def _without_samples(item: pytest.Item) -> bool:
    return any(
        "empty parameter set" in str(mark.kwargs.get("reason", "")) for mark in item.iter_markers("skip")
    )


def pytest_report_header() -> str:
    return f"corpus: {CORPUS or 'none (EVIDENCE_CORPUS), so no test over its samples is made'}"
