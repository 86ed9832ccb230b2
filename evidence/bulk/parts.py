"""A chunk of inputs as one file of columns, Parquet or Arrow IPC: it has its name when it is whole, and none before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import numpy as np
import pyarrow as pa
from msgspec import Struct
from pyarrow import ipc, parquet

from evidence.bulk.chunks import BulkInput, Packed, size_of
from evidence.bulk.jobs import Task, Tick
from evidence.bulk.summary import COMPLAINTS, ChunkOutcome, Complaint, Tally
from evidence.columnar import Converter, schema
from evidence.errors import EvidenceError
from evidence.input import Input
from evidence.reader import as_text

ROWS: Final = 8_192
"""Rows that are converted and written together: a row group."""
BYTES: Final = 32 << 20
"""Bytes of inputs after which a row group is closed."""
PART: Final = 8 * ROWS
"""Inputs of a part."""
TEXT: Final = pa.dictionary(pa.int32(), pa.string())
BESIDE: Final = (
    pa.field(
        "input/path", TEXT, metadata={"description": "The path of the input, or of the file that has it."}
    ),
    pa.field(
        "input/row",
        pa.int64(),
        metadata={"description": "Its row in that file, from 0, where there are several."},
    ),
    pa.field(
        "input/number",
        pa.int64(),
        metadata={"description": "Its number among all inputs of the run, from 0."},
    ),
)
"""The columns that say which input a row is of."""
TYPE, VERSION, CODE, MESSAGE = "/evidence/type", "/evidence/version", "error/code", "error/message"
ENDINGS: Final = {"parquet": ".parquet", "arrow": ".arrow"}


@cache
def columns() -> pa.Schema:
    """The schema of every part: which input, and the columns of `evidence.columnar`."""
    claims = schema()
    return pa.schema([*BESIDE, *claims], metadata=claims.metadata)


class PartWork(Struct, frozen=True):
    """Converts a chunk to a part in `folder`."""

    folder: str
    form: str

    def __call__(self, task: Task, tick: Tick | None) -> ChunkOutcome:
        """The part of the task: as many rows as inputs. Raises `OSError` where it cannot be written.

        Its bytes depend on the inputs alone: what a converter learned of those before orders the words of columns.
        """
        converter = Converter()
        tally, complaints = Tally(), list[Complaint]()
        with _new(Path(self.folder) / name_of(task.number, self.form), self.form) as writer:
            for batch in _batches(converter, task, tick):
                writer.write_batch(batch)
                tally.add(counted(batch))
                complaints += _complaints(batch, COMPLAINTS - len(complaints))
        return ChunkOutcome(tally, tuple(complaints))


def name_of(number: int, form: str) -> str:
    """The name of a part."""
    return f"part-{number:06}{ENDINGS[form]}"


def number_of(name: str, form: str) -> int | None:
    """The number of the part of this name; None for other files."""
    digits = name.removeprefix("part-").removesuffix(ENDINGS[form])
    return (
        int(digits) if digits.isascii() and digits.isdigit() and name_of(int(digits), form) == name else None
    )


def told(path: Path, form: str) -> Tally:
    """The counts of a part that is there. Raises `OSError` and `pyarrow.ArrowException` where it is none."""
    names = [TYPE, VERSION, CODE]
    tally = Tally()
    if form == "parquet":
        with parquet.ParquetFile(path) as table:
            for batch in table.iter_batches(columns=names):
                tally.add(counted(batch))
    else:
        with pa.OSFile(str(path)) as file:
            table = ipc.open_file(file)
            for number in range(table.num_record_batches):
                tally.add(counted(table.get_batch(number)))
    return tally


def counted(batch: pa.RecordBatch) -> Tally:
    """How many rows of a batch have which type and version, or which error."""
    tally = Tally()
    tally.inputs = batch.num_rows
    table = pa.Table.from_arrays(
        [batch.column(name).cast(pa.string()) for name in (TYPE, VERSION, CODE)], ["a", "b", "c"]
    )
    for row in table.group_by(["a", "b", "c"]).aggregate([([], "count_all")]).to_pylist():
        if row["c"] is not None:
            tally.errors[row["c"]] += row["count_all"]
        else:
            tally.pieces[row["a"], row["b"]] += row["count_all"]
    return tally


class _PartWriter(Protocol):
    def write_batch(self, batch: pa.RecordBatch, /) -> None: ...
    def close(self) -> None: ...


@contextmanager
def _new(path: Path, form: str) -> Iterator[_PartWriter]:
    """What writes a file that has its name when the block ends well."""
    hidden = path.with_name(f".{path.name}-{os.getpid()}.tmp")
    try:
        with hidden.open("wb") as file:
            writer = _writer(file, form)
            try:
                yield writer
            except BaseException:
                with suppress(OSError, pa.ArrowException):
                    writer.close()
                raise
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        hidden.replace(path)
    finally:
        with suppress(OSError):
            hidden.unlink()


def _writer(file: BinaryIO, form: str) -> Any:
    where = columns()
    if form == "arrow":
        return ipc.new_file(file, where)
    few = [
        field.name
        for field in where
        if not (pa.types.is_binary(field.type) or pa.types.is_boolean(field.type))
    ]
    # bytes are seldom the same, and their least and greatest tell nobody where a value lies
    return parquet.ParquetWriter(file, where, compression="snappy", use_dictionary=few, write_statistics=few)


def _groups(items: Iterator[BulkInput]) -> Iterator[list[BulkInput]]:
    group: list[BulkInput] = []
    size = 0
    for item in items:
        group.append(item)
        size += size_of(item.content)
        if len(group) == ROWS or size >= BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _batches(converter: Converter, task: Task, tick: Tick | None) -> Iterator[pa.RecordBatch]:
    """The rows of a task. What is packed goes to the converter as it lies, as far as it can."""
    chunk = task.chunk
    if isinstance(chunk, Packed) and tick is None and not task.without:
        for data in chunk.blocks(max(1, min(ROWS, BYTES // chunk.size))):
            rows = len(data) // chunk.size
            inputs = pa.Array.from_buffers(pa.binary(chunk.size), rows, [None, pa.py_buffer(data)])
            path = pa.array([as_text(chunk.path)], pa.string())
            beside = [
                pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), path),
                pa.array(np.arange(chunk.row, chunk.row + rows)),
                pa.array(np.arange(chunk.start, chunk.start + rows)),
            ]
            yield _beside(beside, converter.convert(inputs))
            chunk = chunk.after(rows)
    for items in _groups(task._replace(chunk=chunk).items()):
        yield _batch(converter, items, tick)


def _beside(beside: list[pa.Array], claims: pa.RecordBatch) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([*beside, *claims.columns], schema=columns())


def _batch(converter: Converter, items: list[BulkInput], tick: Tick | None) -> pa.RecordBatch:
    if tick is None:
        claims = converted(converter, [item.content for item in items])
    else:
        batches = []
        for item in items:
            tick(item.number)
            batches.append(converted(converter, [item.content]))
        claims = pa.Table.from_batches(batches).combine_chunks().to_batches()[0]
    beside = [
        pa.array([as_text(item.path) for item in items], pa.string()).dictionary_encode(),
        pa.array([item.row for item in items], pa.int64()),
        pa.array([item.number for item in items], pa.int64()),
    ]
    return _beside(beside, claims)


def converted(converter: Converter, contents: list[bytes | Input | EvidenceError]) -> pa.RecordBatch:
    """The claims of inputs: bytes together, errors and inputs with something beside them one by one."""
    plain = [_plain(content) for content in contents]
    alone = [row for row, data in enumerate(plain) if data is None]
    if not alone:
        return converter.convert([data for data in plain if data is not None])
    others = converter.each([content for row in alone if not isinstance(content := contents[row], bytes)])
    together = converter.convert([data for data in plain if data is not None])
    order, places = iter(range(together.num_rows)), iter(range(together.num_rows, len(contents)))
    rows = [next(places if data is None else order) for data in plain]
    table = pa.Table.from_batches([together, others]).combine_chunks().take(pa.array(rows, pa.int64()))
    (batch,) = table.combine_chunks().to_batches()
    return batch


def _plain(content: bytes | Input | EvidenceError) -> bytes | None:
    """The bytes of an input that is bytes alone."""
    if isinstance(content, bytes):
        return content
    if isinstance(content, Input) and content == Input(data=content.data):
        return content.data
    return None


def _complaints(batch: pa.RecordBatch, most: int) -> Iterator[Complaint]:
    if most <= 0 or batch.column(CODE).null_count == batch.num_rows:
        return
    names = ["input/path", "input/row", CODE, MESSAGE]
    bad = batch.select(names).filter(batch.column(CODE).is_valid()).slice(0, most)
    for path, row, code, text in zip(*(column.to_pylist() for column in bad.columns), strict=True):
        yield Complaint(path, row, "", code, text)
