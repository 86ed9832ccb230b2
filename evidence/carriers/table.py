"""All carriers, in the order in which they are tried.

JSON and CBOR are read once, for all carriers in them.
"""

from __future__ import annotations

from typing import Any, Final

from evidence import limits
from evidence.carriers import (
    attestedsvc,
    azure,
    cbor,
    cma,
    cmw,
    composite,
    configfs,
    converted,
    device_evidence,
    dpu,
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
    ratsd,
    results,
    snp_extended,
    snp_response,
    spdm,
    spdm_event,
    text,
    tpm,
    tpm2_tools,
    tsm_report,
    virtee,
)
from evidence.carriers.descriptor import CarrierDescriptor, InBytes, InCbor, InJson, Pieces
from evidence.carriers.nature import looks_like
from evidence.carriers.search import Names, Search
from evidence.containers.json import START, are_lines
from evidence.errors import CarrierError, EvidenceError, NotEvidence
from evidence.input import Input

MODULES: Final = (
    *(
        pcap,
        device_evidence,
        spdm_event,
        event_log,
        gzip,
        azure,
        snp_response,
        snp_extended,
        intel,
        dstack,
        oak,
        tpm,
        google,
        ratls,
        attestedsvc,
    ),
    *(
        dpu,
        tsm_report,
        ratsd,
        virtee,
        envelopes,
        spdm,
        results,
        converted,
        composite,
        cmw,
        text,
        json,
        cbor,
        configfs,
        cma,
        tpm2_tools,
    ),
)
"""In order of trial: what is told apart by its content alone comes first, most specific first."""
CARRIERS: Final[tuple[CarrierDescriptor, ...]] = tuple(
    carrier for module in MODULES for carrier in module.CARRIERS
)
FORMS: Final = tuple(form for carrier in CARRIERS for form in carrier.forms)
BYTES: Final = tuple(form for form in FORMS if isinstance(form, InBytes))
SEARCHED: Final = tuple(form for form in BYTES if form.searched)
"""Those that are looked for in bytes that nothing names; the others are containers there."""
OBJECTS: Final = tuple(form for form in FORMS if isinstance(form, InJson))
"""Envelopes in JSON: of those that fit, each gives its pieces."""
MAPS: Final = tuple(form for form in FORMS if isinstance(form, InCbor))


def unwrap(source: Input, search: Search, *, is_evidence: bool = False) -> Pieces:
    """The pieces inside the first carrier that recognises the bytes, or None.

    Of JSON that is evidence itself, it is a piece as well.
    """
    if are_lines(source.data):
        return None
    for form in BYTES:
        pieces = form.take_off(source)
        if pieces is not None:
            return pieces
    try:
        document = json.document(source)
    except CarrierError:
        if looks_like(source.data):  # and that is said, unless evidence lies in it
            return None
        if pieces := search.inside(source):  # it only begins like JSON: lines of it, an array of Go
            return pieces
        raise
    if document is not None:
        pieces = _in_json(source, document, search)
        return (source, *pieces) if is_evidence and pieces is not None else pieces
    return _in_cbor(source)


def _in_cbor(source: Input) -> Pieces:
    entries = cbor.document(source.data)
    if entries is None:
        return None
    return next((pieces for form in MAPS if (pieces := form.take_off(source, entries)) is not None), None)


def _in_json(source: Input, document: Any, search: Search) -> Pieces:
    """What the envelopes in a JSON value hold; what is known to be no evidence is refused if none lies in it."""
    pieces = objects.unwrap(source, document, OBJECTS, search)
    if pieces is not None:
        return pieces
    if (kind := foreign.kind(document)) is not None and not search.members(source, document):
        raise NotEvidence(kind=kind)
    return json.bare(source, document)


def search_in(source: Input, search: Search, *, is_evidence: bool = False) -> Pieces:
    """What lies in bytes that nothing recognised, found by its content; None if nothing does."""
    if not is_evidence:
        return search.inside(source) or None
    pieces = search.inside(source) if START.match(source.data) else []
    return (source, *pieces) if pieces else None  # a claims set in the open: what is signed speaks for itself


MEMBERS: Final = frozenset(path.partition("/")[0] for form in OBJECTS for path in form.members)
"""Names of which every envelope has one at least."""


def _is_closed(value: Any) -> bool:
    """Whether an object is one of the envelopes."""
    if isinstance(value, dict) and MEMBERS.isdisjoint(value):  # most are not, and are told at once
        return False
    try:
        return objects.first(Input(data=b""), value, OBJECTS) is not None
    except EvidenceError:
        return True


def _holds(data: bytes, search: Search, depth: int) -> bool:
    """Whether a carrier takes something out of bytes that is evidence. Raises `NotEvidence`."""
    if depth >= limits.CARRIER_DEPTH:
        return False
    source = Input(data=data)
    for form in SEARCHED:
        try:
            pieces = form.take_off(source)
            if pieces is None:
                continue
            inside = [piece.data for piece in pieces if isinstance(piece, Input) and piece is not source]
        except NotEvidence:
            raise
        except EvidenceError:
            if form.sure:
                return True
            continue
        if any(search.holds_evidence(content, depth + 1) for content in inside):
            return True
    try:
        return _in_cbor(source) is not None
    except EvidenceError:
        return False


NAMES: Final = Names(_is_closed, _holds)
