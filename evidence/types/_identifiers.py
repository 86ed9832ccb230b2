"""Identifiers in claims: zeros identify nobody."""

from __future__ import annotations

from evidence.claims import Bytes, Identifier
from evidence.words import Scope


def identifier(name: str, scope: Scope, value: bytes, *, linkable: bool = False) -> Identifier:
    """An identifier in bytes; one of zeros alone is a place that nobody filled."""
    raw = Bytes(value)
    if any(value):
        return Identifier(name=name, scope=scope, linkable=linkable, status="present", value=raw)
    return Identifier(name=name, scope=scope, linkable=linkable, status="not-populated", raw=raw)
