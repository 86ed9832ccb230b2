"""A bounded reader for the variable parts of a format."""

from __future__ import annotations

from typing import TypeVar

from evidence.errors import TrailingBytes, Truncated
from evidence.wire.layout import Layout

L = TypeVar("L", bound=Layout)


class Cursor:
    """Reads `data[at:end]` from the front; every length that the data states goes through `take`.

    All offsets are absolute in `data`, those of child cursors too. `what` names the part in errors.
    """

    __slots__ = ("at", "data", "end", "what")

    def __init__(self, data: bytes, what: str, at: int = 0, end: int | None = None) -> None:
        self.data, self.what, self.at = data, what, at
        self.end = len(data) if end is None else end

    @property
    def left(self) -> int:
        """Bytes that are left."""
        return self.end - self.at

    def skip(self, size: int, what: str) -> int:
        """Where the next `size` bytes begin, which this goes past, or `Truncated`."""
        start = self.at
        if size > self.end - start:
            raise Truncated(what=what, offset=start, need=size, have=self.end - start)
        self.at = start + size
        return start

    def take(self, size: int, what: str = "") -> bytes:
        """The next `size` bytes, or `Truncated`."""
        start = self.skip(size, what or self.what)
        return self.data[start : self.at]

    def peek(self, size: int) -> bytes:
        """Up to `size` of the next bytes, without taking them."""
        return self.data[self.at : min(self.at + size, self.end)]

    def uint(self, size: int, what: str = "") -> int:
        """An unsigned little-endian integer of `size` bytes."""
        start = self.skip(size, what or self.what)
        return int.from_bytes(self.data[start : self.at], "little")

    def big(self, size: int, what: str = "") -> int:
        """An unsigned big-endian integer of `size` bytes."""
        start = self.skip(size, what or self.what)
        return int.from_bytes(self.data[start : self.at], "big")

    def read(self, kind: type[L], version: int | None = None) -> L:
        """A fixed structure."""
        start = self.at
        if self.end - start < kind.SIZE:
            self.skip(kind.SIZE, kind.__name__)  # raises
        self.at = start + kind.SIZE
        return kind.read(self.data, start, version)

    def sub(self, size: int, what: str) -> Cursor:
        """A reader of the next `size` bytes alone; this one goes on behind them."""
        start = self.skip(size, what)
        return Cursor(self.data, what, start, self.at)

    def rest(self) -> bytes:
        """All bytes that are left."""
        return self.take(self.left)

    def done(self) -> None:
        """Raise `TrailingBytes` unless everything was read."""
        if self.at != self.end:
            raise TrailingBytes(what=self.what, offset=self.at, extra=self.end - self.at)
