"""What a container yields."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from evidence.errors import BadEncoding

SHORTEST: Final = 64
"""Bytes of the smallest part that is yielded: no evidence is smaller, and most values are."""


class ContainedPart(NamedTuple):
    """Bytes inside of others: the container's name, the path inside of it, and the bytes.

    `value` is the decoded object of JSON that the bytes are, where they are one. What a part that is `open` holds
    follows as parts of their own. `broken` is why there may be more of it: the text that says the bytes is not whole.
    """

    name: str
    at: str
    data: bytes
    value: Any = None
    open: bool = False
    broken: BadEncoding | None = None


Parts = Iterable[ContainedPart] | None
"""What a container gives: the parts, or None where the bytes are not of its kind."""
Closed = Callable[[Any], bool]
"""Whether an object of JSON is yielded as a whole, and not looked into."""


class Lines:
    """The lines and columns of places in a text, counted from 1; places are asked for in ascending order."""

    __slots__ = ("at", "begin", "data", "line")

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.line, self.begin = data, 0, 1, 0

    def place(self, at: int) -> str:
        """`LINE:COLUMN` of the byte at `at`."""
        self.line += self.data.count(b"\n", self.at, at)
        self.begin = self.data.rfind(b"\n", self.at, at) + 1 or self.begin
        self.at = max(self.at, at)
        return f"{self.line}:{at - self.begin + 1}"
