"""Quotes of TDX and SGX up to their certification data, and TDREPORTs.

What the certification data says (environment `pck`, `certificates`, notes about them) has no columns: each platform has
its own. Its sizes are a part of the key, so that a quote is accepted or refused as it would be by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256, sha384
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from evidence.columnar.keys import Carried, Look, Matrix
from evidence.columnar.shapes import FixedShape, ShapeStructure, keys, number
from evidence.mapping import Mapping
from evidence.types._dcap.certification import CHAINS
from evidence.types._dcap.identify import INTEL, TDX
from evidence.types._dcap.layout import (
    BODY_SIZES,
    HEADER_SIZE,
    TEE_SGX,
    CertificationHead,
    Header3,
    Header4,
    QeReportSignature,
    QuoteSignature,
    SgxReport,
)
from evidence.types._dcap.mapping import BOUND, QE
from evidence.types._dcap.quote import LENGTH_SIZE, body_start
from evidence.types.sgx.mapping import ENCLAVE
from evidence.types.tdx import TDREPORT
from evidence.types.tdx.layout import (
    TD_10,
    TD_15,
    TD_15EX,
    ReportMac,
    TdInfo,
    TdReport,
    TdReportStruct,
    TeeTcbInfo,
)
from evidence.types.tdx.mapping import BODY, REPORTED_MODULE, REPORTED_TD
from evidence.types.tdx.paravisor import DIGEST
from evidence.types.tdx.read import REPORT_VERSIONS
from evidence.wire.layout import Layout, Place

AUTHENTICATION: Final = 32
"""Bytes of QE authentication data that all known quoting enclaves write. Quotes with others go by themselves."""
KEY: Final = 64
"""Bytes of an attestation key, and of report data."""
Hash = Callable[..., Any]
SGX: Final = 1
"""The body type of an SGX report."""
FUNCTIONS: Final[dict[str, tuple[int, ...]]] = {
    "report_data": (),
    "reportdata": (DIGEST,),
    "mrsignerseam": (),
    "mrservicetd": (),
    "tee_tcb_info_hash": (),
    "tee_info_hash": (),
}
"""Fields whose makers are functions that put their bytes into a claim, and tell only zeros from others; of report data each half by itself."""
WITHOUT: Final = ("/environments/pck", "/certificates", f"/consistency/{BOUND}/computed")


def _bound(key: int, report_data: int, authentication: int) -> Look:
    """Whether the QE's report data is the digest of attestation key and authentication data, then zeros."""

    def look(matrix: Matrix) -> Any:
        keys, data = matrix[:, key : key + KEY], matrix[:, authentication : authentication + AUTHENTICATION]
        return _hashes(
            sha256, np.concatenate((keys, data), axis=1), matrix[:, report_data : report_data + KEY]
        )

    return look


def _digest(function: Hash, start: int, content: slice) -> Look:
    """Whether the bytes at `start` are the digest of `content`."""

    def look(matrix: Matrix) -> Any:
        return _hashes(function, matrix[:, content], matrix[:, start : start + function().digest_size])

    return look


def _hashes(function: Hash, content: Matrix, value: Matrix) -> Any:
    """Whether each value begins with the digest of its content, and has only zeros after it."""
    size = function().digest_size
    rows = memoryview(content.tobytes())
    width = content.shape[1]
    digests = b"".join([function(rows[at : at + width]).digest() for at in range(0, len(rows), width)])
    same = (value[:, :size] == np.frombuffer(digests, np.uint8).reshape(-1, size)).all(axis=1)
    return same & ~value[:, size:].any(axis=1)


