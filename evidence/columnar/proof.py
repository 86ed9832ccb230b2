"""The proof that columns say what rows say: over valid inputs, and over changes of them that share their keys or do not.

An input that is changed stands in one batch with the input that it was made from, so that it is told by the template of
that one wherever their keys are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from evidence.columnar import published
from evidence.columnar.batch import Converter
from evidence.columnar.leaves import NOTES, Leaf, leaves
from evidence.columnar.shapes import FixedShape
from evidence.columnar.types import SHAPES
from evidence.convert import parse
from evidence.errors import EvidenceError


class ColumnDifference(NamedTuple):
    """One path at which a row of columns says something else than the claims of its input."""

    row: int
    path: str
    column: Any
    claim: Any


def differences(inputs: list[bytes], converter: Converter | None = None) -> Iterator[ColumnDifference]:
    """Where the columns of these inputs differ from what `parse` gives for each."""
    rows = (converter or Converter()).convert(inputs).to_pylist()
    for number, (data, row) in enumerate(zip(inputs, rows, strict=True)):
        told = {path: value for path, value in row.items() if value is not None}
        wanted = _wanted(data, whole=told.pop(published.JSON, None) is not None)
        for path in dict.fromkeys((*told, *wanted)):
            if told.get(path) != wanted.get(path):
                yield ColumnDifference(number, path, told.get(path), wanted.get(path))


def _wanted(data: bytes, *, whole: bool) -> dict[str, Any]:
    """What a row must say: the error, or all claims that have columns and differ from their constants."""
    try:
        piece = parse(data)
    except EvidenceError as error:
        return {published.ERROR_CODE: error.code, published.ERROR: str(error)}
    told, fits = leaves(piece.claims), published.fits()
    if whole:  # the rest stands in the document that the row has
        return {path: plain(leaf) for path, leaf in told.items() if path in fits and fits[path] is None}
    without = _without(piece.type.name)
    told = {
        path: leaf for path, leaf in told.items() if not path.startswith(without) and fits.get(path) != leaf
    }
    wanted = {path: plain(leaf) for path, leaf in told.items()}
    if notes := [note for note in wanted.pop(NOTES, []) if not note["path"].startswith(without)]:
        wanted[NOTES] = notes
    return wanted


def _without(type: str) -> tuple[str, ...]:
    """The beginnings of the paths of claims of this type that have no columns."""
    return tuple({path for shape in SHAPES if shape.type == type for path in shape.without})


def plain(value: Leaf) -> Any:
    """A leaf as a row of columns gives it."""
    if isinstance(value, tuple):
        return [
            value
            if isinstance(value, str | int)
            else {n: getattr(value, n) for n in ("code", "path", "detail")}
            for value in value
        ]
    return bytes(value) if isinstance(value, bytes) else value


def changes(data: bytes, seed: int, flips: int) -> Iterator[bytes]:
    """The input, and changes of it: bytes, ranges, everything that is carried, its end."""
    random = Random(seed)  # noqa: S311 (a seed, so that a failure can be seen again)
    yield data
    for at in random.sample(range(len(data)), min(len(data), flips)):
        for value in (0, 0xFF, data[at] ^ 1, random.randrange(256)):
            yield _with(data, at, bytes([value]))
    for _ in range(flips):
        size = random.choice((2, 4, 8, 16, 32, 48, 64))
        at = random.randrange(max(1, len(data) - size))
        yield _with(data, at, random.choice((bytes(size), b"\xff" * size, random.randbytes(size))))
    for shape in SHAPES:
        if len(data) >= shape.size:
            yield from _carried(data, shape, random)
    for at in random.sample(range(len(data)), min(len(data), flips // 8)):
        yield data[:at]
    yield data + bytes(16)
    yield data + b"x"


def _carried(data: bytes, shape: FixedShape, random: Random) -> Iterator[bytes]:
    """Every value that a maker could look at, in every place that is carried."""
    for one in shape.keys.carried:
        for low, high in one.parts:
            size = high - low
            for value in (bytes(size), b"\xff" * size, random.randbytes(size)):
                yield _with(data, low, value)
            yield _with(data, low, bytes(size - 1) + b"\1")
            yield _with(data, low, b"\1" + bytes(size - 1))


def _with(data: bytes, at: int, value: bytes) -> bytes:
    return (data[:at] + value + data[at + len(value) :])[: len(data)]
