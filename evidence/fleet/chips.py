"""Identifiers that several rows have, told exactly: the table is read once for each part of the identifiers.

A part is an identifier's share by its bytes, so that only the identifiers of one part are in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evidence.fleet.document import Chips, Repeated
from evidence.fleet.table import ClaimsTable

PART: Final = 500_000
"""Rows of one part, about."""
SHOWN: Final = 20
"""Identifiers that are named: those that most rows have."""


def chips(table: ClaimsTable, *, identifiers: bool) -> Iterator[Chips]:
    """How often each identifier of machines repeats."""
    for path in table.columns.chips:
        rows = sum(len(array) for array in _values(table, path))
        if not rows:
            continue
        distinct = repeated = 0
        most: list[tuple[int, bytes]] = []
        parts = -(-rows // PART)
        for part in range(parts):
            counts = _counts(table, path, part, parts)
            distinct += len(counts)
            several = counts.filter(pc.greater(counts.field("counts"), 1))
            repeated += len(several)
            most = sorted([*most, *_most(several)], key=lambda item: (-item[0], item[1]))[:SHOWN]
        named = tuple(Repeated(count, value.hex()) for count, value in most) if identifiers else ()
        yield Chips(path.removesuffix("/value"), rows, distinct, repeated, named)


def _values(table: ClaimsTable, path: str) -> Iterator[pa.Array]:
    for columns in table.batches({path: pa.large_binary()}):
        yield columns[path].drop_null()


def _counts(table: ClaimsTable, path: str, part: int, parts: int) -> pa.StructArray:
    """How many rows have each identifier of one part."""
    arrays = [_of_part(array, part, parts) for array in _values(table, path)]
    return pa.chunked_array(arrays, pa.large_binary()).combine_chunks().value_counts()


def _of_part(array: pa.Array, part: int, parts: int) -> pa.Array:
    return array if parts == 1 else array.filter(pa.array(_shares(array) % parts == part))


def _shares(array: pa.Array) -> npt.NDArray[Any]:
    """A number for each identifier, the same for equal ones: a sum of its bytes, each multiplied by its own odd number."""
    packed = pa.concat_arrays([array])  # of its own buffers, from their first byte
    offsets = np.frombuffer(packed.buffers()[1], np.int64, len(packed) + 1, packed.offset * 8)
    start, end = int(offsets[0]), int(offsets[-1])
    sizes = np.diff(offsets)
    content = np.frombuffer(packed.buffers()[2] or b"", np.uint8)[start:end].astype(np.uint64)
    places = np.arange(end - start, dtype=np.uint64) - np.repeat(offsets[:-1] - start, sizes).astype(
        np.uint64
    )
    weights = (places * np.uint64(0x9E37_79B9_7F4A_7C15)) | np.uint64(1)
    sums = np.concatenate([[np.uint64(0)], np.cumsum((content + np.uint64(1)) * weights, dtype=np.uint64)])
    total = sums[offsets[1:] - start] - sums[offsets[:-1] - start]
    return np.asarray((total ^ (total >> np.uint64(29))) >> np.uint64(3))


def _most(several: pa.StructArray) -> Iterator[tuple[int, bytes]]:
    """Those that most rows have; of equal counts the lowest first."""
    if len(several):
        order = pc.sort_indices(
            pa.Table.from_arrays(several.flatten(), ["value", "count"]),
            sort_keys=[("count", "descending"), ("value", "ascending")],
        )[:SHOWN]
        for row in several.take(order).to_pylist():
            yield row["counts"], row["values"]
