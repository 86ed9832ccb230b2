"""Which bytes are signed, and how: of a quote two parts, of a TDREPORT none."""

from __future__ import annotations

from evidence.input import Input
from evidence.registry import Signed
from evidence.types._dcap import signed as dcap
from evidence.types._dcap.quote import Quote
from evidence.types.tdx.layout import TdReport
from evidence.types.tdx.read import TdxReport


def signed(native: Quote[TdReport] | TdxReport, given: Input) -> tuple[Signed, ...]:
    """The signatures of a quote; a TDREPORT has a MAC, which no remote party can check."""
    return dcap.signed(native, "td") if isinstance(native, Quote) else ()
