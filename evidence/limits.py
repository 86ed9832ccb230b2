"""Every bound of ours, in one place. `LimitExceeded` names the one that was met."""

from __future__ import annotations

from typing import Final

from evidence.errors import LimitExceeded

INPUT_BYTES: Final = 16 << 20
EVIDENCE_BYTES: Final = 1 << 20
ATTACHMENT_BYTES: Final = 4 << 20
CARRIER_DEPTH: Final = 8
ATTRIBUTE_BYTES: Final = 4 << 10
"""Text that a carrier says beside evidence; the kernel's attributes have a page at most."""
PIECES: Final = 256
MEMBERS: Final = 16_384
"""Values of a JSON document without a name among which evidence is looked for."""
NESTING: Final = 16
"""Depth of CBOR, JSON and DER values."""
ITEMS: Final = 16_384
"""Items inside of one CBOR item; real tokens have some hundred, and each costs a value."""
CONTAINERS: Final = 262_144
"""Objects and arrays of a JSON document; logs have some for each of their entries."""
CERTIFICATES: Final = 16
CERTIFICATE_BYTES: Final = 64 << 10
EXTENSIONS: Final = 128
"""Extensions of a certificate; real ones have some fifteen."""
OID_BYTES: Final = 64
NAME_BYTES: Final = 4 << 10
"""A distinguished name; real ones have a few hundred bytes."""
TABLE_ENTRIES: Final = 64
"""Entries of a table of GUIDs; real ones have three or four."""
CLAIMS: Final = 4096
"""Entries of one map of a token; real ones have some twenty."""
CRL_BYTES: Final = 1 << 20
"""A revocation list; those of vendors have a few thousand."""
SPDM_PAIRS: Final = 1024
LOG_ENTRIES: Final = 65_536
ENVIRONMENTS: Final = 256
"""Environments of one claims document: submodules, and what concise evidence speaks about."""
LABEL_BYTES: Final = 128
"""The label of a submodule, which names an environment."""
SUBMODULE_DEPTH: Final = 8
"""Submodules, and tokens in tokens."""
ENTRIES: Final = 1024
"""Entries of one list of an environment, and of what they are made from: a claims set, an array, triples."""
SAFE_INTEGER: Final = 2**53 - 1
"""The largest integer that every JSON reader keeps (RFC 8259, section 6)."""


def check(limit: str, maximum: int, got: int, *, offset: int | None = None, path: str = "") -> None:
    """Raise `LimitExceeded` if `got` is above `maximum`."""
    if got > maximum:
        raise exceeded(limit, maximum, got, offset=offset, path=path)


def exceeded(
    limit: str, maximum: int, got: int, *, offset: int | None = None, path: str = ""
) -> LimitExceeded:
    """The error that says so."""
    return LimitExceeded(limit=limit, maximum=maximum, got=got, offset=offset, path=path)
