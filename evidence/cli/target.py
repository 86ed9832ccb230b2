"""Where `-o FILE` writes: the file is replaced when the output is whole, and is never one that is read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from evidence.cli import streams
from evidence.cli.ending import UNFINISHED
from evidence.errors import UsageError
from evidence.reader import NO_NAME

Write = Callable[[bytes], object]


@contextmanager
def target(path: str, sources: Iterable[str]) -> Iterator[Write]:
    """A function that writes to `path`, `-` for standard output; a file is replaced when the block ends well.

    Where nothing was written it stays what it was. What is no regular file (a device, a FIFO) cannot be replaced,
    and is written as it is. Raises `UsageError` if it is one of `sources` by any name, and `OSError`.
    """
    if path == "-":
        yield streams.put
        return
    with _errors_of(path):
        if not os.path.basename(path):  # noqa: PTH119 (pathlib drops the slash that says so)
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        try:
            place = os.path.realpath(path)  # a symbolic link stays one
        except ValueError:  # of which Python makes no OSError
            raise OSError(errno.EINVAL, NO_NAME) from None
        old = _status(path)
        _check_sources(path, old, sources)
        if old is None or (stat.S_ISREG(old.st_mode) and _is_same(old, _status(place))):
            with _replacement(place, old) as write:
                yield write
        else:
            with open(path, "wb") as file:  # noqa: PTH123 (an empty path is none, and Path makes a directory of it)
                yield file.write


@contextmanager
def _replacement(place: str, old: os.stat_result | None) -> Iterator[Write]:
    """A function that writes to a new file beside `place`, which takes its place when the block ends well."""
    if old is not None and not os.access(place, os.W_OK):  # replacing it would not ask
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    name = str(Path(place).with_name(f".evidence-{os.urandom(8).hex()}.tmp"))
    UNFINISHED.add(name)
    try:
        with _create(name, old) as file:
            yield file.write
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        if size:
            Path(name).replace(place)
    finally:
        with suppress(OSError):
            Path(name).unlink()
        UNFINISHED.discard(name)


def _create(name: str, old: os.stat_result | None) -> BinaryIO:
    """A new file with the permissions of the one that it is to replace, or of any new file."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(name, flags, 0o666 if old is None else 0o600), "wb")
    if old is not None:
        with suppress(OSError):  # only root gives files away
            os.chown(name, old.st_uid, old.st_gid)
        with suppress(OSError):  # some file systems have no permissions
            Path(name).chmod(old.st_mode & 0o777)
    return file


def _check_sources(path: str, old: os.stat_result | None, sources: Iterable[str]) -> None:
    if old is None or stat.S_ISCHR(old.st_mode):  # a terminal is read and written at once
        return
    for source in sources:
        if any(_is_same(old, status) for status in _read_with(source)):
            raise UsageError(f"-o {path}: it is read as {source}, and would be lost")


def check_apart(path: str, sources: Iterable[str]) -> None:
    """Raise `UsageError` if `path` is one of `sources` by any name, and `OSError` where it cannot be looked at."""
    with _errors_of(path):
        old = _status(path)
        if old is not None:
            _check_sources(path, old, sources)


def check_outside(path: str, folders: Iterable[str]) -> None:
    """Raise `UsageError` if `path` lies in one of `folders`, of which every file is read: this one would be as well."""
    place = Path(os.path.realpath(path))
    for folder in folders:
        if folder != "-" and Path(os.path.realpath(folder)) in place.parents:
            raise UsageError(f"-o {path}: it lies in {folder}, of which every file is read")


def _read_with(source: str) -> Iterator[os.stat_result | None]:
    """What is read where `source` is named: itself, and the files of a directory."""
    if source == "-":
        with suppress(OSError):
            yield os.fstat(0)
        return
    yield _status(source)
    with suppress(OSError, ValueError), os.scandir(source) as entries:
        for entry in entries:
            yield _status(entry.path)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 (an empty path is none, and Path makes a directory of it)
    except (FileNotFoundError, ValueError):
        return None


def _is_same(one: os.stat_result, other: os.stat_result | None) -> bool:
    return other is not None and os.path.samestat(one, other)


@contextmanager
def _errors_of(path: str) -> Iterator[None]:
    """Gives every error of the block the path that the caller knows."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = path, None
        raise
