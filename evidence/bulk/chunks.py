"""Chunks of work: inputs one behind the other that one process converts. As few bytes as possible go to that process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, ClassVar, NamedTuple, Protocol, Self

from evidence.errors import EvidenceError, Truncated
from evidence.input import Input, Refusal
from evidence.inputs import Attachments, Unreadable, each
from evidence.reader import open_file

Content = bytes | Input | EvidenceError


class WorkerDied(EvidenceError):
    """An input with which a process of `--jobs` ended, also when it was read alone: nothing is known about it."""

    code: ClassVar[str] = "worker-died"

    def text(self) -> str:
        return "the process that converted it ended without a word"


class BulkInput(NamedTuple):
    """One input: its number in the whole run, its path, its row where the file has several, and what it is."""

    number: int
    path: str
    row: int | None
    content: Content


class InputChunk(Protocol):
    """Some inputs. `start` is the number of the first, `rows` how many there are."""

    @property
    def start(self) -> int: ...
    @property
    def rows(self) -> int: ...

    def items(self) -> Iterator[BulkInput]:
        """Every input, read one after the other; what cannot be read is an error at its place."""

    def moved(self, start: int) -> InputChunk:
        """The same inputs with numbers from `start` on."""

    def after(self, count: int) -> InputChunk:
        """The inputs without the first `count`."""


class Packed(NamedTuple):
    """Inputs of one size in one file. `length` are the bytes of all: the last input may be cut short."""

    path: str
    size: int
    row: int
    length: int
    start: int = 0

    @property
    def rows(self) -> int:
        return -(-self.length // self.size)

    def items(self) -> Iterator[BulkInput]:
        """Every input of the file, one read behind the other."""
        error: EvidenceError | None = None
        left = self.length
        with _Reading(self.path, self.row * self.size) as file:
            for number in range(self.rows):
                content: Content = error or b""
                want = min(self.size, left)
                if error is None:
                    content = file.take(want)
                    if isinstance(content, EvidenceError):
                        error = content
                left -= want
                yield BulkInput(self.start + number, self.path, self.row + number, content)

    def blocks(self, rows: int) -> Iterator[bytes]:
        """So many whole inputs at a time, as they lie. It ends where one is cut short, or cannot be read."""
        left = self.length // self.size
        with _Reading(self.path, self.row * self.size) as file:
            while left:
                data = file.take(min(rows, left) * self.size)
                if isinstance(data, EvidenceError):
                    return
                yield data
                left -= len(data) // self.size

    def moved(self, start: int) -> Packed:
        """The same with numbers from `start` on."""
        return self._replace(start=start)

    def after(self, count: int) -> Packed:
        """Without the first `count`."""
        row, length = self.row + count, self.length - count * self.size
        return self._replace(row=row, length=length, start=self.start + count)


class _Reading:
    """A file that is read in order. What the system refuses is an error of each input from there on."""

    def __init__(self, path: str, offset: int) -> None:
        self.path, self.offset = path, offset
        self.file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()

    def take(self, size: int) -> bytes | EvidenceError:
        """So many bytes; an error where there are fewer."""
        try:
            if self.file is None:
                self.file = open_file(self.path)
                self.file.seek(self.offset)
            data = self.file.read(size)
        except OSError as error:
            return unreadable(error)
        if len(data) < size:
            return Truncated(what="packed file", offset=self.offset, need=size, have=len(data))
        self.offset += size
        return data


class Files(NamedTuple):
    """Paths that are read where they are converted. Archives and folders of entries have the number of their path."""

    paths: tuple[str, ...]
    attachments: Attachments = None
    recursive: bool = False
    start: int = 0

    @property
    def rows(self) -> int:
        return len(self.paths)

    def items(self) -> Iterator[BulkInput]:
        """Every input at every path."""
        for number, path in enumerate(self.paths, self.start):
            for source, content in each((path,), self.attachments, recursive=self.recursive):
                yield BulkInput(number, source, None, plain(content))

    def moved(self, start: int) -> Files:
        """The same with numbers from `start` on."""
        return self._replace(start=start)

    def after(self, count: int) -> Files:
        """Without the first `count`."""
        return self._replace(paths=self.paths[count:], start=self.start + count)


class ReadInput(NamedTuple):
    """An input that was read already."""

    path: str
    row: int | None
    content: Content


class ReadInputs(NamedTuple):
    """Inputs that were read already, for they lie in something that is read from its beginning to its end."""

    values: tuple[ReadInput, ...]
    start: int = 0

    @property
    def rows(self) -> int:
        return len(self.values)

    def items(self) -> Iterator[BulkInput]:
        """Every input."""
        for number, value in enumerate(self.values, self.start):
            yield BulkInput(number, *value)

    def moved(self, start: int) -> ReadInputs:
        """The same with numbers from `start` on."""
        return self._replace(start=start)

    def after(self, count: int) -> ReadInputs:
        """Without the first `count`."""
        return ReadInputs(self.values[count:], self.start + count)


def grouped(values: Iterable[ReadInput], rows: int, most: int) -> Iterator[ReadInputs]:
    """Values in chunks of so many rows, or of fewer that have so many bytes."""
    group: list[ReadInput] = []
    size = 0
    for value in values:
        group.append(value)
        size += size_of(value.content)
        if len(group) >= rows or size >= most:
            yield ReadInputs(tuple(group))
            group, size = [], 0
    if group:
        yield ReadInputs(tuple(group))


def size_of(content: Content) -> int:
    """Bytes of an input and of what lies beside it."""
    if isinstance(content, EvidenceError):
        return 0
    if isinstance(content, Input):
        return len(content.data) + sum(map(len, content.attachments.values()))
    return len(content)


def plain(content: Input | Refusal | OSError) -> Content:
    """What `each` gives, as an input or an error."""
    if isinstance(content, OSError):
        return unreadable(content)
    return content.error if isinstance(content, Refusal) else content


def unreadable(error: OSError) -> Unreadable:
    """What the system says of a file, as an error of its input."""
    return Unreadable(reason=error.strerror or str(error))
