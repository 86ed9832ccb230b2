"""Where the fields of a quote lie, and the claims that they became."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from evidence.registry import Source
from evidence.types import _certificates
from evidence.types._dcap import enclave
from evidence.types._dcap.claims import BINDING, BOUND, PCK, QE, unknown_fields
from evidence.types._dcap.layout import CertificationHead, Descriptor, QuoteSignature, SgxReport
from evidence.types._dcap.pck import SGX_EXTENSIONS
from evidence.types._dcap.quote import (
    LENGTH_SIZE,
    Quote,
    body_start,
    qe_report_start,
)
from evidence.wire.layout import Layout

HEADER: Final = {
    "version": ("/evidence/version",),
    "att_key_type": ("/signatures/quote/alg",),
    "tee_type": ("/evidence/type",),
    "qe_svn": (f"{QE}/svns/qe_svn",),
    "pce_svn": (f"{QE}/svns/pce_svn",),
    "qe_vendor_id": (f"{QE}/identifiers/qe_vendor_id",),
    "qe_id": (f"{QE}/identifiers/qe_id",),
}
PPID: Final = {
    "ppid": (f"{PCK}/identifiers/ppid",),
    "encrypted_ppid": (f"{PCK}/identifiers/encrypted_ppid",),
    "cpu_svn": (f"{PCK}/tcb/cpu_svn",),
    "pce_svn": (f"{PCK}/svns/pce_svn",),
    "pce_id": (f"{PCK}/identifiers/pce_id",),
}
QE_REPORT: Final = {
    **{field: tuple(f"{QE}/{claim}" for claim in claims) for field, claims in enclave.CLAIMED.items()},
    "report_data": (f"/bindings/{BINDING}",),
}
Claimed = Mapping[str, tuple[str, ...]]


def fields(name: str, layout: Layout, start: int, claimed: Claimed) -> Iterator[Source]:
    """Every field of a fixed structure that begins at `start` (bytes)."""
    present = dict(layout.items())
    for field in present:
        place = layout.PLACES[field]
        yield Source(f"{name}.{field}", start + place.offset, start + place.end, claimed.get(field, ()))


def sources(quote: Quote[Any], body: Claimed) -> Iterator[Source]:
    """Every field of a quote in the order of its bytes; `body` are the claims of the body and its type."""
    unknown = {name: (f"{QE}/unknown/header.{name}",) for name in unknown_fields(quote.header)}
    yield from fields("header", quote.header, 0, {**HEADER, **unknown})
    start = body_start(quote.header.version)
    if quote.header.version >= 5:
        for field, place in Descriptor.PLACES.items():
            offset = start - Descriptor.SIZE + place.offset
            name = f"descriptor.{field}"
            yield Source(name, offset, offset + place.size, body.get(name, ()))
    yield from fields("body", quote.body, start, body)
    yield from _signature_data(quote)


def _signature_data(quote: Quote[Any]) -> Iterator[Source]:
    found, here = quote.signature_data, quote.signed
    report = qe_report_start(quote)
    yield Source("signature_data_length", here, here + LENGTH_SIZE)
    here += LENGTH_SIZE
    key = (f"{QE}/keys/attestation_key", f"/consistency/{BOUND}")
    yield Source("signature_data.signature", here, here + 64)
    yield Source("signature_data.attestation_key", here + 64, here + QuoteSignature.SIZE, key)
    if quote.header.version != 3:
        yield Source("signature_data.wrapper", report - CertificationHead.SIZE, report)
    yield from fields("signature_data.qe_report", found.qe_report, report, QE_REPORT)
    here = report + SgxReport.SIZE
    yield Source("signature_data.qe_report_signature", here, here + 64)
    here += 64
    end = here + 2 + len(found.qe_authentication_data)
    yield Source("signature_data.qe_authentication_data_size", here, here + 2)
    claims = (f"{QE}/values/qe_authentication_data",)
    yield Source("signature_data.qe_authentication_data", here + 2, end, claims)
    yield from _certification(quote, end)


def _certification(quote: Quote[Any], here: int) -> Iterator[Source]:
    found, start = quote.signature_data.certification, here + CertificationHead.SIZE
    claims = (f"{QE}/values/certification_data_type",)
    yield Source("certification_data.type", here, here + 2, claims)
    yield Source("certification_data.size", here + 2, start)
    if found.ppid is not None:
        yield from fields("certification_data", found.ppid, start, PPID)
    if found.chain is not None:
        extensions = {SGX_EXTENSIONS: (PCK,)} if found.chain.extensions else {}
        end = start
        for name, certificate in sorted(found.chain.certificates.items(), key=lambda item: item[1].start):
            yield Source("certification_data.around", end, certificate.start)
            yield from _certificates.sources(certificate, name, extensions if name == "pck" else {})
            end = certificate.end
        yield Source("certification_data.around", end, start + len(found.data))
