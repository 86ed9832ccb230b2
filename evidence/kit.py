"""What evidence types have in common, for those of other distributions as well.

The tables of a type are made of `evidence.wire` and `evidence.mapping`; what it says, of `evidence.claims` and
`evidence.registry`. Here is what lies between: messages of COSE and certificates in claims, digests and identifiers by the
rules that hold for all types, and the recorder of documents that are walked.
"""

from evidence.types._certificates import entry as certificate
from evidence.types._certificates import sources as certificate_sources
from evidence.types._cose import refuse_results
from evidence.types._cose import remarks as algorithm_remarks
from evidence.types._cose import signature as message_signature
from evidence.types._cose import sources as message_sources
from evidence.types._digests import named as digest
from evidence.types._digests import remark as digest_remark
from evidence.types._identifiers import identifier
from evidence.types._identifiers import written as text_identifier
from evidence.types._notes import note
from evidence.types._recorder import Layer, Page, Recorder, in_cbor

__all__ = [
    "Layer",
    "Page",
    "Recorder",
    "algorithm_remarks",
    "certificate",
    "certificate_sources",
    "digest",
    "digest_remark",
    "identifier",
    "in_cbor",
    "message_signature",
    "message_sources",
    "note",
    "refuse_results",
    "text_identifier",
]
