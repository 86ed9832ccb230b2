"""Columns out of templates: what is constant by look-up, what is bytes of the input by copying them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from evidence.columnar.keys import Matrix
from evidence.columnar.leaves import Leaf
from evidence.columnar.templates import Slice, Template

NOTE: Final = pa.struct([("code", pa.string()), ("path", pa.string()), ("detail", pa.string())])
TYPES: Final[dict[str, pa.DataType]] = {
    "text": pa.dictionary(pa.int32(), pa.string()),
    "int": pa.int64(),
    "bool": pa.bool_(),
    "bytes": pa.binary(),
    "texts": pa.list_(pa.string()),
    "ints": pa.list_(pa.int64()),
    "notes": pa.list_(NOTE),
}
"""The kinds of columns. What no row of a batch says is null there, and nothing else is."""
Index = npt.NDArray[np.int32]
"""The template of each row."""
Mask = npt.NDArray[np.bool_]


class PathValues(NamedTuple):
    """The values of one path in all templates, ready to be looked up. `numbers` are integers, or the numbers of `words`."""

    values: pa.Array
    numbers: npt.NDArray[Any] | None
    words: pa.Array | None
    absent: Mask | None
    slices: tuple[Slice | None, ...]

    def rows(self, index: Index, matrix: Matrix | None) -> pa.Array:
        """The value of each row."""
        if matrix is not None and any(self.slices):
            return self._bytes(index, matrix)
        if self.numbers is None:
            return self.values.take(pa.array(index))
        array = pa.array(self.numbers[index], mask=None if self.absent is None else self.absent[index])
        return array if self.words is None else pa.DictionaryArray.from_arrays(array, self.words)

    def _bytes(self, index: Index, matrix: Matrix) -> pa.Array:
        """Bytes that come from the inputs in some rows, and that a template has, or nobody, in others."""
        wide = sorted({part for part in self.slices if part is not None})
        if len(wide) == 1 and self.values.null_count == len(self.values):
            absent = np.array([part is None for part in self.slices])
            return _copied(matrix, wide[0], absent[index] if absent.any() else None)
        arrays, rows = [self.values.take(pa.array(index))], np.arange(len(index))
        order, base = rows.copy(), len(index)
        for part in wide:
            here = rows[np.array([one == part for one in self.slices])[index]]
            arrays.append(_copied(matrix[here], part, None))
            order[here] = base + np.arange(len(here))
            base += len(here)
        return pa.concat_arrays(arrays).take(pa.array(order))


def look(path: str, kind: str, templates: Sequence[Template]) -> PathValues:
    """The values at a path in all templates."""
    leaves = [template.leaves.get(path) for template in templates]
    slices = tuple([template.slices.get(path) for template in templates])
    values = pa.array([_plain(leaf) for leaf in leaves], TYPES[kind])
    if kind not in {"text", "int"}:
        return PathValues(values, None, None, None, slices)
    absent = np.array([leaf is None for leaf in leaves])
    numbers = values.indices if kind == "text" else values
    return PathValues(
        values,
        numbers.fill_null(0).to_numpy(zero_copy_only=False),
        values.dictionary if kind == "text" else None,
        absent if absent.any() else None,
        slices,
    )


def _plain(value: Leaf | None) -> Any:
    """A value as Arrow takes it."""
    if isinstance(value, tuple) and value and not isinstance(value[0], str | int):
        return [{"code": note.code, "path": note.path, "detail": note.detail} for note in value]
    return bytes(value) if isinstance(value, bytes) else value


def _copied(matrix: Matrix, part: Slice, absent: Mask | None) -> pa.Array:
    """The bytes of each row, but of those where they are absent."""
    start, size = part
    sizes = np.full(len(matrix), size, np.int32)
    content = matrix[:, start : start + size]
    validity = None
    if absent is not None:
        sizes[absent], content = 0, content[~absent]
        validity = pa.array(~absent).buffers()[1]
    offsets = np.zeros(len(matrix) + 1, np.int32)
    np.cumsum(sizes, out=offsets[1:])
    data = pa.py_buffer(np.ascontiguousarray(content))
    return pa.Array.from_buffers(pa.binary(), len(matrix), [validity, pa.py_buffer(offsets), data])
