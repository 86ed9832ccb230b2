"""The specifications' tables of an evidence type, as its modules have them: for pages and for the glossary."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Final

from evidence.registry import EvidenceType
from evidence.wire.bits import Bits
from evidence.wire.claimset import ClaimTable
from evidence.wire.layout import Layout

SHARED: Final = "evidence.types._"
"""How the names of modules begin that several types use."""


def module(kind: EvidenceType) -> ModuleType:
    """The module of a type's descriptor."""
    return sys.modules[kind.identify.__module__]


def modules(kind: EvidenceType) -> list[ModuleType]:
    """The modules of a type, its layout first, then the shared ones that it uses."""
    own = module(kind)
    names = [name for _, name, _ in walk_packages(getattr(own, "__path__", ()), f"{own.__name__}.")]
    names.sort(key=lambda name: not name.endswith("layout"))
    inside = [import_module(name) for name in names] or [own]
    used = {
        str(getattr(value, "__module__", None) or getattr(value, "__name__", ""))
        for each in inside
        for value in vars(each).values()
    }
    return inside + [import_module(name) for name in sorted(used) if name.startswith(SHARED)]


def tables(kind: EvidenceType) -> Iterator[type[Layout | Bits] | ClaimTable]:
    """The tables in these modules, each once: claims by label, structures, bit fields."""
    known: set[int] = set()
    for inside in modules(kind):
        for value in vars(inside).values():
            is_own = isinstance(value, ClaimTable) or getattr(value, "__module__", None) == inside.__name__
            if is_own and _is_table(value) and id(value) not in known:
                known.add(id(value))
                yield value


def _is_table(value: object) -> bool:
    if isinstance(value, type):
        return issubclass(value, Layout | Bits) and value not in {Layout, Bits}
    return isinstance(value, ClaimTable)
