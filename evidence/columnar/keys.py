"""Which inputs of one shape say the same but for bytes that go into the claims as they lie.

The key of an input has all of its bytes that a claim can depend on. Of the bytes that are *carried* into claims it has
only what the tables of a type look at: whether they are all zero, or all ones. So inputs of one key have the same claims
but for those bytes, and one of them is enough to know all. Nothing here knows a field: which bytes are carried follows from
the mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.uint8]
"""One row an input, one column a byte."""
Look = Callable[[Matrix], npt.NDArray[np.uint8]]
"""What more must be known of inputs, as one number each."""
ZEROS, ONES, OTHER = range(3)
WORD: Final = 8
"""Bytes that are looked at in one step."""


class Carried(NamedTuple):
    """Bytes that go into claims as they lie.

    `paths` are the entries that hold them. What else claims say depends on these bytes only by whether they are all
    zero or all ones; of those with `splits` (offsets in them) each part counts for itself.
    """

    start: int
    size: int
    paths: tuple[str, ...] = ()
    splits: tuple[int, ...] = ()

    @property
    def end(self) -> int:
        return self.start + self.size

    def parts(self) -> Iterable[tuple[int, int]]:
        """The ranges that count for themselves."""
        edges = [0, *self.splits, self.size]
        return [(self.start + low, self.start + high) for low, high in zip(edges, edges[1:], strict=False)]


class Keys:
    """How the keys of inputs of one shape are made, from their first `size` bytes."""

    def __init__(
        self,
        size: int,
        carried: Iterable[Carried],
        zeros: Iterable[tuple[int, int]] = (),
        looks: Iterable[Look] = (),
    ) -> None:
        self.size, self.looks = size, tuple(looks)
        self.carried = sorted(carried)
        self.zeros = sorted(zeros)
        self.verbatim = _gaps(size, sorted([*((one.start, one.end) for one in self.carried), *self.zeros]))

    def of(self, matrix: Matrix, further: npt.NDArray[Any] | None = None) -> Matrix:
        """The key of each row, all of one length; `further` are numbers that are known beside the bytes."""
        columns = [matrix[:, low:high] for low, high in self.verbatim]
        words = Words(matrix)
        codes = [words.code(low, high) for one in self.carried for low, high in one.parts()]
        reserved = np.zeros(len(matrix), dtype=np.uint64)
        for low, high in self.zeros:
            reserved |= words.any(low, high)
        codes.append((reserved != 0).astype(np.uint8))
        codes += [look(matrix) for look in self.looks]
        columns.append(np.stack(codes, axis=1))
        if further is not None:
            columns.append(further.astype("<u8").view(np.uint8).reshape(len(matrix), -1))
        return np.concatenate(columns, axis=1)


def _gaps(size: int, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What lies between the ranges; `TypeError` where two of them overlap."""
    gaps, end = [], 0
    for low, high in ranges:
        if low < end:
            raise TypeError(f"bytes {low} to {end} are said twice")
        if low > end:
            gaps.append((end, low))
        end = high
    if end < size:
        gaps.append((end, size))
    return gaps


class Words:
    """Rows as words of eight bytes, of which many are looked at in one step."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        rows, size = matrix.shape
        if size % WORD:
            wide = np.zeros((rows, size + WORD - size % WORD), dtype=np.uint8)
            wide[:, :size] = matrix
            matrix = wide
        self.words = np.ascontiguousarray(matrix).view(np.uint64)

    def any(self, low: int, high: int) -> npt.NDArray[np.uint64]:
        """A number for each row that is zero only if the bytes of the range are."""
        first, last = -(-low // WORD), high // WORD
        total = np.zeros(len(self.matrix), dtype=np.uint64)
        if first >= last:
            first = last = -(-high // WORD)
        for word in range(first, last):
            total |= self.words[:, word]
        for byte in (*range(low, min(first * WORD, high)), *range(max(last * WORD, low), high)):
            total |= self.matrix[:, byte]
        return total

    def code(self, low: int, high: int) -> npt.NDArray[np.uint8]:
        """ZEROS, ONES or OTHER for each row."""
        code = np.full(len(self.matrix), OTHER, dtype=np.uint8)
        code[self.any(low, high) == 0] = ZEROS
        first = self.matrix[:, low] == 0xFF  # few rows begin so, and only these are looked at further
        if first.any():
            rows = np.flatnonzero(first)
            code[rows[(self.matrix[rows, low:high] == 0xFF).all(axis=1)]] = ONES
        return code
