"""dcap-qvl (Rust) on quotes with a PCK certificate: the body as `dcap_qvl_quote.py` has it, and the FMSPC of the leaf.

Of the certificates it gives the FMSPC alone: no names, times, keys or digests, no TCB components, no PPID.
"""

from __future__ import annotations

import dcap_qvl
import serve
from dcap_qvl_quote import body


def parse(data: bytes) -> object:
    quote = dcap_qvl.Quote.parse(data)
    return body(quote), quote.fmspc()


serve.rounds(parse)
