"""A column of evidence in a table: Parquet, Arrow IPC, CSV, and a member of JSON LineWork. Which it is, its content tells.

Rows come one after the other, whatever the table is long. A value is bytes, or text that any carrier may be; none at all is
an input of no bytes, which nobody knows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

from msgspec import DecodeError, Raw
from msgspec.json import decode

from evidence import limits
from evidence.bulk.chunks import ReadInput
from evidence.errors import BadEncoding, EvidenceError, UsageError

ROWS: Final = 1_024
"""Rows that are taken out of a table at a time."""
BUFFER: Final = 1 << 20
LINE: Final = 4 * limits.INPUT_BYTES
"""Bytes of a line: hexadecimal with an escape for each digit is shorter."""
MAGIC: Final = 8
Values = Iterator[bytes | EvidenceError]


def column(path: str, file: BinaryIO, name: str) -> Iterator[ReadInput]:
    """Every value of a column, with its row. Behind what breaks off nothing is known, and that is the last one.

    Raises `UsageError` for a column that there is not, or that holds neither bytes nor text.
    """
    head = file.peek(MAGIC)[:MAGIC] if isinstance(file, io.BufferedReader) else b""
    for row, content in enumerate(_reader(head)(file, name, path)):
        yield ReadInput(path, row, content)


def _reader(head: bytes) -> Callable[[BinaryIO, str, str], Values]:
    if head.startswith(b"PAR1"):
        return _parquet
    if head.startswith(b"ARROW1"):
        return _arrow_file
    if head.startswith(b"\xff\xff\xff\xff"):
        return _arrow_stream
    return _json_lines if head.lstrip().startswith(b"{") else _csv


def _arrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError:
        raise UsageError("pyarrow is not installed: pip install 'attestation-evidence[arrow]'") from None
    return pa


def _parquet(file: BinaryIO, name: str, path: str) -> Values:
    pa = _arrow()
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(file, buffer_size=BUFFER)
        kind = _kind(table.schema_arrow, name, path)
        for batch in table.iter_batches(ROWS, columns=[name]):
            yield from _values(batch.column(0), kind)
    except (pa.ArrowException, OSError) as error:
        yield _broken("Parquet", error)


def _arrow_file(file: BinaryIO, name: str, path: str) -> Values:
    pa = _arrow()
    try:
        table = pa.ipc.open_file(file)
        kind = _kind(table.schema, name, path)
        for number in range(table.num_record_batches):
            yield from _values(table.get_batch(number).column(name), kind)
    except (pa.ArrowException, OSError) as error:
        yield _broken("Arrow", error)


def _arrow_stream(file: BinaryIO, name: str, path: str) -> Values:
    pa = _arrow()
    try:
        table = pa.ipc.open_stream(file)
        kind = _kind(table.schema, name, path)
        for batch in table:
            yield from _values(batch.column(name), kind)
    except (pa.ArrowException, OSError) as error:
        yield _broken("Arrow", error)


def _kind(schema: Any, name: str, path: str) -> Any:
    """The type of a column; `UsageError` where it can hold no evidence."""
    types = _arrow().types
    if schema.names.count(name) != 1:
        raise UsageError(f"{path}: no column {name!r} (it has {_listed(schema.names)})")
    kind = schema.field(name).type
    value = kind.value_type if types.is_dictionary(kind) else kind
    good = (
        types.is_binary,
        types.is_large_binary,
        types.is_fixed_size_binary,
        types.is_string,
        types.is_large_string,
    )
    if not any(is_kind(value) for is_kind in good):
        raise UsageError(f"{path}: column {name!r} is {kind}, and evidence is bytes, or text that says them")
    return kind


def _listed(names: list[str], most: int = 16) -> str:
    more = len(names) - most
    return ", ".join(map(repr, names[:most])) + (f" and {more} more" if more > 0 else "")


def _values(array: Any, kind: Any) -> Values:
    """The values of an array; the bytes of text, and of null none."""
    for value in array.to_pylist():
        yield value.encode() if isinstance(value, str) else value or b""


def _broken(what: str, error: Exception) -> EvidenceError:
    return BadEncoding(what=f"{what} table", reason=" ".join(str(error).split()))


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends; of one that is too long the beginning alone, without an end."""
    while line := file.readline(LINE):
        yield line
        while line and not line.endswith(b"\n"):
            line = file.readline(LINE)


def _json_lines(file: BinaryIO, name: str, path: str) -> Values:
    """The member of each object: the bytes of a text, or of any other value its JSON."""
    for line in _lines(file):
        if not line.strip():
            continue
        if len(line) == LINE:
            yield limits.exceeded("line", LINE, len(line) + 1)
            continue
        try:
            value = bytes(decode(line, type=dict[str, Raw]).get(name, b""))
            text = decode(value) if value[:1] in {b'"', b"n"} else value
        except (DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield _broken("JSON Lines", error)
        else:
            yield text.encode() if isinstance(text, str) else text or b""


def _csv(file: BinaryIO, name: str, path: str) -> Values:
    """The field of each record, by the names in the first."""
    csv.field_size_limit(LINE)
    lines = (line.decode("utf-8", "surrogateescape") for line in _lines(file))
    records = csv.reader(lines, strict=True)
    try:
        names = [name.removeprefix("\ufeff") for name in next(records, [])]
    except csv.Error as error:
        yield _broken("CSV", error)
        return
    if names.count(name) != 1:
        raise UsageError(f"{path}: no column {name!r} (it has {_listed(names)})")
    place = names.index(name)
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            yield _broken("CSV", error)
            continue
        if record:
            yield record[place].encode("utf-8", "surrogateescape") if place < len(record) else b""
