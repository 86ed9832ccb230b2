"""Paravisors: the attestation key that a report vouches for is the one that the quote of a TPM names as its signer.

Sources: TPM 2.0 Library, part 1, section 16 (names and qualified names); Microsoft, openvmm (the key is a primary key
of the endorsement hierarchy); real quotes that lie beside such reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from evidence.claims import Claims
from evidence.groups.document import GroupPlace, Tie
from evidence.groups.members import MemberPart, Parts
from evidence.groups.reach import is_paravisor
from evidence.groups.values import TieTerms
from evidence.paths import join

NAME: Final = "vtpm"
KEY: Final = "vtpm-ak"
SIGNER: Final = "qualified_signer"
SHA256: Final = bytes.fromhex("000b")
ENDORSEMENT: Final = bytes.fromhex("4000000b")
"""The handle of the endorsement hierarchy, which is its name."""
OF: Final = "key:vtpm-ak"


def ties(parts: Parts) -> Iterator[Tie]:
    """From the report of a paravisor, a tie to every quote: of the one whose key it is, else of the first."""
    keys: dict[bytes, MemberPart] = {}
    for part in parts.members:
        if part.claims is not None and is_paravisor(part.claims):
            for key in _keys(part.claims):
                keys.setdefault(qualified_name(key), part)
    for quote in parts.members:
        if quote.kind == "vtpm" and quote.claims is not None and keys:
            yield _tie(keys, quote, quote.claims)


def qualified_name(public: bytes) -> bytes:
    """The qualified name of a primary key of the endorsement hierarchy, from its public area."""
    name = SHA256 + sha256(public).digest()
    return SHA256 + sha256(ENDORSEMENT + name).digest()


def _keys(claims: Claims) -> Iterator[bytes]:
    """The keys that a fact of the report backs; a carrier's mere word is none."""
    facts = {fact.name for fact in claims.consistency if fact.status == "matches"}
    for environment in claims.environments:
        for key in environment.keys:
            if key.name == KEY and key.backed_by in facts:
                yield bytes(key.raw)


def _tie(keys: dict[bytes, MemberPart], quote: MemberPart, claims: Claims) -> Tie:
    signer = next(
        (
            (
                GroupPlace(member=quote.id, path=join("environments", environment.id, "identifiers", SIGNER)),
                bytes(one.value),
            )
            for environment in claims.environments
            for one in environment.identifiers
            if one.name == SIGNER and one.value is not None
        ),
        None,
    )
    first = next(iter(keys.values()))
    if signer is None:
        return TieTerms("key-name", NAME, "sha-256", OF, first.id, quote.id).unknown("no-value")
    place, name = signer
    owner = keys.get(name)
    terms = TieTerms("key-name", NAME, "sha-256", OF, (owner or first).id, quote.id)
    return terms.tie(fits=owner is not None, value=place)
