"""Where the fields of a quote lie, and the claims that they became."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.registry import Source
from evidence.types._dcap.layout import SgxReport
from evidence.types._dcap.quote import Quote
from evidence.types._dcap.sources import sources as dcap_sources
from evidence.types.sgx.mapping import ENCLAVE


def sources(quote: Quote[SgxReport], source: Input) -> Iterator[Source]:
    """Every field, where it lies, and the claims that it became."""
    (body,) = ENCLAVE.claimed((quote.body,), None)
    return dcap_sources(quote, body)
