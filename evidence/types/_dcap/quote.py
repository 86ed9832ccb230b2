"""Bytes to a checked `Quote`: header, body, signature data. What a body is, its type says.

Sources: Intel DCAP, sgx_quote_3.h, sgx_quote_4.h, sgx_quote_5.h; for the order and the exact sizes also
Intel QVL, Quote.cpp.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Generic, NamedTuple, TypeVar

from msgspec import Struct

from evidence.errors import ConstraintViolation, UnsupportedVersion
from evidence.types._dcap import certification
from evidence.types._dcap.certification import QE_REPORT, Certification
from evidence.types._dcap.identify import INTEL
from evidence.types._dcap.layout import (
    ECDSA_P256,
    HEADER_SIZE,
    CertificationHead,
    Descriptor,
    Header3,
    Header4,
    QeReportSignature,
    QuoteSignature,
    SgxReport,
)
from evidence.wire.cursor import Cursor
from evidence.wire.layout import Layout

OUTER: Final = "6 (ECDSA_SIG_AUX_DATA)"
"""What versions 4 and 5 wrap around the QE report; version 3 has no wrapper."""
B = TypeVar("B", bound=Layout)
LENGTH_SIZE: Final = 4
"""Bytes of the length of the signature data."""


class QuoteBody(NamedTuple, Generic[B]):
    """One kind of body: its type (the number is of version 5), its size (bytes), its reader."""

    type: int
    size: int
    read: Callable[[bytes, int], B]


class Family(NamedTuple, Generic[B]):
    """What one type of evidence takes: its TEE type, and its bodies by version."""

    name: str
    tee_type: int
    bodies: Mapping[int, tuple[QuoteBody[B], ...]]


class SignatureData(Struct, frozen=True, kw_only=True):
    """All that follows the body: the quote's signature, and what vouches for its key."""

    signature: bytes
    attestation_key: bytes
    qe_report: SgxReport
    qe_report_signature: bytes
    qe_authentication_data: bytes
    certification: Certification


class Quote(Struct, Generic[B], frozen=True, kw_only=True):
    """One quote. `body_type` is the number of version 5 also where the version implies it.

    `signed` (bytes) is where header and body end, which the signature covers, and the length of the
    signature data stands; `size` is where the signature data ends.
    """

    header: Header3 | Header4
    body_type: int
    body: B
    signature_data: SignatureData
    signed: int
    size: int


def body_start(version: int) -> int:
    """Where the body begins (bytes): version 5 has a descriptor before it."""
    return HEADER_SIZE + Descriptor.SIZE if version >= 5 else HEADER_SIZE


def qe_report_start(quote: Quote[B]) -> int:
    """Where the QE report begins (bytes): behind the wrapper, which version 3 does not have."""
    wrapper = 0 if quote.header.version == 3 else CertificationHead.SIZE
    return quote.signed + LENGTH_SIZE + QuoteSignature.SIZE + wrapper


def read(data: bytes, family: Family[B]) -> Quote[B]:
    """The quote at the start of `data`; what follows the signature data is not looked at.

    Raises `UnsupportedVersion`, `Truncated`, `TrailingBytes` or `ConstraintViolation` with the offset. Every
    length must be exactly that of what it holds.
    """
    cursor = Cursor(data, "quote")
    header = _header(cursor, family)
    body = _body(cursor, family, header.version)
    start = cursor.skip(body.size, "quote body")
    report = body.read(data, start)
    size = cursor.uint(LENGTH_SIZE, "signature data length")
    signature_data = _signature_data(cursor.sub(size, "signature data"), header.version)
    return Quote(
        header=header,
        body_type=body.type,
        body=report,
        signature_data=signature_data,
        signed=start + body.size,
        size=cursor.at,
    )


def _header(cursor: Cursor, family: Family[B]) -> Header3 | Header4:
    version = int.from_bytes(cursor.data[:2], "little")
    if version not in family.bodies and cursor.left >= 2:
        raise UnsupportedVersion(type=family.name, got=version, known=tuple(family.bodies), offset=0)
    header = cursor.read(Header3) if version == 3 else cursor.read(Header4)
    if isinstance(header, Header4) and header.tee_type != family.tee_type:
        raise _violation(header, "tee_type", "0 (SGX) or 0x81 (TDX)")
    if header.qe_vendor_id != INTEL:
        raise _violation(header, "qe_vendor_id", f"{INTEL.hex()} (Intel): another QE may quote differently")
    if header.att_key_type != ECDSA_P256:
        raise _violation(header, "att_key_type", f"{ECDSA_P256} (ECDSA P-256)")
    return header


def _violation(header: Layout, field: str, allowed: str) -> ConstraintViolation:
    return ConstraintViolation(
        what=f"{type(header).__name__}.{field}",
        offset=header.PLACES[field].offset,
        got=getattr(header, field),
        allowed=allowed,
        spec=header.SPEC,
    )


def _body(cursor: Cursor, family: Family[B], version: int) -> QuoteBody[B]:
    bodies = family.bodies[version]
    if version < 5:
        return bodies[0]
    start = cursor.at
    descriptor = cursor.read(Descriptor)
    for body in bodies:
        if body.type == descriptor.type:
            break
    else:
        allowed = ", ".join(str(one.type) for one in bodies) + f" ({family.name})"
        raise ConstraintViolation(
            what="Descriptor.type", offset=start, got=descriptor.type, allowed=allowed, spec=Descriptor.SPEC
        )
    if descriptor.size != body.size:
        raise ConstraintViolation(
            what="Descriptor.size",
            offset=start + Descriptor.PLACES["size"].offset,
            got=descriptor.size,
            allowed=f"{body.size} (body type {body.type})",
            spec=Descriptor.SPEC,
        )
    return body


def _signature_data(cursor: Cursor, version: int) -> SignatureData:
    own = cursor.read(QuoteSignature)
    inner = cursor if version == 3 else _outer(cursor)
    qe_report = inner.read(SgxReport)
    vouched = inner.read(QeReportSignature)
    authentication_data = inner.take(vouched.authentication_data_size, "QE authentication data")
    place, head = inner.at, inner.read(CertificationHead)
    certified = certification.read(head.type, place, inner.sub(head.size, "certification data"))
    inner.done()
    return SignatureData(
        signature=own.signature,
        attestation_key=own.attestation_key,
        qe_report=qe_report,
        qe_report_signature=vouched.signature,
        qe_authentication_data=authentication_data,
        certification=certified,
    )


def _outer(cursor: Cursor) -> Cursor:
    """The inside of the wrapper that versions 4 and 5 have around the QE report."""
    place, head = cursor.at, cursor.read(CertificationHead)
    if head.type != QE_REPORT:
        raise certification.refused(head.type, place, OUTER)
    inner = cursor.sub(head.size, "QE report certification data")
    cursor.done()
    return inner
