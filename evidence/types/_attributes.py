"""Bit fields in claims: the same for every type that has a table of their names."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from evidence.claims import Attribute, BitField, Bytes, Note
from evidence.wire.bits import Bits

REMEMBERED: Final = 512
"""Bit fields that are decoded once: the same few values occur on every machine of a kind."""


def attribute(name: str, value: int, table: type[Bits], environment: str, notes: list[Note]) -> Attribute:
    """The claim about the bit field `value`, for the environment of this id. Bits without a name are noted."""
    key: Any = table  # a class, which mypy takes for unhashable
    found = _decoded(name, value, key)
    if found.unknown:
        numbers = ", ".join(str(number) for number in found.unknown)
        notes.append(
            Note(
                code="unknown-bits",
                path=f"/environments/{environment}/attributes/{name}",
                detail=f"bits {numbers} are set and have no name",
            )
        )
    return found


@lru_cache(REMEMBERED)
def _decoded(
    name: str, value: int, table: Any
) -> Attribute:  # a class of Bits, which mypy takes for unhashable
    known = table.decode(value)
    return Attribute(
        name=name,
        raw=Bytes(value.to_bytes(table.SIZE, "little")),
        set=known.set,
        unknown=known.unknown,
        fields=tuple([BitField(name=field, int=number) for field, number in known.fields]),
    )
