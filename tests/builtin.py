"""The valid fixtures of every registered type, for tests of what holds for all of them."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import msgspec
import pytest

from evidence import parse
from evidence.authoring import fixtures
from evidence.convert import Evidence
from evidence.encode.json import to_json
from evidence.registry import EvidenceType, Registry


class Case(NamedTuple):
    """One valid fixture of one type."""

    type: EvidenceType
    loaded: fixtures.Loaded

    @property
    def name(self) -> str:
        return f"{self.type.name}/{self.loaded.name}"

    def read(self) -> Evidence:
        """The fixture as it is read, with its options and attachments, forced or not."""
        return _read(self.name)

    def document(self) -> dict[str, Any]:
        """Its claims as plain JSON values."""
        result: dict[str, Any] = msgspec.json.decode(to_json(self.read().claims))
        return result


CASES = tuple(
    Case(kind, loaded)
    for kind in Registry.builtin()
    for loaded in (fixtures.valid(kind.fixtures) if kind.fixtures else ())
)
BY_NAME = {case.name: case for case in CASES}

every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
every_type = pytest.mark.parametrize("kind", tuple(Registry.builtin()), ids=lambda kind: kind.name)


@cache
def _read(name: str) -> Evidence:
    case = BY_NAME[name]
    return parse(
        case.loaded.data,
        type=case.type.name if case.loaded.fixture.force else None,
        options=case.loaded.fixture.options or None,
        attachments=case.loaded.attachments,
    )


def numbers(value: Any) -> list[int]:
    """Every integer in plain values."""
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []
