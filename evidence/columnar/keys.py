"""Which inputs of one shape say the same but for bytes that go into the claims as they lie.

The key of an input is the input itself, without those bytes: of what is *carried* into claims it has only what the tables of
a type look at, whether it is all zeros or all ones. So inputs of one key have the same claims but for the carried bytes, and
one of them is enough to know all. Nothing here knows a field: which bytes are carried follows from the mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.uint8]
"""One row an input, one column a byte."""
Look = Callable[[Matrix], npt.NDArray[Any]]
"""What more must be known of inputs, as one number each."""
ZEROS, ONES, OTHER = 1, 2, 3
WORD: Final = 8
"""Bytes that are worked on in one step; whatever is carried is longer."""
ALL: Final = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


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

    @property
    def parts(self) -> tuple[tuple[int, int], ...]:
        """The ranges that count for themselves."""
        return tuple(
            (self.start + low, self.start + high) for low, high in pairwise((0, *self.splits, self.size))
        )


class Keys:
    """How the keys of inputs of one shape are made, from their first `size` bytes.

    Raises `TypeError` for bytes that are said to be carried twice.
    """

    def __init__(self, size: int, carried: Iterable[Carried], looks: Iterable[Look] = ()) -> None:
        self.size, self.looks, self.carried = size, tuple(looks), sorted(carried)
        for one, other in pairwise(self.carried):
            if one.end > other.start:
                raise TypeError(f"bytes {other.start} to {one.end} are carried twice")
        self._parts = [part for one in self.carried for part in one.parts]
        kept = np.full(-(-size // WORD) * WORD, 0xFF, dtype=np.uint8)
        kept[size:] = 0
        for one in self.carried:
            kept[one.start : one.end] = 0
        self._kept = kept.view(np.uint64)

    def of(self, matrix: Matrix, further: npt.NDArray[Any]) -> Matrix:
        """The key of each row, all of one length; `further` is a number that is known beside the bytes."""
        beside = [further, *(look(matrix) for look in self.looks)]
        words = len(self._kept)
        keys = np.zeros((len(matrix), words + len(beside)), dtype=np.uint64)
        if self.size % WORD:
            keys.view(np.uint8)[:, : self.size] = matrix
            keys[:, :words] &= self._kept
        else:
            np.bitwise_and(np.ascontiguousarray(matrix).view(np.uint64), self._kept, out=keys[:, :words])
        keys[:, words:] = np.stack(beside, axis=1)
        octets = keys.view(np.uint8)
        for low, high in self._parts:
            octets[:, low] = code(matrix, low, high)
        return octets


def code(matrix: Matrix, low: int, high: int) -> npt.NDArray[np.uint8]:
    """ZEROS, ONES or OTHER for each row. The first word rules two of them out, for nearly all rows of most fields."""
    codes = np.full(len(matrix), OTHER, dtype=np.uint8)
    first = _word(matrix, low)
    for word, meaning in ((np.uint64(0), ZEROS), (ALL, ONES)):
        same = first == word
        if same.any():
            whole = same.all()
            content = matrix[:, low:high] if whole else matrix[same, low:high]
            rows = slice(None) if whole else np.flatnonzero(same)
            codes[rows] = np.where(is_all(content, word), meaning, OTHER)
    return codes


def is_all(content: Matrix, word: np.uint64) -> npt.NDArray[np.bool_]:
    """Whether each row is this word again and again; the last one may overlap the one before it."""
    size = content.shape[1]
    same = _word(content, size - WORD) == word
    for start in range(0, size - WORD, WORD):
        same &= _word(content, start) == word
    return np.asarray(same, bool)


def _word(matrix: Matrix, start: int) -> npt.NDArray[np.uint64]:
    """The eight bytes of each row at `start` as a number."""
    return np.ascontiguousarray(matrix[:, start : start + WORD]).view(np.uint64)[:, 0]
