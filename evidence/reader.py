"""Files of anybody, opened so that reading them ends: a FIFO that nobody writes to is refused."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from io import BufferedReader, FileIO
from os import PathLike
from typing import Any, Final

PATIENCE: Final = 1000
"""Milliseconds in which a writer of a FIFO must have come."""

SMALLEST: Final = 1 << 12
"""Bytes that are asked for at least: a kernel's files have no size, and a page of content."""
CHUNK: Final = 1 << 18

NO_NAME: Final = "no file can have this name"

_HALF: Final = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Surrogates that stand for no byte of a name."""
_AT_ONCE: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""A FIFO without a writer blocks whoever opens it; a terminal could become that of the process."""


def as_text(name: str) -> str:
    r"""The name of a file as text: bytes of it that are not UTF-8 are written as `\xff`."""
    whole = _HALF.sub(lambda half: ascii(half[0])[1:-1], name)
    return whole.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def open_file(path: str | PathLike[str]) -> BufferedReader:
    """The file at `path`, open to read its bytes; the caller bounds how many.

    Raises `OSError`, also for a path that no file can have: empty, with a NUL, or with half of a surrogate pair.
    """
    try:
        return BufferedReader(_OpenFile(path, opener=_descriptor))
    except ValueError:  # of which Python makes no OSError, before anything is opened
        raise OSError(errno.EINVAL, NO_NAME, path) from None


def read_file(path: str | PathLike[str], most: int) -> bytes:
    """The bytes of the file at `path`; of a longer one `most` and one more, for the caller to refuse.

    What is asked for follows from the file's size, so that a small one costs a small buffer. That is a hint alone: files
    of a kernel have more than they say, or less. Raises `OSError`, `IsADirectoryError` for a folder.
    """
    descriptor = _descriptor(path, os.O_RDONLY)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if stat.S_ISREG(status.st_mode):
            return _whole(lambda size: os.read(descriptor, size), status.st_size, most)
        with BufferedReader(_OpenFile(path, opener=lambda *_: os.dup(descriptor))) as file:
            return file.read(most + 1)
    finally:
        os.close(descriptor)


def _whole(read: Callable[[int], bytes], size: int, most: int) -> bytes:
    parts, left, ask, more = [], most + 1, max(size + 1, SMALLEST), SMALLEST
    while left > 0 and (part := read(min(left, ask))):
        parts.append(part)
        left -= len(part)
        ask, more = more, min(2 * more, CHUNK)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _descriptor(path: str | PathLike[str], flags: int) -> int:
    try:
        return os.open(path, flags | _AT_ONCE | getattr(os, "O_BINARY", 0))
    except ValueError:  # of which Python makes no OSError
        raise OSError(errno.EINVAL, NO_NAME, path) from None
    except PermissionError:
        if os.path.isdir(path):  # noqa: PTH112 (an empty path is none) as some systems say it
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path) from None
        raise


class _OpenFile(FileIO):
    """A file that was opened without waiting. Of a FIFO, a writer is waited for, but not for long."""

    def __init__(self, path: str | PathLike[str], opener: Any) -> None:
        super().__init__(path, opener=opener)
        self.alone = stat.S_ISFIFO(os.fstat(self.fileno()).st_mode)
        """Whether no writer was noticed yet."""
        if not self.alone and _AT_ONCE:
            os.set_blocking(self.fileno(), True)

    def readinto(self, buffer: Any) -> int | None:
        return self._first(buffer) if self.alone else super().readinto(buffer)

    def _first(self, buffer: Any) -> int | None:
        """What the first writer has, waiting without end once there is one."""
        import select

        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        for wait in (0, PATIENCE):
            ready = poll.poll(wait)  # there are bytes, or there was a writer
            size = super().readinto(buffer)  # None: there is a writer, without bytes yet
            if ready or size != 0:
                self.alone = False
                os.set_blocking(self.fileno(), True)
                return super().readinto(buffer) if size is None else size
        raise OSError(errno.ENXIO, "a FIFO that nobody writes to", self.name)
