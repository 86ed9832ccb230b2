"""Bytes to a checked `Quote` of an enclave."""

from __future__ import annotations

from typing import Final

from evidence.input import Input
from evidence.types._dcap import quote
from evidence.types._dcap.layout import BODY_SIZES, TEE_SGX, SgxReport
from evidence.types._dcap.quote import Family, Quote, QuoteBody

SGX: Final = 1
"""The body type of version 5; versions 3 and 4 do not say it."""
ENCLAVE: Final = QuoteBody(SGX, BODY_SIZES[SGX], SgxReport.read)
QUOTES: Final = Family[SgxReport](
    name="intel-sgx", tee_type=TEE_SGX, bodies={3: (ENCLAVE,), 4: (ENCLAVE,), 5: (ENCLAVE,)}
)


def read(source: Input) -> Quote[SgxReport]:
    """The quote at the start of the input; anything may follow it.

    Raises `UnsupportedVersion`, `Truncated`, `TrailingBytes` or `ConstraintViolation` with the offset.
    """
    return quote.read(source.data, QUOTES)
