"""What an engine wrote, against what is right: nothing lost, nothing twice, nothing else.

Rows are compared with two things: what `parse` says of each input, in a few columns, and all columns of a conversion in one process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyarrow import dataset

from evidence import EvidenceError, parse
from evidence.columnar.leaves import leaves
from tests.engines.adapters import SCHEMA, claims

WHOLE: Final = pa.schema([pa.field("source", pa.int64()), *SCHEMA])
LOOKED_AT: Final = (
    "/evidence/type",
    "/evidence/version",
    "/target/debug",
    "/bindings/report_data/value",
    "/environments/platform/identifiers/chip_id/value",
    "/environments/platform/tcb/reported_tcb/raw",
)
"""Columns that are compared with `parse` as well."""


def complaints(reports: Path, output: Path) -> Iterator[str]:
    """What is wrong with the files in `output`, a line each; none where all is right."""
    wanted, told, whole = _right(reports)
    rows = dataset.dataset(output, format="parquet").to_table()
    numbers = rows["source"].to_pylist()
    yield from _lines("lost", set(wanted["source"].to_pylist()) - set(numbers))
    yield from _lines("of no input", set(numbers) - set(wanted["source"].to_pylist()))
    yield from _lines("twice", {number for number, count in Counter(numbers).items() if count > 1})
    if sorted(numbers) != wanted["source"].to_pylist():
        return
    numbers.sort()
    rows = rows.select(WHOLE.names).cast(WHOLE).sort_by("source")
    columns = [rows[name].to_pylist() for name in ("error/code", *LOOKED_AT)]
    unlike = [number for number, *row in zip(numbers, *columns, strict=True) if row != told[number]]
    yield from _lines("unlike `parse`", set(unlike))
    for name in WHOLE.names:
        if not rows[name].equals(whole[name]):
            yield f"column {name} is not that of one process"


@cache
def _right(reports: Path) -> tuple[pa.Table, list[list[Any]], pa.Table]:
    """The inputs; of each, by its number, what `parse` says; and the claims of all."""
    wanted = dataset.dataset(reports).to_table().sort_by("source")
    told = [_row(data or b"") for data in wanted["evidence"].to_pylist()]
    return wanted, told, claims(wanted).cast(WHOLE)


def _row(data: bytes) -> list[Any]:
    try:
        piece = parse(data)
    except EvidenceError as error:
        return [error.code, *(None for _ in LOOKED_AT)]
    values = leaves(piece.claims)
    return [None, *(values.get(path) for path in LOOKED_AT)]


def _lines(what: str, numbers: set[int]) -> Iterator[str]:
    if numbers:
        yield f"{len(numbers)} rows {what}: {sorted(numbers)[:5]}"


def errors(output: Path) -> int:
    """How many rows are refused inputs."""
    rows = dataset.dataset(output, format="parquet").to_table(columns=["error/code"])
    return int(rows.num_rows - rows["error/code"].null_count)
