"""Freezing the schemas of a release: all of them, and never over one that readers would miss something of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docs.release import broken, freeze
from evidence.types import BUILTIN

KIND = BUILTIN[0]


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / f"{KIND.name}.schema.json"
    schema = json.loads(path.read_text())
    change(schema)
    path.write_text(json.dumps(schema))


def test_every_schema_is_frozen(tmp_path: Path) -> None:
    assert freeze(tmp_path) == 0
    for kind in BUILTIN:
        assert kind.schema is not None
        assert (tmp_path / f"{kind.name}.schema.json").read_bytes() == kind.schema.read_bytes()
    assert freeze(tmp_path) == 0


def guest(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"]["guest"]
    return found


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda s: s["properties"].update(more={"type": "string"}), "removed"),
        (lambda s: guest(s)["required"].remove("id"), "newly required"),
        (lambda s: guest(s)["properties"]["debug"]["enum"].append("perhaps"), "enum is narrower"),
        (lambda s: guest(s)["properties"]["id"].update(const="host"), "const is"),
        (lambda s: s["properties"]["environments"].update(type="object"), "type is"),
    ],
)
def test_nothing_is_frozen_over_what_readers_would_miss(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    freeze(tmp_path)
    edit(tmp_path, change)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    reasons = list(broken(KIND, tmp_path))
    assert any(text in reason for reason in reasons), reasons
    assert freeze(tmp_path) == 1
    assert f"{KIND.name}: " in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
