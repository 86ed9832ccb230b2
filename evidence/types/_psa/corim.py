"""What the profiles of Arm share: the class of a platform, and its software components."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from evidence.claims import Claims, Measurement
from evidence.corim import Values, content_of, digests
from evidence.types._psa.mapping import NAMELESS
from evidence.wire import corim
from evidence.wire.cbor import Tag


def software_component(entry: Measurement) -> Values | None:
    """A component: `{2: digests, 11: type, 0: {0: version}, 13: [signer]}`; None if no hash is named."""
    values = digests(entry)
    if values is None:
        return None
    if entry.name != NAMELESS:
        values[corim.M_NAME] = entry.name
    if entry.version is not None:
        values[corim.M_VERSION] = {0: entry.version}
    if entry.signer is not None:
        values[corim.M_KEYS] = [Tag(corim.BYTES, bytes(entry.signer))]
    return values


def by_implementation(id: str) -> Callable[[Claims], Mapping[int, Any] | None]:
    """The environment of a platform `id`: the class by its implementation id, the instance by its instance id."""

    def environment(claims: Claims) -> Mapping[int, Any] | None:
        names = {
            entry.name: content
            for one in claims.environments
            if one.id == id
            for entry in one.identifiers
            if (content := content_of(entry)) is not None
        }
        if "implementation_id" not in names:
            return None
        named: dict[int, Any] = {0: {0: Tag(corim.BYTES, names["implementation_id"])}}
        if (instance := names.get("instance_id")) is not None:
            named[1] = Tag(corim.UEID if 7 <= len(instance) <= 33 else corim.BYTES, instance)
        return named

    return environment
