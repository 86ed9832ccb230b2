"""Claims without what links them to a machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from evidence.claims import Claims, Environment, Identifier, Note

WITHHELD: Final = "identifiers-withheld"
"""The code of the note that such a document carries."""
SHORTEST: Final = 4
"""Bytes below which an equal value elsewhere is no repetition."""
KEPT: Final = frozenset({"id", "identifiers", "measurements"})
"""Lists and fields of an environment that are never thinned out: identifiers are withheld one by one."""

E = TypeVar("E", bound=Struct)


def withhold(claims: Claims) -> Claims:
    """The document with every linkable identifier `withheld`; the same one if it links nothing.

    Certificates are left out, attached ones too, and so is every other entry that repeats the bytes of
    such an identifier, as bytes or as text.
    """
    secret = frozenset(
        form
        for environment in claims.environments
        for found in environment.identifiers
        if found.linkable
        for value in (found.value, found.raw, (found.text or "").encode())
        if value and len(value) >= SHORTEST and any(value)
        for form in (bytes(value), value.hex().encode())
    )
    if not secret and not claims.certificates:
        return claims
    note = Note(code=WITHHELD, path="", detail="identifiers and certificates were left out on request")
    return replace(
        claims,
        evidence=replace(claims.evidence, carriers=_silent(claims.evidence.carriers, secret)),
        bindings=_silent(claims.bindings, secret),
        environments=tuple(_withhold(environment, secret) for environment in claims.environments),
        consistency=_silent(claims.consistency, secret),
        certificates=(),
        attachments=tuple(
            entry for entry in _silent(claims.attachments, secret) if entry.kind != "certificates"
        ),
        notes=(*_silent(claims.notes, secret), note),
    )


def _withhold(environment: Environment, secret: frozenset[bytes]) -> Environment:
    lists = {
        name: _silent(entries, secret)
        for name in environment.__struct_fields__
        if name not in KEPT and isinstance(entries := getattr(environment, name), tuple)
    }
    label = environment.label
    if label is not None and _repeats(label, secret):
        label = None
    identifiers = tuple(_identifier(found) for found in environment.identifiers)
    return replace(environment, **lists, label=label, identifiers=identifiers)


def _identifier(found: Identifier) -> Identifier:
    if not found.linkable or not (found.value or found.text or any(found.raw or b"")):
        return found
    return replace(found, status="withheld", value=None, text=None, raw=None)


def _silent(entries: tuple[E, ...], secret: frozenset[bytes]) -> tuple[E, ...]:
    """The entries that repeat nothing of `secret`."""
    return tuple(entry for entry in entries if not _repeats(entry, secret))


def _repeats(entry: Any, secret: frozenset[bytes]) -> bool:
    return any(value in content for content in _contents(entry) for value in secret)


def _contents(entry: Any) -> Iterator[bytes]:
    """Every byte string and text in an entry, as bytes."""
    if isinstance(entry, bytes):
        yield entry
    elif isinstance(entry, str):
        yield entry.encode()
    elif isinstance(entry, tuple):
        for item in entry:
            yield from _contents(item)
    elif isinstance(entry, Struct):
        for name in entry.__struct_fields__:
            yield from _contents(getattr(entry, name))
