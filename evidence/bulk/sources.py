"""From what a caller names to chunks of inputs, in order: paths, lists of paths, packed files, columns of tables."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BytesIO
from itertools import chain
from typing import BinaryIO, Final, NamedTuple

from evidence import limits
from evidence.bulk import tables
from evidence.bulk.chunks import Files, InputChunk, Packed, ReadInput, grouped, plain, unreadable
from evidence.convert import make_input, parse
from evidence.errors import EvidenceError, TrailingBytes, UsageError
from evidence.inputs import Attachments, each
from evidence.reader import open_file

HEAD: Final = 1 << 16
"""Bytes of a packed file from which the size of its inputs is told."""
BYTES: Final = 32 << 20
"""Bytes of inputs after which a chunk that holds them is closed."""
PATH: Final = 1 << 16
"""Bytes of a path in a list: no system has longer ones."""
BLOCK: Final = 1 << 16


class Query(NamedTuple):
    """What is to be read, and how. `inputs` are paths, `listed` is a file with more of them; `-` is `standard_input`."""

    inputs: tuple[str, ...]
    listed: str | None = None
    packed: bool = False
    size: int | None = None
    """Bytes of each input of a packed file; None: as many as the first one has."""
    column: str | None = None
    recursive: bool = False
    kind: str | None = None
    attachments: Attachments = None
    standard_input: BinaryIO | None = None

    def chunks(self, rows: int) -> Iterator[InputChunk]:
        """All inputs in chunks of at most so many, numbered in order."""
        start = 0
        for chunk in self._chunks(rows):
            yield chunk.moved(start)
            start += chunk.rows

    def paths(self) -> Iterator[str]:
        """The paths that are named, then those of the list."""
        yield from self.inputs
        if self.listed is not None:
            yield from self._list(self.listed)

    def _list(self, path: str) -> Iterator[str]:
        with self._open(path) as file:
            yield from split(file, path)

    def _open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """A file, or standard input in its place, which stays open."""
        if path != "-":
            return open_file(path)
        if self.standard_input is None:
            raise UsageError("standard input is closed")
        return nullcontext(self.standard_input)

    def _chunks(self, rows: int) -> Iterator[InputChunk]:
        if self.packed:
            for path in self.paths():
                yield from self._packed(path, rows)
        elif self.column is not None:
            column = self.column
            values = chain.from_iterable(self._column(path, column) for path in self.paths())
            yield from grouped(values, rows, BYTES)
        else:
            yield from grouped(self._named(self.inputs), rows, BYTES)
            if self.listed is not None:
                yield from self._files(self._list(self.listed), rows)

    def _files(self, paths: Iterable[str], rows: int) -> Iterator[Files]:
        group: list[str] = []
        for path in paths:
            group.append(path)
            if len(group) == rows:
                yield Files(tuple(group), self.attachments, recursive=self.recursive)
                group = []
        if group:
            yield Files(tuple(group), self.attachments, recursive=self.recursive)

    def _named(self, paths: Iterable[str]) -> Iterator[ReadInput]:
        for path in paths:
            if path == "-":
                with self._open(path) as file:
                    yield ReadInput(
                        path, None, make_input(file.read(limits.INPUT_BYTES + 1), self.attachments)
                    )
                continue
            for source, content in each((path,), self.attachments, recursive=self.recursive):
                yield ReadInput(source, None, plain(content))

    def _packed(self, path: str, rows: int) -> Iterator[InputChunk]:
        try:
            with self._open(path) as file:
                head = file.read(HEAD)
                size = self.size or own_size(head, path, self.kind)
                status = os.fstat(file.fileno()) if path != "-" else None
                if status is not None and stat.S_ISREG(status.st_mode):
                    total = status.st_size
                    for row in range(0, -(-total // size), rows):
                        length = min(rows * size, total - row * size)
                        yield Packed(path, size, row, length)
                else:
                    yield from grouped(_cut(path, Joined(head, file), size), rows, BYTES)
        except OSError as error:
            yield from grouped([ReadInput(path, None, unreadable(error))], rows, BYTES)

    def _column(self, path: str, column: str) -> Iterator[ReadInput]:
        try:
            with self._open(path) as file:
                yield from tables.column(path, file, column)
        except OSError as error:
            yield ReadInput(path, None, unreadable(error))


class Joined:
    """A stream with bytes that were read of it already before it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self.head, self.rest = BytesIO(head), rest

    def read(self, size: int, /) -> bytes:
        """So many bytes, or fewer at the end."""
        data = self.head.read(size)
        return data if len(data) == size else data + self.rest.read(size - len(data))


def _cut(path: str, file: Joined, size: int) -> Iterator[ReadInput]:
    row = 0
    while data := file.read(size):
        yield ReadInput(path, row, data)
        row += 1


def own_size(head: bytes, path: str, kind: str | None) -> int:
    """Where the first input of a packed file ends, by what its type says of its size.

    Raises `UsageError` where the first input does not tell, or is broken.
    """
    try:
        size = parse(head, type=kind).claims.evidence.size
    except TrailingBytes as error:
        size = error.offset or 0
    except EvidenceError as error:
        raise UsageError(
            f"{path}: how long its pieces are is not told by the first ({error}): --size BYTES"
        ) from None
    try:
        if size == parse(head[:size], type=kind).claims.evidence.size:
            return size
    except EvidenceError:
        pass
    raise UsageError(f"{path}: how long its pieces are is not told by the first: --size BYTES")


def split(file: BinaryIO, path: str) -> Iterator[str]:
    """The paths of a list: behind each is a NUL, or if there is none a line feed. Empty ones are passed over."""
    mark, rest = None, b""
    while block := file.read(BLOCK):
        mark = mark or (b"\0" if b"\0" in block else b"\n")
        *names, rest = (rest + block).split(mark)
        if len(rest) > PATH:
            raise UsageError(f"--from-list {path}: it has a path of more than {PATH} bytes")
        yield from (os.fsdecode(name) for name in names if name)
    if rest:
        yield os.fsdecode(rest)