def _quote(
    version: int, *, tdx: bool, body_type: int, body: type[Layout], tables: tuple[Mapping, ...]
) -> FixedShape:
    header = Header3 if version == 3 else Header4
    start = body_start(version)
    signature = start + BODY_SIZES[body_type] + LENGTH_SIZE
    report = signature + QuoteSignature.SIZE + (0 if version == 3 else CertificationHead.SIZE)
    vouched = report + SgxReport.SIZE
    authentication = vouched + QeReportSignature.SIZE
    certification = authentication + AUTHENTICATION
    size = certification + CertificationHead.SIZE
    own, key = QuoteSignature.PLACES["signature"], QuoteSignature.PLACES["attestation_key"]
    qe = QE[3 if version == 3 else 4]
    report_data = report + SgxReport.PLACES["report_data"].offset

    def chosen(matrix: Matrix, sizes: npt.NDArray[np.int64]) -> Any:
        good = (sizes > size) & (number(matrix, 0, 2) == version)
        good &= (matrix[:, 12:28] == np.frombuffer(INTEL, np.uint8)).all(axis=1)
        if version > 3:
            good &= number(matrix, 4, 4) == (TDX if tdx else TEE_SGX)
        if version == 5:
            good &= number(matrix, HEADER_SIZE, 2) == body_type
        good &= number(matrix, vouched + 64, 2) == AUTHENTICATION
        return good & np.isin(number(matrix, certification, 2), [*CHAINS])

    return FixedShape(
        type="intel-tdx" if tdx else "intel-sgx",
        name=f"v{version}-{body_type}",
        size=size,
        keys=keys(
            size,
            (
                ShapeStructure(0, header, (qe,)),
                ShapeStructure(start, body, tables),
                ShapeStructure(report, SgxReport, (qe,)),
            ),
            carried=FUNCTIONS,
            further=(
                Carried(signature + own.offset, own.size),
                Carried(signature + key.offset, key.size, (f"{qe.here}/keys/attestation_key",)),
                Carried(vouched, 64),
                Carried(authentication, AUTHENTICATION, (f"{qe.here}/values/qe_authentication_data",)),
            ),
            looks=(_bound(signature + key.offset, report_data, authentication),),
        ),
        chosen=chosen,
        open=True,
        without=WITHOUT,
    )


def _quotes() -> Iterator[FixedShape]:
    for version in (4, 5):
        for body_type in (TD_10,) if version == 4 else (TD_10, TD_15, TD_15EX):
            yield _quote(version, tdx=True, body_type=body_type, body=TdReport, tables=BODY)
    for version in (3, 4, 5):
        yield _quote(version, tdx=False, body_type=SGX, body=SgxReport, tables=(ENCLAVE,))


def _tdreport() -> FixedShape:
    info, td = TdReportStruct.PLACES["tee_tcb_info"], TdReportStruct.PLACES["td_info"]
    mac = ReportMac.PLACES

    def chosen(matrix: Matrix, sizes: npt.NDArray[np.int64]) -> Any:
        return (
            (sizes == TdReportStruct.SIZE)
            & (matrix[:, 0] == TDREPORT)
            & np.isin(matrix[:, 2], REPORT_VERSIONS)
        )

    def hashes(field: str, part: Place) -> Look:
        return _digest(sha384, mac[field].offset, slice(part.offset, part.end))

    return FixedShape(
        type="intel-tdx",
        name="tdreport",
        size=TdReportStruct.SIZE,
        keys=keys(
            TdReportStruct.SIZE,
            (
                ShapeStructure(0, ReportMac, (REPORTED_TD,)),
                ShapeStructure(info.offset, TeeTcbInfo, (REPORTED_MODULE,)),
                ShapeStructure(td.offset, TdInfo, (REPORTED_TD,)),
            ),
            carried=FUNCTIONS,
            further=(Carried(mac["mac"].offset, mac["mac"].size),),
            looks=(hashes("tee_tcb_info_hash", info), hashes("tee_info_hash", td)),
        ),
        chosen=chosen,
        without=tuple(
            f"/consistency/{name}-binding/computed" for name in ("tee_tcb_info_hash", "tee_info_hash")
        ),
    )


SHAPES: Final = (*_quotes(), _tdreport())
