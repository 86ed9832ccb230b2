"""Evidence types of other distributions: listed, loaded only when named, always through the gate."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Final

from evidence.errors import RegistryError, UsageError
from evidence.registry import EvidenceType, Registry

GROUP: Final = "evidence.types"


def names() -> tuple[str, ...]:
    """The names of the types that installed distributions offer; none of their code runs."""
    return tuple(sorted(point.name for point in entry_points(group=GROUP)))


def with_plugins(registry: Registry, wanted: tuple[str, ...]) -> Registry:
    """`registry` with the plugins that were named, each proven by the gate.

    Raises `UsageError` (no such plugin, or several of the name), `RegistryError` (not admitted).
    """
    for name in wanted:
        found = tuple(entry_points(group=GROUP, name=name))
        if len(found) != 1:
            raise UsageError(
                f"{len(found) or 'no'} plugins named {name!r} (known: {', '.join(names()) or 'none'})"
            )
        kind = found[0].load()
        if not isinstance(kind, EvidenceType):
            raise RegistryError(f"plugin {name!r} is {type(kind).__name__}, not an EvidenceType")
        registry = registry.admit(kind)
    return registry
