"""dcap-qvl (Rust) on quotes: parse, then the body's fields as hexadecimal text in JSON.

It gives the fields of the body alone: no QE report, no attributes by name, no digest of the evidence, no binding
of the attestation key; and it does not look at certificates. Which fields a body has is asked once for its class.
"""

from __future__ import annotations

import json
from functools import cache

import dcap_qvl
import serve


@cache
def names(kind: type) -> list[str]:
    return [name for name in dir(kind) if name[0] != "_"]


def parse(data: bytes) -> object:
    report = dcap_qvl.Quote.parse(data).report
    values = ((name, getattr(report, name)) for name in names(type(report)))
    return json.dumps({name: value.hex() if isinstance(value, bytes) else value for name, value in values})


serve.rounds(parse)
