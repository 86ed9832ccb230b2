"""Identifiers in claims: zeros identify nobody, and neither does an empty text."""

from __future__ import annotations

from typing import Final

from evidence.claims import Bytes, Identifier
from evidence.words import Origin, Scope

ZEROS: Final = "0\0 -:._/"
"""What is left of a text that nobody filled: zeros, and what stands between them."""


def identifier(
    name: str, scope: Scope, value: bytes, *, linkable: bool = False, origin: Origin | None = None
) -> Identifier:
    """An identifier in bytes; one of zeros alone is a place that nobody filled."""
    raw = Bytes(value)
    if any(value):
        return Identifier(
            name=name, scope=scope, linkable=linkable, status="present", value=raw, origin=origin
        )
    return Identifier(
        name=name, scope=scope, linkable=linkable, status="not-populated", raw=raw, origin=origin
    )


def written(
    name: str, scope: Scope, text: str, *, linkable: bool = False, origin: Origin | None = None
) -> Identifier:
    """An identifier in text; one that is empty, or of zeros alone, is a place that nobody filled."""
    if text.strip(ZEROS):
        return Identifier(
            name=name, scope=scope, linkable=linkable, status="present", text=text, origin=origin
        )
    raw = Bytes(text.encode())
    return Identifier(
        name=name, scope=scope, linkable=linkable, status="not-populated", raw=raw, origin=origin
    )
