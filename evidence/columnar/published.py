"""The columns: their names are paths of claims, and what each holds is said in the claims document's own words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pyarrow as pa

from evidence.columnar.assemble import TYPES
from evidence.columnar.leaves import Leaf

VERSION: Final = "evidence-columns/1"
ERROR_CODE: Final = "error/code"
ERROR: Final = "error/message"
JSON: Final = "claims"
SHA256: Final = "/evidence/sha256"
BESIDE: Final[dict[str, tuple[pa.DataType, str]]] = {
    ERROR_CODE: (TYPES["text"], "Why the input is no evidence: the code of the error that `parse` raises."),
    ERROR: (pa.string(), "The message of that error."),
    JSON: (pa.string(), "The claims document as JSON, where not all that it says has a column here."),
}
"""Columns that are no claims."""


@cache
def recorded() -> Mapping[str, Any]:
    """The list of all columns, as it is published."""
    document: Mapping[str, Any] = json.loads(files("evidence.columnar").joinpath("columns.json").read_text())
    return document


@cache
def kinds() -> Mapping[str, str]:
    """The kind of each column that is a claim."""
    return {path: column["kind"] for path, column in recorded()["columns"].items()}


@cache
def fits() -> Mapping[str, Leaf | None]:
    """What the columns can say: each path with None for anything, or with the one constant that it has in every row."""
    constants = {path: _leaf(value) for path, value in recorded()["constants"].items()}
    return {**constants, **dict.fromkeys(kinds(), None)}


def _leaf(value: Any) -> Leaf:
    leaf: Leaf = tuple(value) if isinstance(value, list) else value
    return leaf


@cache
def schema(*, sha256: bool = False) -> pa.Schema:
    """The Arrow schema of every batch: it is the same for all, whatever the inputs are."""
    columns = recorded()["columns"]
    fields = [pa.field(name, type, metadata={"description": text}) for name, (type, text) in BESIDE.items()]
    if sha256:
        fields.append(pa.field(SHA256, pa.binary()))
    fields += [
        pa.field(path, TYPES[column["kind"]], metadata={"description": column["description"]})
        for path, column in columns.items()
    ]
    constants = json.dumps(recorded()["constants"], separators=(",", ":"))
    return pa.schema(fields, metadata={"schema": VERSION, "constants": constants})
