"""The shapes that have columns: one module for each family of types."""

from __future__ import annotations

from typing import Final

import numpy as np

from evidence.columnar.shapes import FixedShape
from evidence.columnar.types import dcap, snp

SHAPES: Final[tuple[FixedShape, ...]] = (*snp.SHAPES, *dcap.SHAPES)


def has_shape(data: bytes) -> bool:
    """Whether an input is told by the template of its key."""
    row, size = np.frombuffer(data, np.uint8)[None, :], np.array([len(data)])
    return any(len(data) >= shape.size and shape.chosen(row[:, : shape.size], size)[0] for shape in SHAPES)
