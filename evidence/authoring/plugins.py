"""Evidence types of other distributions: listed, loaded only when named, always through the gate.

A name is that of the entry point, of a distribution that offers one type alone, or of the type itself once it is
loaded; every command takes the same.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import EntryPoint, entry_points
from typing import Final, NamedTuple

from evidence.errors import RegistryError, UsageError, unknown_name
from evidence.registry import EvidenceType, Registry

GROUP: Final = "evidence.types"


class Plugin(NamedTuple):
    """An entry point of an installed distribution: its name, the name of the distribution, where the type is."""

    name: str
    distribution: str
    point: EntryPoint

    def __str__(self) -> str:
        return f"{self.name} of {self.distribution}"

    def type_in(self, registry: Registry) -> EvidenceType | None:
        """The type that this plugin has put into `registry`, if it has; none of its code runs."""
        if self.point.module not in sys.modules:
            return None
        return next((kind for kind in registry if kind is self.point.load()), None)


def plugins() -> tuple[Plugin, ...]:
    """What installed distributions offer, by name; none of their code runs."""
    points = entry_points(group=GROUP)
    offers = (Plugin(point.name, point.dist.name if point.dist else "", point) for point in points)
    return tuple(sorted(offers, key=lambda plugin: plugin[:2]))


def with_plugins(registry: Registry, names: tuple[str, ...]) -> Registry:
    """`registry` with the plugins that were named, each proven by the gate.

    Raises `UsageError` (no such plugin, or several of the name), `RegistryError` (not admitted).
    """
    for name in names:
        registry = registry.admit(_load(_plugin(name), registry))
    return registry


def admitted(registry: Registry, name: str) -> EvidenceType:
    """The type of `registry` with this name, which may be that of the plugin it came from; else `UsageError`."""
    if name not in registry:
        for plugin in _matching(name):
            kind = plugin.type_in(registry)
            if kind is not None:
                return kind
    return registry[name]


def unproven(registry: Registry, name: str) -> tuple[EvidenceType, Registry]:
    """The type of this name and a registry with it: one of `registry`, or a plugin that the gate has not seen.

    For authors, whose type is not admitted before its fixtures and schema are written. Raises what
    `with_plugins` does, for the gate alone.
    """
    if name in registry or not _matching(name):
        return registry[name], registry
    kind = _load(_plugin(name), registry)
    if kind.name in registry:
        raise RegistryError(f"plugin {name!r} is named {kind.name}, which is already registered")
    return kind, Registry._of((*registry, kind))  # noqa: SLF001 (there is no public way around the gate)


def _matching(name: str) -> tuple[Plugin, ...]:
    """The plugins of this name; where no entry point has it, those of the distribution."""
    known = plugins()
    named = tuple(plugin for plugin in known if plugin.name == name)
    return named or tuple(plugin for plugin in known if _plain(plugin.distribution) == _plain(name))


def _plain(name: str) -> str:
    """The name of a distribution as installers compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _plugin(name: str) -> Plugin:
    choice = _matching(name)
    if len(choice) == 1:
        return choice[0]
    if choice:
        raise UsageError(f"{len(choice)} plugins named {name!r} (known: {', '.join(map(str, choice))})")
    offers = plugins()
    raise unknown_name("plugin", name, map(str, offers), (plugin.name for plugin in offers))


def _load(plugin: Plugin, registry: Registry) -> EvidenceType:
    try:
        kind = plugin.point.load()
    except (
        Exception,
        SystemExit,
    ) as error:  # code of another distribution: all that it does is its author's fault
        reason = f"cannot be loaded: {error!r}"
        raise RegistryError(f"plugin {plugin.name!r} ({plugin.point.value}) {reason}") from error
    if not isinstance(kind, EvidenceType):
        raise RegistryError(f"plugin {plugin.name!r} is {type(kind).__name__}, not an EvidenceType")
    if plugin.name in registry and plugin.name != kind.name:  # one name would mean two types
        raise RegistryError(f"plugin {plugin.name!r} is {kind.name}, and has the name of another type")
    return kind
