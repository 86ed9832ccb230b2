"""All carriers, in the order in which they are tried.

JSON and CBOR are read once, for all carriers in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from evidence.carriers import (
    azure,
    cbor,
    cmw,
    dstack,
    envelopes,
    event_log,
    foreign,
    google,
    intel,
    json,
    oak,
    pcap,
    ratls,
    results,
    snp_extended,
    snp_response,
    spdm,
    text,
    tsm_report,
    virtee,
)
from evidence.carriers.json import Pieces
from evidence.input import Input

CARRIERS: Final[tuple[Callable[[Input], Pieces], ...]] = (
    pcap.unwrap,
    event_log.refuse,
    azure.unwrap,
    snp_response.unwrap,
    snp_extended.unwrap,
    intel.qgs_message,
    intel.open_enclave,
    dstack.unwrap,
    dstack.unwrap_v1,
    oak.unwrap,
    oak.dice_data,
    google.sev_guest,
    google.tdx_guest,
    ratls.unwrap,
    results.unwrap,
    cmw.unwrap,
    text.unwrap,
)
"""In order of trial: what is told apart by its content alone, most specific first."""
IN_JSON: Final[tuple[Callable[[Input, Any], Pieces], ...]] = (
    tsm_report.unwrap,
    virtee.unwrap,
    azure.tdx_vtpm,
    azure.snp_vtpm,
    envelopes.enveloped,
    envelopes.composite,
    envelopes.wrapped,
    spdm.redfish,
    spdm.nvidia,
    foreign.refuse,
    json.bare,
)
"""The same for what is in JSON; each is given the value."""
IN_CBOR: Final[tuple[Callable[[Input, Mapping[Any, Any]], Pieces], ...]] = (
    tsm_report.unwrap,
    cbor.quote_bundle,
    cbor.parsec_cca,
)
"""The same for maps in CBOR."""


def unwrap(given: Input) -> Pieces:
    """The pieces inside the first carrier that recognises the bytes, or None."""
    for carrier in CARRIERS:
        found = carrier(given)
        if found is not None:
            return found
    if (document := json.document(given.data)) is not None:
        return _first(IN_JSON, given, document)
    if (members := cbor.document(given.data)) is not None:
        return _first(IN_CBOR, given, members)
    return None


def _first(readers: Iterable[Callable[[Input, Any], Pieces]], given: Input, value: Any) -> Pieces:
    for reader in readers:
        found = reader(given, value)
        if found is not None:
            return found
    return None
