"""What a converter knows of the inputs of one shape: their templates, and the columns of these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa

from evidence.columnar.assemble import TYPES, Index, PathValues, look
from evidence.columnar.keys import Matrix
from evidence.columnar.published import kinds
from evidence.columnar.templates import Template

MOST: Final = 8_192
"""Templates that are kept of one shape: a fleet has few."""
ALONE: Final = Template({}, {})
"""Stands for inputs that must each be read by themselves."""


class Known:
    """Templates by their keys, and by their numbers, which stay the same until there are too many."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self.templates: list[Template] = []
        self._looks: dict[str, PathValues] = {}

    def make_room(self) -> None:
        """Forget all, where it is too much. The numbers of before are void then."""
        if len(self.templates) > MOST:
            self.__init__()  # type: ignore[misc]

    def numbers(self, keys: Matrix, learn: Callable[[int], Template | None]) -> Index:
        """The number of the template of each row's key; `learn` makes it from a row, or says None."""
        buffers = [None, pa.py_buffer(keys)]
        encoded = pa.Array.from_buffers(pa.binary(keys.shape[1]), len(keys), buffers).dictionary_encode()
        index = encoded.indices.to_numpy(zero_copy_only=False)
        numbers = []
        for place, key in enumerate(encoded.dictionary.to_pylist()):
            number = self._numbers.get(key)
            if number is None:
                number = self._numbers[key] = len(self.templates)
                self.templates.append(learn(int(np.argmax(index == place))) or ALONE)
                self._looks.clear()
            numbers.append(number)
        return np.asarray(np.array(numbers, np.int32)[index])

    def columns(self, index: Index, matrix: Matrix | None) -> list[pa.Array]:
        """All columns of claims."""
        if not self._looks:
            paths = {path for template in self.templates for path in (*template.leaves, *template.slices)}
            self._looks = {
                path: look(path, kind, self.templates) for path, kind in kinds().items() if path in paths
            }
        absent = {kind: pa.nulls(len(index), type) for kind, type in TYPES.items()}
        return [
            self._looks[path].rows(index, matrix) if path in self._looks else absent[kind]
            for path, kind in kinds().items()
        ]
