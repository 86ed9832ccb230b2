"""All carriers, in the order in which they are tried.

JSON and CBOR are read once, for all carriers in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from evidence.carriers import (
    azure,
    cbor,
    certificate,
    cmw,
    composite,
    converted,
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
    objects,
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
from evidence.carriers.objects import Reader
from evidence.errors import EvidenceError, NotEvidence
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
    converted.refuse,
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
OBJECTS: Final[tuple[Reader, ...]] = (
    tsm_report.READER,
    virtee.READER,
    *azure.READERS,
    *envelopes.READERS,
    composite.READER,
    *spdm.READERS,
    *results.READERS,
)
"""Envelopes in JSON: of those that fit, each gives its pieces."""
IN_CBOR: Final[tuple[Callable[[Input, Mapping[Any, Any]], Pieces], ...]] = (
    tsm_report.unwrap,
    cbor.quote_bundle,
    cbor.parsec_cca,
)
"""Maps in CBOR; each is given the value."""


def unwrap(given: Input, *, is_evidence: bool = False) -> Pieces:
    """The pieces inside the first carrier that recognises the bytes, or None.

    Of JSON that is evidence itself, it is a piece as well.
    """
    for carrier in CARRIERS:
        found = carrier(given)
        if found is not None:
            return found
    if (document := json.document(given.data)) is not None:
        pieces = _in_json(given, document)
        return (given, *pieces) if is_evidence and pieces is not None else pieces
    if (entries := cbor.document(given.data)) is not None:
        return next((found for read in IN_CBOR if (found := read(given, entries)) is not None), None)
    return None


def _in_json(given: Input, document: Any) -> Pieces:
    """What the envelopes in a JSON value hold; what is known to be no evidence is refused if none lies in it."""
    pieces = objects.unwrap(given, document, OBJECTS, _knows)
    if pieces is not None:
        return pieces
    if (kind := foreign.kind(document)) is not None and not members.search(given, document, _knows):
        raise NotEvidence(kind=kind)
    return json.bare(given, document)


def search(given: Input, *, is_evidence: bool = False) -> Pieces:
    """What lies in JSON or in a certificate that nothing recognised, found by its content; None if nothing does."""
    document = json.document(given.data)
    if document is None:
        return certificate.search(given, lambda data: members.is_evidence(data, _knows)) or None
    pieces = members.search(given, document, _knows)
    return ((given, *pieces) if is_evidence else pieces) if pieces else None


def _knows(value: Any) -> bool:
    """Whether an object is one of the envelopes, or bytes are evidence by their marks, carried or not."""
    if isinstance(value, dict):
        try:
            return objects.first(Input(data=b""), value, OBJECTS) is not None
        except EvidenceError:
            return True
    if has_marks(value) or has_marks(gzip.beginning(value)):
        return True
    try:
        inside = next((found for carrier in IN_BINARY if (found := carrier(Input(data=value)))), ())
        return any(isinstance(piece, Input) and has_marks(piece.data) for piece in inside)
    except EvidenceError:
        return False
