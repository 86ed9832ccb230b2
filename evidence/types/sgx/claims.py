"""A quote of an enclave in normalized claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.claims import Note
from evidence.input import Input
from evidence.registry import Body, Signed, Source
from evidence.types._dcap import claims as dcap
from evidence.types._dcap import enclave
from evidence.types._dcap.layout import SgxReport
from evidence.types._dcap.quote import Quote
from evidence.types._dcap.signed import signed as dcap_signed
from evidence.types._dcap.sources import sources as dcap_sources

ENCLAVE: Final = "/environments/enclave"
CLAIMED: Final = {
    **{field: tuple(f"{ENCLAVE}/{claim}" for claim in claims) for field, claims in enclave.CLAIMED.items()},
    "report_data": ("/bindings/report_data",),
}


def claims(quote: Quote[SgxReport], given: Input) -> Body:
    """The claims of a quote."""
    notes: list[Note] = []
    return Body(
        version=str(quote.header.version),
        size=quote.size,
        protection="signed",
        bindings=(dcap.caller_data(quote.body.report_data, "enclave"), dcap.qe_binding(quote)),
        environments=(
            enclave.environment(quote.body, "enclave", "workload", "workload", notes, depends_on=("qe",)),
            dcap.qe(quote, notes),
            *dcap.pck(quote, notes),
        ),
        consistency=(dcap.qe_bound(quote),),
        certificates=dcap.certificates(quote),
        notes=tuple(notes),
    )


def signed(quote: Quote[SgxReport], given: Input) -> tuple[Signed, ...]:
    """The signatures of a quote."""
    return dcap_signed(quote, "enclave")


def sources(quote: Quote[SgxReport], given: Input) -> Iterator[Source]:
    """Every field, where it lies, and the claims that it became."""
    return dcap_sources(quote, CLAIMED)
