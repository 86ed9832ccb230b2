"""The shapes that have columns: one module for each family of types."""

from __future__ import annotations

from typing import Final

from evidence.columnar.shapes import Shape
from evidence.columnar.types import dcap, snp

SHAPES: Final[tuple[Shape, ...]] = (*snp.SHAPES, *dcap.SHAPES)
