"""Inputs with their names, one after the other: files, folders, and the members of archives.

However many there are, one is in memory at a time, with the names of the folders that lead to it and, of a tar
or zip archive, nothing else. A name is a text: nothing is ever written to it, whatever an archive says.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike, fsdecode, fspath
from typing import BinaryIO, ClassVar, Final, NamedTuple

from evidence import limits
from evidence.convert import make_input
from evidence.errors import CarrierError, EvidenceError
from evidence.filesystem import parts, read_all
from evidence.input import Input, Refusal
from evidence.reader import open_file, read_file
from evidence.wire import pkzip, tar
from evidence.wire.archive import GZIP, ArchiveMember, Inflated, take

Attachments = Mapping[str, bytes] | None
NO_FILE: Final = "not a file: a FIFO, a socket or a device is read where it is named itself"


class Unreadable(EvidenceError):
    """An input that cannot be opened or read: not the evidence's fault, and exit code 2 of the command line."""

    code: ClassVar[str] = "unreadable"

    reason: str

    def text(self) -> str:
        return self.reason


class NamedInput(NamedTuple):
    """An input, or why there is none, and its path: of a member of an archive behind that of the archive."""

    path: str
    """The path, of a member of an archive behind that of the archive."""
    content: Input | Refusal | OSError
    """The input, or why there is none."""


def each(
    paths: Iterable[str | PathLike[str]], attachments: Attachments = None, *, recursive: bool = False
) -> Iterator[NamedInput]:
    """Every input at every path, in order; a bad one is a refusal or an `OSError` beside the others.

    An archive (tar, also in gzip; zip) is the files in it, in its own order, each as long as an input may be. A
    folder is what `evidence.filesystem.read_all` knows; where that is `recursive`, it is every file in it and in its
    folders, by name, and each entry of configfs-tsm is one input. Links to folders are not followed. Raises `TypeError`
    and `UsageError` for attachments that are none.
    """
    for path in paths:
        name, source = fsdecode(fspath(path)), None
        for source in _at(name, attachments, recursive=recursive):
            yield source
        if source is None:
            yield NamedInput(name, Refusal("", CarrierError(carrier="input", reason="no file is in it")))


def _at(path: str, attachments: Attachments, *, recursive: bool) -> Iterator[NamedInput]:
    try:
        data = read_file(path, limits.INPUT_BYTES)
    except IsADirectoryError:
        yield from (_tree if recursive else _folder)(path, attachments)
    except OSError as error:
        yield NamedInput(path, error)
    else:
        yield from _file(path, data, attachments)


def _file(path: str, data: bytes, attachments: Attachments) -> Iterator[NamedInput]:
    """The members of an archive, or the one input that any other file is."""
    read = _archive(data)
    if read is None:
        yield NamedInput(path, _input(data, attachments))
        return
    try:
        with io.BytesIO(data) if len(data) <= limits.INPUT_BYTES else open_file(path) as file:
            del data
            for name, content in read(file):
                at = f"{path}/{name}" if name else path
                yield NamedInput(
                    at,
                    Refusal("", content)
                    if isinstance(content, EvidenceError)
                    else make_input(content, attachments),
                )
    except OSError as error:
        yield NamedInput(path, error)


def _input(data: bytes, attachments: Attachments) -> Input | Refusal:
    if len(data) > limits.INPUT_BYTES:
        return Refusal("", limits.exceeded("input", limits.INPUT_BYTES, len(data)))
    return make_input(data, attachments)


def _archive(data: bytes) -> Callable[[BinaryIO], Iterator[ArchiveMember]] | None:
    """What reads an archive that begins so; None where it is none."""
    if pkzip.begins(data):
        return lambda file: pkzip.members(file, limits.INPUT_BYTES)
    if tar.begins(data):
        return lambda file: tar.members(file, limits.INPUT_BYTES)
    if data.startswith(GZIP) and tar.begins(_beginning(data)):
        return lambda file: tar.members(Inflated(file), limits.INPUT_BYTES)
    return None


def _beginning(data: bytes) -> bytes:
    try:
        return take(Inflated(io.BytesIO(data)), tar.BLOCK)
    except EvidenceError:
        return b""


def _folder(path: str, attachments: Attachments) -> Iterator[NamedInput]:
    """What `read_all` makes of a folder."""
    try:
        for content in read_all(path, attachments):
            yield NamedInput(path, content)
    except EvidenceError as error:
        yield NamedInput(path, Refusal("", error))
    except OSError as error:
        yield NamedInput(path, error)


def _tree(path: str, attachments: Attachments) -> Iterator[NamedInput]:
    """Every file of a folder and of the folders in it, by name. What cannot be read is said where it stands."""
    open_folders: list[Iterator[os.DirEntry[str]]] = []
    folder: str | None = path
    while folder is not None or open_folders:
        if folder is not None:
            try:
                with os.scandir(folder) as entries:
                    names = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                yield NamedInput(folder, error)
                names = []
            if together := parts(folder, [entry.name for entry in names]):
                yield from _folder(folder, attachments)
                names = [entry for entry in names if entry.name not in together]
            open_folders.append(iter(names))
            folder = None
        entry = next(open_folders[-1], None)
        if entry is None:
            open_folders.pop()
            continue
        try:
            mode = entry.stat().st_mode
        except OSError as error:
            yield NamedInput(entry.path, error)
            continue
        if stat.S_ISDIR(mode):
            folder = None if entry.is_symlink() else entry.path
        elif stat.S_ISREG(mode):
            yield from _at(entry.path, attachments, recursive=False)
        else:
            yield NamedInput(entry.path, OSError(errno.EINVAL, NO_FILE, entry.path))
