"""Which bytes of a quote are signed, by whom, and how."""

from __future__ import annotations

from evidence.input import Input
from evidence.registry import Signed
from evidence.types._dcap.layout import SgxReport
from evidence.types._dcap.quote import Quote
from evidence.types._dcap.signed import signed as dcap_signed


def signed(quote: Quote[SgxReport], source: Input) -> tuple[Signed, ...]:
    """The signatures of a quote."""
    return dcap_signed(quote, "enclave")
