"""The adapters of `examples/engines` are as short as is said, and their engines are no dependency; `make engines` runs them."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from tests.engines.engines import ENGINES, KILLED

ROOT = Path(__file__).parents[1]
ADAPTERS = sorted((ROOT / "examples" / "engines").glob("on_*.py"))
NAMES = {"spark": "pyspark", "ray": "ray", "duckdb": "duckdb", "polars": "polars", "dask": "dask"}
"""The distribution of each engine."""


def lines(path: Path) -> int:
    """Lines of code: none that are empty, and no docstrings."""
    tree = ast.parse(path.read_text())
    prose = {
        number
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    text = path.read_text().splitlines()
    return sum(bool(line.strip()) and number not in prose for number, line in enumerate(text, 1))


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda path: path.stem)
def test_an_adapter_has_ten_lines_at_most(path: Path) -> None:
    assert 3 <= lines(path) <= 10


def test_every_engine_has_its_adapter_and_is_run() -> None:
    assert {path.stem.removeprefix("on_") for path in ADAPTERS} == set(ENGINES) == set(NAMES)
    assert set(ENGINES) > KILLED == {"spark", "ray"}
    assert "make engines" in (ROOT / ".ci" / "run").read_text().splitlines()


def test_no_engine_is_a_dependency_of_the_library() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {name: wanted for name, wanted in project["optional-dependencies"].items() if name != "dev"}
    wanted = [*project["dependencies"], *(one for extra in extras.values() for one in extra)]
    assert len(wanted) > 8
    assert not [one for one in wanted for name in NAMES.values() if one.startswith(name)]
    installed = (ROOT / "tests" / "engines" / "requirements.txt").read_text().splitlines()
    for name in NAMES.values():
        assert sum(line.startswith(name) for line in installed) == 1
