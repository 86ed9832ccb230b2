"""The list of columns: every path at which the claims of fixed layouts say something, from fixtures and changes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from evidence import EvidenceError, Registry, parse
from evidence.authoring import fixtures
from evidence.authoring.meanings import members
from evidence.columnar.leaves import Leaf, Told, walk
from evidence.columnar.proof import changes, plain
from evidence.columnar.types import SHAPES, has_shape

FLIPS: Final = 4
"""Changes of each fixture, beside those of all bytes that are carried."""
ALTERNATIVES: Final = {"texts": ("set",), "ints": ("unknown",)}
"""Lists that may be empty wherever they were seen."""


def inputs() -> Iterator[bytes]:
    """Valid fixtures of each type that has columns, and changes of them."""
    for name in dict.fromkeys(shape.type for shape in SHAPES):
        kind = Registry.builtin()[name]
        for number, loaded in enumerate(fixtures.valid(kind.fixtures) if kind.fixtures else ()):
            if has_shape(loaded.data):
                yield from changes(loaded.data, number, FLIPS)


def columns() -> str:
    """The file `evidence/columnar/columns.json`."""
    without = tuple({path for shape in SHAPES for path in shape.without})
    told: dict[str, Told] = {}
    values: dict[str, set[Leaf]] = {}
    types = {shape.type for shape in SHAPES}
    for data in inputs():
        try:
            piece = parse(data)
        except EvidenceError:
            continue
        for leaf in walk(piece.claims) if piece.type.name in types else ():
            if not leaf.path.startswith(without):
                if _kind(told.get(leaf.path, leaf)) == "":
                    told[leaf.path] = leaf
                told.setdefault(leaf.path, leaf)
                values.setdefault(leaf.path, set()).add(leaf.value)
    constants = {
        path: plain(leaf.value)
        for path, leaf in told.items()
        if len(values[path]) == 1 and isinstance(leaf.value, str | bool | tuple) and leaf.value != ()
    }
    document: dict[str, Any] = {
        "columns": {
            path: {"kind": _kind(leaf) or _empty(leaf), "description": _description(leaf)}
            for path, leaf in sorted(told.items())
            if path not in constants
        },
        "constants": dict(sorted(constants.items())),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _kind(leaf: Told) -> str:
    value = leaf.value
    if isinstance(value, tuple):
        if not value:
            return ""
        return "texts" if isinstance(value[0], str) else "ints" if isinstance(value[0], int) else "notes"
    return {bool: "bool", int: "int", str: "text"}.get(type(value), "bytes")


def _empty(leaf: Told) -> str:
    """The kind of a list that was empty wherever it was seen."""
    return next(kind for kind, names in ALTERNATIVES.items() if leaf.member in names)


def _description(leaf: Told) -> str:
    return next(member.description for member in members(leaf.structure) if member.name == leaf.member)
