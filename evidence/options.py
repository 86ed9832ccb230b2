"""What a caller knows beside the bytes, by the names that types have for it: for each piece whose type takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from evidence.errors import UsageError, unknown_name
from evidence.registry import EvidenceType


class Options:
    """A caller's options: a mapping (texts allowed), or the options' value of a type; nothing where there are none.

    They reach every piece whose type has options of these names, and no other: a file may hold a report beside a
    quote of another type. `types` are those that a piece may be of. An option that none of them has raises
    `UsageError` at once; one that no piece took does in `settle`, so that none is ignored where it was meant.
    """

    __slots__ = ("_idle", "_made", "values")

    def __init__(self, values: object, types: Iterable[EvidenceType]) -> None:
        self.values: Any = values or {}
        self._made: dict[str, Struct] = {}
        self._idle: set[str] = set()
        if values:
            self._idle = set(_checked(values, tuple(types)))

    def of(self, kind: EvidenceType) -> Struct:
        """The options for a piece of a type; `UsageError` for a value that an option of it cannot have."""
        if not self.values:
            return kind.options()
        if kind.name not in self._made:
            own = _own(self.values, kind)
            self._made[kind.name] = kind.make_options(own)
            self._idle -= set(_names(own))
        return self._made[kind.name]

    def settle(self) -> None:
        """Raise `UsageError` for an option that no piece took. Pieces that no type was found for are errors of their own."""
        if self._made and self._idle:
            idle, types = ", ".join(sorted(self._idle)), ", ".join(self._made)
            raise UsageError(f"no piece takes the option {idle}: there is {types} alone")


def _checked(values: object, types: tuple[EvidenceType, ...]) -> Iterable[str]:
    """The names of the options, each of which one of the types has."""
    if isinstance(values, Mapping):
        known = dict.fromkeys(name for kind in types for name in kind.options.__struct_fields__)
        owner = types[0].name if len(types) == 1 else "any type"
        for name in values:
            if name not in known:
                raise unknown_name(f"option of {owner}", str(name), known)
    elif not any(isinstance(values, kind.options) for kind in types):
        raise UsageError(f"options are a mapping or a type's own value, not {type(values).__name__}")
    return _names(values)


def _own(values: object, kind: EvidenceType) -> object:
    """What a type takes of the values."""
    if isinstance(values, Mapping):
        return {name: value for name, value in values.items() if name in kind.options.__struct_fields__}
    return values if isinstance(values, kind.options) else None


def _names(values: object) -> Iterable[str]:
    """What the values are told by: the names of a mapping, the class of a type's own value."""
    if isinstance(values, Mapping):
        return values
    return () if values is None else (type(values).__name__,)
