"""SNP reports: the whole of a report is one structure."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from evidence.columnar.keys import ZEROS, Carried, Look, Matrix, code
from evidence.columnar.shapes import FixedShape, ShapeStructure, keys, number
from evidence.types.snp.layout import P384_ORDER, PRODUCTS, SIZE, VERSIONS, Report
from evidence.types.snp.mapping import TABLES
from evidence.types.snp.paravisor import DIGEST, IMAGE_ID

SCALAR: Final = 48
"""Bytes of r and s that are not zero."""


def scalar(field: str) -> Look:
    """Whether a signature value is in its range: not zero, and less than n of P-384, whose first byte is 0xFF."""
    place = Report.PLACES[field]

    def look(matrix: Matrix) -> Any:
        value = matrix[:, place.offset : place.end]
        good = (code(value, 0, SCALAR) != ZEROS) & (code(value, SCALAR, place.size) == ZEROS)
        for row in np.flatnonzero(value[:, SCALAR - 1] == 0xFF):  # one of 256
            good[row] &= int.from_bytes(value[row, :SCALAR].tobytes(), "little") < P384_ORDER
        return good

    return look


def _is_image(matrix: Matrix) -> Any:
    """Whether the image is the one that the signs of a paravisor have."""
    place = Report.PLACES["image_id"]
    return (matrix[:, place.offset : place.end] == np.frombuffer(IMAGE_ID, np.uint8)).all(axis=1)


def _is_report(matrix: Matrix, sizes: npt.NDArray[np.int64]) -> Any:
    version = number(matrix, 0, 4)
    return (sizes == SIZE) & (version >= VERSIONS[0]) & (version <= VERSIONS[-1])


FUNCTIONS: Final = {
    "report_data": (DIGEST,),
    "author_key_digest": (),
    "chip_id": tuple(sorted({product.chip_id_size for product in PRODUCTS.values()} - {64})),
}
SIGNATURE: Final = tuple(
    Carried(place.offset, place.size)
    for name, place in Report.PLACES.items()
    if name in {"signature_r", "signature_s"}
)
SHAPES: Final = (
    FixedShape(
        type="amd-sev-snp",
        name="report",
        size=SIZE,
        keys=keys(
            SIZE,
            (ShapeStructure(0, Report, TABLES),),
            carried=FUNCTIONS,
            further=SIGNATURE,
            looks=(scalar("signature_r"), scalar("signature_s"), _is_image),
        ),
        chosen=_is_report,
    ),
)
