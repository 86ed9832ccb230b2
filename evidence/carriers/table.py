"""All carriers, in the order in which they are tried.

JSON and CBOR are read once, for all carriers in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from evidence.carriers import (
    azure,
    cbor,
    certificate,
    cmw,
    composite,
    dstack,
    envelopes,
    event_log,
    foreign,
    google,
    gzip,
    intel,
    json,
    members,
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
from evidence.carriers.marks import has_marks
from evidence.errors import EvidenceError
from evidence.input import Input

CARRIERS: Final[tuple[Callable[[Input], Pieces], ...]] = (
    pcap.unwrap,
    event_log.refuse,
    gzip.unwrap,
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
    composite.unwrap,
    cmw.unwrap,
    text.unwrap,
)
"""In order of trial: what is told apart by its content alone, most specific first."""
IN_BINARY: Final[tuple[Callable[[Input], Pieces], ...]] = (
    azure.unwrap,
    snp_response.unwrap,
    intel.qgs_message,
    intel.open_enclave,
    dstack.unwrap,
    dstack.unwrap_v1,
    oak.unwrap,
    google.sev_guest,
    google.tdx_guest,
)
"""Those of them that are binary and hold a report or a quote, for bytes that nothing names."""
OBJECTS: Final[tuple[Callable[[Input, Any], Pieces], ...]] = (
    tsm_report.unwrap,
    virtee.unwrap,
    azure.tdx_vtpm,
    azure.snp_vtpm,
    envelopes.enveloped,
    envelopes.composite,
    envelopes.report,
    composite.resource,
    envelopes.wrapped,
    spdm.redfish,
    spdm.nvidia,
)
"""The same for envelopes in JSON; each is given the value."""
IN_JSON: Final = (*OBJECTS, foreign.refuse, json.bare)
"""All that is in JSON."""
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


def search(given: Input) -> Pieces:
    """What lies in JSON or in a certificate that nothing recognised, found by its content; None if nothing does."""
    document = json.document(given.data)
    if document is None:
        return certificate.search(given, lambda data: members.is_evidence(data, _knows)) or None
    return members.search(given, document, _knows) or None


def _knows(value: Any) -> bool:
    """Whether an object is one of the envelopes, or bytes are evidence by their marks, carried or not."""
    if isinstance(value, dict):
        try:
            return _first(OBJECTS, Input(data=b""), value) is not None
        except EvidenceError:
            return True
    if has_marks(value) or has_marks(gzip.beginning(value)):
        return True
    try:
        inside = next((found for carrier in IN_BINARY if (found := carrier(Input(data=value)))), ())
        return any(isinstance(piece, Input) and has_marks(piece.data) for piece in inside)
    except EvidenceError:
        return False


def _first(readers: Iterable[Callable[[Input, Any], Pieces]], given: Input, value: Any) -> Pieces:
    for reader in readers:
        found = reader(given, value)
        if found is not None:
            return found
    return None
