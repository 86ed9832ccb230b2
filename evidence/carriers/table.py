"""All carriers, in the order in which they are tried.

JSON and CBOR are read once, for all carriers in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from evidence import limits
from evidence.carriers import (
    attestedsvc,
    azure,
    cbor,
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
from evidence.carriers.nature import is_folded
from evidence.carriers.objects import Reader
from evidence.carriers.search import Names, Search
from evidence.containers.json import are_lines
from evidence.errors import CarrierError, EvidenceError, NotEvidence
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
    attestedsvc.unwrap,
    results.unwrap,
    composite.unwrap,
    cmw.unwrap,
    text.unwrap,
)
"""In order of trial: what is told apart by its content alone, most specific first."""
IN_BYTES: Final[tuple[Callable[[Input], Pieces], ...]] = tuple(
    carrier for carrier in CARRIERS if carrier not in {gzip.unwrap, text.unwrap}
)
"""Those of them that are looked for in bytes that nothing names; the others are containers there."""
SURE: Final = frozenset({azure.unwrap})
"""Those that are told by a magic: what is wrong with them is an error wherever they lie."""
OBJECTS: Final[tuple[Reader, ...]] = (
    tsm_report.READER,
    *virtee.READERS,
    *google.READERS,
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




def unwrap(given: Input, search: Search, *, is_evidence: bool = False) -> Pieces:
    """The pieces inside the first carrier that recognises the bytes, or None.

    Of JSON that is evidence itself, it is a piece as well.
    """
    if are_lines(given.data):
        return None
    for carrier in CARRIERS:
        pieces = carrier(given)
        if pieces is not None:
            return pieces
    try:
        document = json.document(given.data)
    except CarrierError:
        if is_folded(given.data):
            return None
        if pieces := search.inside(given):  # it only begins like JSON: lines of it, an array of Go
            return pieces
        raise
    if document is not None:
        pieces = _in_json(given, document, search)
        return (given, *pieces) if is_evidence and pieces is not None else pieces
    return _in_cbor(given)


def _in_cbor(given: Input) -> Pieces:
    entries = cbor.document(given.data)
    if entries is None:
        return None
    return next((pieces for read in IN_CBOR if (pieces := read(given, entries)) is not None), None)


def _in_json(given: Input, document: Any, search: Search) -> Pieces:
    """What the envelopes in a JSON value hold; what is known to be no evidence is refused if none lies in it."""
    pieces = objects.unwrap(given, document, OBJECTS, search)
    if pieces is not None:
        return pieces
    if (kind := foreign.kind(document)) is not None and not search.members(given, document):
        raise NotEvidence(kind=kind)
    return json.bare(given, document)


def search_in(given: Input, search: Search, *, is_evidence: bool = False) -> Pieces:
    """What lies in bytes that nothing recognised, found by its content; None if nothing does."""
    if not is_evidence:
        return search.inside(given) or None
    pieces = search.inside(given) if json.START.match(given.data) else []
    return (given, *pieces) if pieces else None  # a claims set in the open: what is signed speaks for itself


def _is_closed(value: Any) -> bool:
    """Whether an object is one of the envelopes."""
    try:
        return objects.first(Input(data=b""), value, OBJECTS) is not None
    except EvidenceError:
        return True


def _holds(data: bytes, search: Search, depth: int) -> bool:
    """Whether a carrier takes something out of bytes that is evidence. Raises `NotEvidence`."""
    if depth >= limits.CARRIER_DEPTH:
        return False
    given = Input(data=data)
    for carrier in IN_BYTES:
        try:
            pieces = carrier(given)
            if pieces is None:
                continue
            inside = [piece.data for piece in pieces if isinstance(piece, Input) and piece is not given]
        except NotEvidence:
            raise
        except EvidenceError:
            if carrier in SURE:
                return True
            continue
        if any(search.holds_evidence(content, depth + 1) for content in inside):
            return True
    try:
        return _in_cbor(given) is not None
    except EvidenceError:
        return False


NAMES: Final = Names(_is_closed, _holds)
