"""Which bytes of a document are signed: its protected header and its payload, by the key of its certificate."""

from __future__ import annotations

from aws_nitro_evidence.read import Document
from evidence.input import Input
from evidence.kit import message_signature
from evidence.paths import join
from evidence.registry import Signed


def signed(document: Document, source: Input) -> tuple[Signed, ...]:
    """The one signature. Its certificates are the leaf, and the bundle from the last one up to the root."""
    leaf, *bundle = (join("certificates", authority.source) for authority in document.authorities)
    chain = (leaf, *reversed(bundle))
    return (message_signature(document.message, "document", "nsm", "enclave", certificates=chain),)
