"""The names in the code: nouns of the field, and one class of a name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = sorted((ROOT / "evidence").rglob("*.py"))
NO_NOUNS: Final = frozenset({"found", "given", "held", "called", "about", "asked", "seen", "said"})
"""Words that say nothing of what a value is."""
STRUCTURES: Final = {"Certificate", "Version"}
"""Layouts that have the name of a message in its specification (DSP0274), which their errors say."""


def names(path: Path) -> Iterator[tuple[str, int]]:
    """Every name that a module defines or uses, with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.keyword(arg=str(name)):
                yield name, node.value.lineno


def test_a_name_says_what_it_is() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in PACKAGE
        for name, line in names(path)
        if NO_NOUNS & {*name.lower().split("_")}
    ]
    assert wrong == []


def test_a_class_has_a_name_of_its_own() -> None:
    """Two classes of one name in two modules are told apart by nobody who reads a message or a search."""
    where: dict[str, list[str]] = defaultdict(list)
    for path in PACKAGE:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where[node.name].append(str(path.relative_to(ROOT)))
    assert {name for name, paths in where.items() if len(paths) > 1} == STRUCTURES
