"""The page of a piece of evidence: its document, and what the bytes tell beyond that."""

from __future__ import annotations

from evidence.convert import Evidence
from evidence.registry import Signed
from evidence.show.document import Extra, Holder, document_page
from evidence.show.page import Detail, Page


def piece_page(piece: Evidence, detail: Detail) -> Page:
    """The whole page. Raises what the type's own code does."""
    holders = {signature.name: _holder(signature) for signature in piece.signed()}
    return document_page(piece.claims, detail, Extra(piece.type.title, holders, piece.unsigned()))


def _holder(signature: Signed) -> Holder:
    try:
        key = signature.public_key()
    except LookupError:  # the evidence does not hold it, or in a form that has no other
        key = None
    return Holder(signature.certificates, key)
