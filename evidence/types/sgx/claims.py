"""A quote of an enclave in normalized claims."""

from __future__ import annotations

from evidence.claims import Note
from evidence.input import Input
from evidence.registry import Body
from evidence.types._dcap import claims as dcap
from evidence.types._dcap.layout import SgxReport
from evidence.types._dcap.quote import Quote
from evidence.types.sgx.mapping import ENCLAVE


def claims(quote: Quote[SgxReport], source: Input) -> Body:
    """The claims of a quote."""
    notes: list[Note] = []
    return Body(
        version=str(quote.header.version),
        size=quote.size,
        protection="signed",
        bindings=(dcap.caller_data(quote.body.report_data, "enclave"), dcap.qe_binding(quote)),
        environments=(
            ENCLAVE.environment((quote.body,), None, notes),
            dcap.qe(quote, notes),
            *dcap.pck(quote, notes),
        ),
        consistency=(dcap.qe_bound(quote),),
        certificates=dcap.certificates(quote),
        notes=tuple(notes),
    )
