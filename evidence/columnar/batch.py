"""From inputs to one batch of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256 as digest
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evidence.columnar import schema as published
from evidence.columnar.assemble import TYPES, Index, column
from evidence.columnar.keys import Matrix
from evidence.columnar.shapes import Shape
from evidence.columnar.templates import Template, of_input, of_key
from evidence.columnar.types import SHAPES

CHUNK: Final = 1_024
"""Rows whose keys are made at a time: their bytes stay near the processor."""
REMEMBERED: Final = 8_192
"""Templates that one converter keeps for each shape: a fleet has few."""


def convert_batch(evidence: pa.Array | Sequence[bytes], *, sha256: bool = False) -> pa.RecordBatch:
    """The claims of all inputs, one row each, in their order.

    `evidence` is a list of bytes, or an Arrow array of (large) binary; null is an input that is not there, and gives a row of
    nulls with the error `unknown-format`, as empty bytes do. With `sha256` there is the column `/evidence/sha256` as well.
    Raises `TypeError` for an array of another type.
    """
    return Converter(sha256=sha256).convert(evidence)


class Converter:
    """Converts batches one after the other, and keeps what it learned of the inputs' shapes."""

    def __init__(self, *, sha256: bool = False) -> None:
        self.sha256 = sha256
        self.schema = published.schema(sha256=sha256)
        self._templates: dict[str, dict[bytes, Template | None]] = {}

    def convert(self, evidence: pa.Array | Sequence[bytes]) -> pa.RecordBatch:
        """One batch; as `convert_batch`. The rows of each shape are converted together, the others one by one."""
        inputs = _array(evidence)
        if len(inputs) == 0:
            return pa.RecordBatch.from_pylist([], self.schema)
        sizes = pc.binary_length(inputs).to_numpy(zero_copy_only=False).astype(np.int64)
        left = np.ones(len(inputs), bool)
        done: list[tuple[npt.NDArray[np.int64], pa.RecordBatch]] = []
        for shape in SHAPES:
            rows = np.flatnonzero(left & (sizes >= shape.size))
            if not len(rows):
                continue
            matrix = _matrix(inputs if len(rows) == len(inputs) else inputs.take(pa.array(rows)), shape.size)
            chosen = shape.chosen(matrix, sizes[rows])
            if not chosen.all():
                matrix, rows = matrix[chosen], rows[chosen]
            if len(rows):
                batch, alone = self._shape(shape, matrix, inputs, rows, sizes[rows])
                rows = rows[~alone]
                left[rows] = False
                if len(rows):
                    done.append((rows, batch))
        rows = np.flatnonzero(left)
        if len(rows):
            templates = [of_input(inputs[int(row)].as_py(), published.fits()) for row in rows]
            done.append((rows, self._batch(templates, np.arange(len(rows), dtype=np.int32), None, inputs, rows)))
        if len(done) == 1:
            return done[0][1]
        table = pa.Table.from_batches([batch for _, batch in done]).combine_chunks()
        order = np.argsort(np.concatenate([rows for rows, _ in done]))
        return table.take(pa.array(order)).combine_chunks().to_batches(max_chunksize=len(inputs))[0]

    def _shape(
        self,
        shape: Shape,
        matrix: Matrix,
        inputs: pa.Array,
        rows: npt.NDArray[np.int64],
        sizes: npt.NDArray[np.int64],
    ) -> tuple[pa.RecordBatch, npt.NDArray[np.bool_]]:
        """The rows of one shape, and which of them must be read by themselves."""
        encoded = _encoded(shape, matrix, sizes)
        index = encoded.indices.to_numpy(zero_copy_only=False)
        _, first = np.unique(index, return_index=True)
        known = self._templates.setdefault(shape.type + shape.name, {})
        if len(known) > REMEMBERED:
            known.clear()
        templates = []
        for key, at in zip(encoded.dictionary.to_pylist(), first, strict=True):
            if key not in known:
                data = inputs[int(rows[at])].as_py()
                known[key] = of_key(data, shape.keys.carried, shape.without, published.fits())
            templates.append(known[key])
        alone = np.array([template is None for template in templates])[index]
        if alone.any():
            matrix, index, rows = matrix[~alone], index[~alone], rows[~alone]
        kept = [template or NOTHING for template in templates]
        return self._batch(kept, index, matrix, inputs, rows), alone

    def _batch(
        self,
        templates: Sequence[Template],
        index: Index,
        matrix: Matrix | None,
        inputs: pa.Array,
        rows: npt.NDArray[np.int64],
    ) -> pa.RecordBatch:
        kinds = published.kinds()
        errors = [template.error for template in templates]
        arrays = [
            _looked_up([error and error.code for error in errors], index, TYPES["text"]),
            _looked_up([error and str(error) for error in errors], index, pa.string()),
            _looked_up([template.json for template in templates], index, pa.string()),
        ]
        if self.sha256:
            arrays.append(_digests(templates, index, inputs, rows))
        absent = {kind: pa.nulls(len(index), type) for kind, type in TYPES.items()}
        said = {path for template in templates for path in (*template.leaves, *template.slices)}
        arrays += [
            column(path, kind, templates, index, matrix) if path in said else absent[kind]
            for path, kind in kinds.items()
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


NOTHING: Final = Template({}, {})


def _array(evidence: pa.Array | Sequence[bytes]) -> pa.Array:
    if isinstance(evidence, pa.ChunkedArray):
        evidence = evidence.combine_chunks()
    if not isinstance(evidence, pa.Array):
        return pa.array(evidence, pa.large_binary())
    if not (pa.types.is_binary(evidence.type) or pa.types.is_large_binary(evidence.type)):
        if not pa.types.is_fixed_size_binary(evidence.type):
            raise TypeError(f"evidence is binary, and this array is {evidence.type}")
    return evidence.cast(pa.large_binary()).fill_null(b"")


def _encoded(shape: Shape, matrix: Matrix, sizes: npt.NDArray[np.int64]) -> pa.DictionaryArray:
    """The key of each row, as the number of a key."""
    keys = b"".join(
        shape.keys.of(matrix[at : at + CHUNK], sizes[at : at + CHUNK] if shape.open else None).tobytes()
        for at in range(0, len(matrix), CHUNK)
    )
    type = pa.binary(len(keys) // len(matrix))
    return pa.Array.from_buffers(type, len(matrix), [None, pa.py_buffer(keys)]).dictionary_encode()


def _matrix(inputs: pa.Array, size: int) -> Matrix:
    """The first `size` bytes of each input."""
    prefixes = inputs if _is_packed(inputs, size) else pc.binary_slice(inputs, 0, size)
    start = np.frombuffer(prefixes.buffers()[1], np.int64, 1, prefixes.offset * 8)[0]
    data = np.frombuffer(prefixes.buffers()[2], np.uint8, len(inputs) * size, start)
    return data.reshape(len(inputs), size)


def _is_packed(inputs: pa.Array, size: int) -> bool:
    """Whether all inputs have exactly this size, and so lie one behind the other."""
    offsets = np.frombuffer(inputs.buffers()[1], np.int64, len(inputs) + 1, inputs.offset * 8)
    return bool(offsets[-1] - offsets[0] == len(inputs) * size and (np.diff(offsets) == size).all())


def _looked_up(values: list[Any], index: Index, type: pa.DataType) -> pa.Array:
    return pa.array(values, type).take(pa.array(index))


def _digests(
    templates: Sequence[Template], index: Index, inputs: pa.Array, rows: npt.NDArray[np.int64]
) -> pa.Array:
    """SHA-256 of the evidence proper, where there is one."""
    return pa.array(list(_digest(templates, index, inputs, rows)), pa.binary())


def _digest(
    templates: Sequence[Template], index: Index, inputs: pa.Array, rows: npt.NDArray[np.int64]
) -> Iterator[bytes | None]:
    for number, row in zip(index, rows, strict=True):
        size = templates[number].leaves.get("/evidence/size")
        yield digest(inputs[int(row)].as_py()[:size]).digest() if isinstance(size, int) else None
