"""SNP reports: the whole of a report is one structure."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from evidence.columnar.keys import Carried, Look, Matrix, Words
from evidence.columnar.shapes import Shape, Structure, keys, number
from evidence.types.snp.layout import PRODUCTS, SIZE, VERSIONS, Report
from evidence.types.snp.mapping import TABLES

SCALAR_BYTES: Final = 48
"""Bytes of r and s that are not zero; n of P-384 begins (at its high end) with 24 bytes of ones."""


def scalar(field: str) -> Look:
    """Whether a signature value is in its range beyond doubt: not zero, and less than 2^384 - 2^376."""
    place = Report.PLACES[field]

    def look(matrix: Matrix) -> npt.NDArray[np.uint8]:
        words = Words(matrix)
        good = matrix[:, place.offset + SCALAR_BYTES - 1] != 0xFF
        good &= words.any(place.offset, place.offset + SCALAR_BYTES) != 0
        good &= words.any(place.offset + SCALAR_BYTES, place.end) == 0
        return good.astype(np.uint8)

    return look


def _is_report(matrix: Matrix, sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    version = number(matrix, 0, 4)
    return (sizes == SIZE) & (version >= VERSIONS[0]) & (version <= VERSIONS[-1])


FUNCTIONS: Final = {
    "report_data": (),
    "author_key_digest": (),
    "chip_id": tuple(sorted({product.chip_id_size for product in PRODUCTS.values()} - {64})),
}
SIGNATURE: Final = tuple(Carried(place.offset, place.size) for name, place in Report.PLACES.items() if name in {"signature_r", "signature_s"})
SHAPES: Final = (
    Shape(
        type="amd-sev-snp",
        name="report",
        size=SIZE,
        keys=keys(
            SIZE,
            (Structure(0, Report, TABLES),),
            carried=FUNCTIONS,
            further=SIGNATURE,
            looks=(scalar("signature_r"), scalar("signature_s")),
        ),
        chosen=_is_report,
    ),
)
