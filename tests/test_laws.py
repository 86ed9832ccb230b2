"""The laws over a folder of samples: nothing is broken, and what is broken is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import laws
from tests.builtin import BY_NAME


def folder(tmp_path: Path, *names: str) -> str:
    for name in names:
        (tmp_path / name.replace("/", "-")).write_bytes(BY_NAME[name].loaded.data)
    return str(tmp_path)


def test_no_law_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("amd-sev-snp/v3-milan", "intel-tdx/v4-chain", "eat/submodules-json")
    assert laws.main(folder(tmp_path, *names)) == 0
    assert capsys.readouterr().out == "3 pieces of evidence, 0 ways in which a law is broken\n"


def test_a_broken_law_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.convert.Evidence.unsigned", lambda _: ())
    assert laws.main(folder(tmp_path, "intel-tdx/v4-chain"), 64) > 0
    assert "is unsigned and decides /environments/pck" in capsys.readouterr().out
