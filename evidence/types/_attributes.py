"""Bit fields in claims: the same for every type that has a table of their names."""

from __future__ import annotations

from evidence.claims import Attribute, BitField, Bytes, Note
from evidence.wire.bits import Bits


def attribute(name: str, value: int, table: type[Bits], path: str, notes: list[Note]) -> Attribute:
    """The claim about the bit field `value`; `path` is where it will stand. Bits without a name are noted."""
    known = table.decode(value)
    if known.unknown:
        numbers = ", ".join(str(number) for number in known.unknown)
        detail = f"bits {numbers} are set and have no name"
        notes.append(Note(code="unknown-bits", path=path, detail=detail))
    return Attribute(
        name=name,
        raw=Bytes(value.to_bytes(table.SIZE, "little")),
        set=known.set,
        unknown=known.unknown,
        fields=tuple([BitField(name=field, int=number) for field, number in known.fields]),
    )
