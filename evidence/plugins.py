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
        registry = registry.admit(_load(name))
    return registry


def unproven(registry: Registry, name: str) -> tuple[EvidenceType, Registry]:
    """The type of this name and a registry with it: one of `registry`, or a plugin that the gate has not seen.

    For authors, whose type is not admitted before its fixtures and schema are written. Raises what
    `with_plugins` does, for the gate alone.
    """
    if name in registry or name not in names():
        return registry[name], registry
    kind = _load(name)
    if kind.name in registry:
        raise RegistryError(f"plugin {name!r} is named {kind.name}, which is already registered")
    return kind, Registry._of((*registry, kind))  # noqa: SLF001 (there is no public way around the gate)


def _load(name: str) -> EvidenceType:
    found = tuple(entry_points(group=GROUP, name=name))
    if len(found) != 1:
        raise UsageError(
            f"{len(found) or 'no'} plugins named {name!r} (known: {', '.join(names()) or 'none'})"
        )
    try:
        kind = found[0].load()
    except Exception as error:  # code of another distribution: whatever it does is its author's fault
        raise RegistryError(f"plugin {name!r} ({found[0].value}) cannot be loaded: {error!r}") from error
    if not isinstance(kind, EvidenceType):
        raise RegistryError(f"plugin {name!r} is {type(kind).__name__}, not an EvidenceType")
    return kind
