"""From inputs to one batch of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256 as digest
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evidence.columnar import published
from evidence.columnar.assemble import Index
from evidence.columnar.keys import Matrix
from evidence.columnar.known import ALONE, Known
from evidence.columnar.shapes import FixedShape
from evidence.columnar.templates import Template, of_input, of_key
from evidence.columnar.types import SHAPES
from evidence.errors import EvidenceError
from evidence.input import Input

Rows = npt.NDArray[np.int64]
"""Numbers of rows, or sizes of inputs in bytes."""
CHUNK: Final = 4_096
"""Rows whose keys are made at a time: their bytes stay near the processor."""


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
        self._known: dict[str, Known] = {}

    def convert(self, evidence: pa.Array | Sequence[bytes]) -> pa.RecordBatch:
        """One batch; as `convert_batch`. The rows of each shape are converted together, the others one by one."""
        inputs = _array(evidence)
        if len(inputs) == 0:
            return pa.RecordBatch.from_pylist([], self.schema)
        sizes = pc.binary_length(inputs).to_numpy(zero_copy_only=False).astype(np.int64)
        left = np.ones(len(inputs), bool)
        done: list[tuple[Rows, pa.RecordBatch]] = []
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
            done.append((rows, self._one_by_one(inputs, rows)))
        if len(done) == 1:
            return done[0][1]
        table = pa.Table.from_batches([batch for _, batch in done]).combine_chunks()
        order = np.argsort(np.concatenate([rows for rows, _ in done]))
        return table.take(pa.array(order)).combine_chunks().to_batches(max_chunksize=len(inputs))[0]

    def each(self, inputs: Sequence[Input | EvidenceError]) -> pa.RecordBatch:
        """One batch of inputs that have something beside their bytes, or of the errors that stand for them."""
        rows = [
            Template({}, {}, error=one) if isinstance(one, EvidenceError) else of_input(one, published.fits())
            for one in inputs
        ]
        return self._rows(rows, None, np.arange(len(rows)))

    def _shape(
        self,
        shape: FixedShape,
        matrix: Matrix,
        inputs: pa.Array,
        rows: Rows,
        sizes: Rows,
    ) -> tuple[pa.RecordBatch, npt.NDArray[np.bool_]]:
        """The rows of one shape, and which of them must be read by themselves."""
        known = self._known.setdefault(f"{shape.type}/{shape.name}", Known())
        known.make_room()
        index = np.empty(len(rows), np.int32)
        for at in range(0, len(rows), CHUNK):
            chunk = slice(at, at + CHUNK)

            def learn(row: int, at: int = at) -> Template | None:
                data = inputs[int(rows[at + row])].as_py()
                return of_key(data, shape.keys.carried, shape.without, published.fits())

            index[chunk] = known.numbers(shape.keys.of(matrix[chunk], sizes[chunk]), learn)
        alone = np.array([template is ALONE for template in known.templates])[index]
        if alone.any():
            matrix, index, rows = matrix[~alone], index[~alone], rows[~alone]
        return self._batch(known, index, matrix, inputs, rows), alone

    def _one_by_one(self, inputs: pa.Array, rows: Rows) -> pa.RecordBatch:
        return self._rows(
            [of_input(inputs[int(row)].as_py(), published.fits()) for row in rows], inputs, rows
        )

    def _rows(self, templates: list[Template], inputs: pa.Array | None, rows: Rows) -> pa.RecordBatch:
        known = Known()
        known.templates += templates
        return self._batch(known, np.arange(len(rows), dtype=np.int32), None, inputs, rows)

    def _batch(
        self, known: Known, index: Index, matrix: Matrix | None, inputs: pa.Array | None, rows: Rows
    ) -> pa.RecordBatch:
        used = [known.templates[number] for number in index] if matrix is None else []
        arrays = [
            pa.array([one.error and one.error.code for one in used], pa.string()).dictionary_encode(),
            pa.array([one.error and str(one.error) for one in used], pa.string()),
            pa.array([one.json for one in used], pa.string()),
        ]
        if matrix is not None:  # what is of one shape with others is read, and all of it has columns
            arrays = [pa.nulls(len(index), array.type) for array in arrays]
        columns = known.columns(index, matrix)
        if self.sha256:
            sizes = columns[[*published.kinds()].index("/evidence/size")]
            digests = [one.sha256 for one in used] if matrix is None else list(_digests(sizes, inputs, rows))
            arrays.append(pa.array(digests, pa.binary()))
        return pa.RecordBatch.from_arrays(arrays + columns, schema=self.schema)


def _array(evidence: pa.Array | Sequence[bytes]) -> pa.Array:
    if isinstance(evidence, pa.ChunkedArray):
        evidence = evidence.combine_chunks()
    if not isinstance(evidence, pa.Array):
        return pa.array(evidence, pa.large_binary())
    kinds = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    if not any(is_kind(evidence.type) for is_kind in kinds):
        raise TypeError(f"evidence is binary, and this array is {evidence.type}")
    return evidence.cast(pa.large_binary()).fill_null(b"")


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


def _digests(sizes: pa.Array, inputs: pa.Array, rows: Rows) -> Iterator[bytes]:
    """SHA-256 of inputs that are evidence from their first byte on."""
    for size, row in zip(sizes.to_pylist(), rows, strict=True):
        yield digest(inputs[int(row)].as_py()[:size]).digest()
