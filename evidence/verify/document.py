"""The document of a verification, `evidence-verification/1`: another schema than that of claims, so that nobody mixes them up.

`schemas/verification.schema.json` is made from these types.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from msgspec import Struct

from evidence.claims import Bytes
from evidence.encode.json import ascii_json
from evidence.verify.checks import Check
from evidence.verify.words import Verdict
from evidence.words import Time

SCHEMA: Final = "evidence-verification/1"
_ENCODER: Final = msgspec.json.Encoder(enc_hook=bytes.hex)


class Subject(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The evidence: its type, and the SHA-256 of the evidence proper."""

    type: str
    sha256: Bytes


class Verification(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The whole document.

    `at` is the time for which it holds. `not_checked` names what nobody looked at, `uncovered` the claims (paths) that
    no check speaks for, `accepted_without` the checks that did not pass and that the caller did without. `anchors` are
    the keys that everything rests on, as SHA-256 digests of their SubjectPublicKeyInfo.
    """

    schema: Literal["evidence-verification/1"]
    evidence: Subject
    at: Time
    verdict: Verdict
    checks: tuple[Check, ...]
    not_checked: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    accepted_without: tuple[str, ...] = ()
    anchors: tuple[Bytes, ...] = ()


def to_json(document: Verification) -> bytes:
    """The document as one line of JSON in ASCII, fields in the order of their definition."""
    return ascii_json(_ENCODER.encode(document))
