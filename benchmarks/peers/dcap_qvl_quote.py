"""dcap-qvl (Rust) on quotes: parse, then the body's fields as hexadecimal text in JSON.

It gives the fields of the body alone: no QE report, no attributes by name, no digest of the evidence, no binding
of the attestation key; and it does not look at certificates. Which fields a body has is asked once for its class.
"""

from __future__ import annotations

import json
from typing import Final

import dcap_qvl
import serve

NAMES: Final[dict[str, list[str]]] = {}


def body(quote: dcap_qvl.Quote) -> str:
    """The fields of the body in JSON."""
    report = quote.report
    kind = type(report).__name__
    if kind not in NAMES:
        NAMES[kind] = [name for name in dir(report) if name[0] != "_"]
    values = ((name, getattr(report, name)) for name in NAMES[kind])
    return json.dumps({name: value.hex() if isinstance(value, bytes) else value for name, value in values})


def parse(data: bytes) -> object:
    return body(dcap_qvl.Quote.parse(data))


if __name__ == "__main__":
    serve.rounds(parse)
