"""Where the fields of a quote lie, and the claims that they became."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence.mapping import Claimed
from evidence.registry import Source
from evidence.types import _certificates
from evidence.types._dcap.claims import PCK, qe_structures
from evidence.types._dcap.layout import CertificationHead, Descriptor, QuoteSignature, SgxReport
from evidence.types._dcap.mapping import PPID
from evidence.types._dcap.pck import SGX_EXTENSIONS
from evidence.types._dcap.quote import (
    LENGTH_SIZE,
    Quote,
    body_start,
    qe_report_start,
)
from evidence.wire.layout import Layout


def fields(name: str, layout: Layout, start: int, claimed: Claimed) -> Iterator[Source]:
    """Every field of a fixed structure that begins at `start` (bytes)."""
    present = dict(layout.items())
    for field in present:
        place = layout.PLACES[field]
        yield Source(f"{name}.{field}", start + place.offset, start + place.end, claimed.get(field, ()))


def sources(quote: Quote[Any], body: Claimed) -> Iterator[Source]:
    """Every field of a quote in the order of its bytes; `body` are the claims of the body and its type."""
    mapping, structures = qe_structures(quote)
    report, header, named = mapping.claimed(structures, None)
    yield from fields("header", quote.header, 0, header)
    start = body_start(quote.header.version)
    if quote.header.version >= 5:
        for field, place in Descriptor.PLACES.items():
            offset = start - Descriptor.SIZE + place.offset
            name = f"descriptor.{field}"
            yield Source(name, offset, offset + place.size, body.get(name, ()))
    yield from fields("body", quote.body, start, body)
    yield from _signature_data(quote, report, named)


def _signature_data(quote: Quote[Any], claims: Claimed, named: Claimed) -> Iterator[Source]:
    signature_data, here = quote.signature_data, quote.signed
    report = qe_report_start(quote)
    yield Source("signature_data_length", here, here + LENGTH_SIZE)
    here += LENGTH_SIZE
    yield Source("signature_data.signature", here, here + 64)
    yield Source(
        "signature_data.attestation_key", here + 64, here + QuoteSignature.SIZE, named["attestation_key"]
    )
    if quote.header.version != 3:
        yield Source("signature_data.wrapper", report - CertificationHead.SIZE, report)
    yield from fields("signature_data.qe_report", signature_data.qe_report, report, claims)
    here = report + SgxReport.SIZE
    yield Source("signature_data.qe_report_signature", here, here + 64)
    here += 64
    end = here + 2 + len(signature_data.qe_authentication_data)
    yield Source("signature_data.qe_authentication_data_size", here, here + 2)
    data = named["qe_authentication_data"]
    yield Source("signature_data.qe_authentication_data", here + 2, end, data)
    yield from _certification(quote, end, named["certification_data_type"])


def _certification(quote: Quote[Any], here: int, claims: tuple[str, ...]) -> Iterator[Source]:
    certification, start = quote.signature_data.certification, here + CertificationHead.SIZE
    yield Source("certification_data.type", here, here + 2, claims)
    yield Source("certification_data.size", here + 2, start)
    if certification.ppid is not None:
        (ppid,) = PPID[type(certification.ppid)].claimed((certification.ppid,), None)
        yield from fields("certification_data", certification.ppid, start, ppid)
    if certification.chain is not None:
        extensions = {SGX_EXTENSIONS: (PCK,)} if certification.chain.extensions else {}
        end = start
        for name, certificate in sorted(
            certification.chain.certificates.items(), key=lambda item: item[1].start
        ):
            yield Source("certification_data.around", end, certificate.start)
            yield from _certificates.sources(certificate, name, extensions if name == "pck" else {})
            end = certificate.end
        yield Source("certification_data.around", end, start + len(certification.data))
