"""Claims without what links them to a machine."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from evidence.claims import Claims, Environment, Identifier, Note

WITHHELD: Final = "identifiers-withheld"
"""The code of the note that such a document carries."""
SHORTEST: Final = 4
"""Bytes below which an equal value elsewhere is no repetition."""


def withhold(claims: Claims) -> Claims:
    """The document with every linkable identifier `withheld`; the same one if it links nothing.

    Certificates are left out, and so are unknown claims, manifests, keys and values that repeat the
    bytes of such an identifier.
    """
    secret = frozenset(
        value
        for environment in claims.environments
        for found in environment.identifiers
        if found.linkable
        for value in (found.value, found.raw, (found.text or "").encode())
        if value and len(value) >= SHORTEST and any(value)
    )
    if not secret and not claims.certificates:
        return claims
    note = Note(code=WITHHELD, path="", detail="identifiers and certificates were left out on request")
    return replace(
        claims,
        environments=tuple(_withhold(environment, secret) for environment in claims.environments),
        certificates=(),
        notes=(*claims.notes, note),
    )


def _withhold(environment: Environment, secret: frozenset[bytes]) -> Environment:
    def silent(content: bytes | None) -> bool:
        return content is None or not any(value in content for value in secret)

    return replace(
        environment,
        identifiers=tuple(_identifier(found) for found in environment.identifiers),
        unknown=tuple(entry for entry in environment.unknown if silent(entry.raw)),
        manifests=tuple(entry for entry in environment.manifests if silent(entry.raw)),
        keys=tuple(entry for entry in environment.keys if silent(entry.raw)),
        values=tuple(
            entry
            for entry in environment.values
            if silent(entry.bytes) and silent((entry.text or "").encode())
        ),
    )


def _identifier(found: Identifier) -> Identifier:
    if not found.linkable or found.status != "present":
        return found
    return replace(found, status="withheld", value=None, text=None, raw=None)
