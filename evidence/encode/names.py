"""The names that our profile gives: of classes, of instances, of the evidence. The same claims have the same names."""

from __future__ import annotations

from hashlib import sha1
from typing import Any, Final

from evidence.claims import Claims, Environment, Identifier
from evidence.wire import corim
from evidence.wire.cbor import Tag

CLASS, INSTANCE = 0, 1
CLASS_ID, MODEL = 0, 2
NAMES_OF_UEIDS: Final = frozenset({"ueid", "instance_id"})
"""Identifiers that their formats call a UEID: a chip id or a serial number is none."""
SCOPES_OF_UEIDS: Final = frozenset({"device", "platform"})
"""A UEID is permanent (RFC 9711, 4.2.1): what is new at every start, as a realm's, is none."""
SCOPES_OF_INSTANCES: Final = SCOPES_OF_UEIDS | {"instance"}
_NAMESPACE: Final = bytes.fromhex(corim.NAMESPACE.replace("-", ""))


def uuid(name: str) -> Tag:
    """The UUID of a name in our namespace: version 5, which is a digest (RFC 9562, 5.5)."""
    digest = bytearray(sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return Tag(corim.UUID, bytes(digest))


def environment_map(claims: Claims, environment: Environment) -> dict[int, Any]:
    """How CoRIM names an environment: its class, compared as a whole, and what tells one instance from another."""
    name = f"{claims.evidence.type}/{environment.id}"
    named: dict[int, Any] = {CLASS: {CLASS_ID: uuid(name), MODEL: name}}
    for entry in environment.identifiers:
        if is_stated(entry) and entry.value is not None and entry.scope in SCOPES_OF_INSTANCES:
            tag = corim.UEID if entry.value == ueid(environment) else corim.BYTES
            named[INSTANCE] = Tag(tag, bytes(entry.value))
            break
    return named


def is_stated(entry: Identifier) -> bool:
    """Whether the evidence itself gives the identifier a value."""
    return entry.status == "present" and entry.origin in {None, "evidence"}


def ueid(environment: Environment) -> bytes | None:
    """The UEID of an environment; None if it has none, or several."""
    values = [
        bytes(entry.value)
        for entry in environment.identifiers
        if entry.name in NAMES_OF_UEIDS
        and entry.scope in SCOPES_OF_UEIDS
        and is_stated(entry)
        and entry.value is not None
        and 7 <= len(entry.value) <= 33
        and entry.value[0] in {1, 2, 3}
    ]
    return values[0] if len(values) == 1 else None
