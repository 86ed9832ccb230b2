"""How evidence arrives. Knows no evidence type.

Each carrier is a function from an `Input` to the pieces inside of it, or None where the bytes are not
of its kind. A piece that cannot be taken out is given as the error that stopped it. JSON is read once,
for all carriers in JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from evidence.carriers import json, pcap, snp_response, spdm, text
from evidence.errors import EvidenceError
from evidence.input import Input

Unwrap = Callable[[Input], Iterable[Input | EvidenceError] | None]

CARRIERS: Final[tuple[Unwrap, ...]] = (snp_response.unwrap, pcap.unwrap, text.unwrap)
"""In order of trial: what is told apart by its content alone, most specific first."""
DOCUMENTS: Final[tuple[json.Reader, ...]] = (spdm.redfish, spdm.nvidia, json.bare)
"""The same for carriers in JSON."""


def unwrap(given: Input) -> Iterable[Input | EvidenceError] | None:
    """The pieces inside the first carrier that recognises the bytes, or None."""
    for carrier in CARRIERS:
        found = carrier(given)
        if found is not None:
            return found
    value = json.document(given.data)
    if value is not None:
        for reader in DOCUMENTS:
            found = reader(given, value)
            if found is not None:
                return found
    return None
