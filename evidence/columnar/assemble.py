"""Columns out of templates: what is constant by look-up, what is bytes of the input by copying them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

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


def column(
    path: str, kind: str, templates: Sequence[Template], index: Index, matrix: Matrix | None
) -> pa.Array:
    """The values at one path, for all rows."""
    values = [template.leaves.get(path) for template in templates]
    slices = [template.slices.get(path) for template in templates]
    if matrix is not None and any(slices):
        return _bytes(values, slices, index, matrix)
    if len(templates) == len(index):
        return pa.array([_plain(value) for value in values], TYPES[kind])
    return MAKERS.get(kind, _taken)(values, index, TYPES[kind])


def _plain(value: Leaf | None) -> Any:
    """A value as Arrow takes it."""
    if isinstance(value, tuple) and value and not isinstance(value[0], str | int):
        return [{"code": note.code, "path": note.path, "detail": note.detail} for note in value]
    return bytes(value) if isinstance(value, bytes) else value


def _taken(values: Sequence[Leaf | None], index: Index, type: pa.DataType) -> pa.Array:
    return pa.array([_plain(value) for value in values], type).take(pa.array(index))


def _text(values: Sequence[Any], index: Index, type: pa.DataType) -> pa.Array:
    """Each word once, and its number in every row."""
    words = list(dict.fromkeys(value for value in values if value is not None))
    place = {word: number for number, word in enumerate(words)}
    numbers = np.array([place.get(value, -1) for value in values], np.int32)[index]
    return pa.DictionaryArray.from_arrays(pa.array(numbers, mask=_mask(values, index)), pa.array(words, pa.string()))


def _int(values: Sequence[Any], index: Index, type: pa.DataType) -> pa.Array:
    known = np.array([value or 0 for value in values], np.int64)[index]
    return pa.array(known, mask=_mask(values, index))


def _mask(values: Sequence[Any], index: Index) -> npt.NDArray[np.bool_] | None:
    """The rows without a value, or None if there are none."""
    absent = np.array([value is None for value in values])
    return absent[index] if absent.any() else None


def _bytes(
    values: Sequence[Leaf | None], slices: Sequence[Slice | None], index: Index, matrix: Matrix
) -> pa.Array:
    """Bytes that come from the inputs in some rows, and that a template has in others."""
    wide = sorted({part for part in slices if part is not None})
    constant = [value if part is None else None for value, part in zip(values, slices, strict=True)]
    if len(wide) == 1 and not any(value is not None for value in constant):
        absent = np.array([part is None for part in slices])
        return _copied(matrix, wide[0], absent[index] if absent.any() else None)
    arrays, rows = [_taken(constant, index, TYPES["bytes"])], np.arange(len(index))
    order = rows.copy()
    base = len(index)
    for part in wide:
        chosen = np.array([one == part for one in slices])[index]
        here = rows[chosen]
        arrays.append(_copied(matrix[here], part, None))
        order[here] = base + np.arange(len(here))
        base += len(here)
    return pa.concat_arrays(arrays).take(pa.array(order))


def _copied(matrix: Matrix, part: Slice, absent: npt.NDArray[np.bool_] | None) -> pa.Array:
    start, size = part
    sizes = np.full(len(matrix), size, np.int32)
    content = matrix[:, start : start + size]
    validity = None
    if absent is not None:
        sizes[absent], content = 0, content[~absent]
        validity = pa.array(~absent).buffers()[1]
    offsets = np.zeros(len(matrix) + 1, np.int32)
    np.cumsum(sizes, out=offsets[1:])
    data = pa.py_buffer(np.ascontiguousarray(content).tobytes())
    return pa.Array.from_buffers(pa.binary(), len(matrix), [validity, pa.py_buffer(offsets), data])


Maker = Callable[[Sequence[Any], Index, pa.DataType], pa.Array]
MAKERS: Final[dict[str, Maker]] = {"text": _text, "int": _int}
