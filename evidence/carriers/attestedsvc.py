"""Statements of an attested signing service: a COSE message whose protected header holds the report of the signer.

The key that signed is in the header as well, and REPORT_DATA begins with its thumbprint. Nobody has checked the
signature: what is taken is the report, and what it says of the key.

Sources: microsoft, scitt-ccf-ledger, `attestedsvc-signed-statement.cddl` and its verifier; RFC 9679 (the thumbprint:
SHA-256 of the key's required members in deterministic CBOR).
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.errors import EvidenceError
from evidence.input import Carrier, Expect, Input
from evidence.wire import cbor

NAME: Final = "attestedsvc"
HEADER: Final = cbor.dumps(NAME)
FIRST: Final = frozenset(b"\xd2\x84")
"""How a COSE_Sign1 begins, with its tag or without."""
REPORT, CERTIFICATES, KEY = "attestation", "snp_endorsements", "cose_key"
REQUIRED: Final = (1, -1, -2, -3)
"""Of an EC2 key: its type, its curve, and its point."""


def unwrap(source: Input) -> tuple[Input] | None:
    """The report, its certificates, and the key that it is bound to. Recognised by the header of that name."""
    data = source.data
    if not data or data[0] not in FIRST or HEADER not in data:
        return None
    header = _header(data)
    report = header.get(REPORT) if isinstance(header, Mapping) else None
    if not isinstance(header, Mapping) or not isinstance(report, bytes):
        return None
    certificates, key = header.get(CERTIFICATES), _key(header.get(KEY))
    attached = {"certificates": certificates} if isinstance(certificates, bytes) else {}
    piece = source.inside(
        Carrier(NAME, f"protected/{NAME}/{REPORT}"),
        report,
        attachments=attached | ({"runtime-data": key} if key else {}),
        expects=(Expect("report_data", sha256(key).digest(), "runtime-data", "sha-256"),) if key else (),
    )
    return (piece,)


def _header(data: bytes) -> Any:
    """The header of that name; it is a critical one, which nobody else understands."""
    try:
        message = cbor.loads(data, NAME)
        parts = message.value if isinstance(message, cbor.Tag) else message
        protected = (
            cbor.loads(parts[0], NAME)
            if isinstance(parts, tuple) and parts and isinstance(parts[0], bytes)
            else None
        )
    except EvidenceError:
        return None
    return protected.get(NAME) if isinstance(protected, Mapping) else None


def _key(key: Any) -> bytes:
    """What a thumbprint is made of; nothing where a member is missing."""
    if not isinstance(key, Mapping) or not all(label in key for label in REQUIRED):
        return b""
    return cbor.dumps({label: key[label] for label in REQUIRED})


CARRIERS: Final = (
    CarrierDescriptor(
        name="attestedsvc",
        section="snp",
        told_by="a COSE_Sign1 whose protected header has `attestedsvc`",
        taken="`attestation`",
        rest=(
            "`snp_endorsements` becomes `certificates`; the key's required members in CBOR become "
            "`runtime-data`, whose SHA-256 (the thumbprint) REPORT_DATA must begin with; the "
            "statement and its signature are not kept"
        ),
        source="microsoft, scitt-ccf-ledger; RFC 9679",
        forms=(InBytes(unwrap),),
    ),
)
