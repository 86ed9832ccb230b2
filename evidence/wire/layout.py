"""Fixed byte layouts, written as the specification's own table.

A subclass of `Layout` is one table of a specification: each line is one field with its offset and size
in bytes. The table must be whole (no gap, no overlap), so a slip in it fails at import:

    class Header(Layout, size=8, spec="DMTF DSP0000, table 1"):
        version:     U16  = at(0)
        flags:       U8   = at(2, since=2)
        reserved_3:  Zero = at(3, 1)
        challenge:   Raw  = at(4, 4)

`Header.read(data, start, version=…)` gives an immutable value with typed attributes. Reserved bytes
must be zero and are not kept; a field with `since` is None in versions below it, where its bytes are
reserved too; of a table that `grows`, earlier versions end before it. `Header.PLACES` serves offsets to `where`, `inspect` and the tests.
"""

from __future__ import annotations

import struct
import sys
from collections import namedtuple
from itertools import groupby, pairwise
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    NamedTuple,
    NoReturn,
    Self,
    dataclass_transform,
)

from evidence.errors import ConstraintViolation, Truncated

U8 = Annotated[int, "B", 1]
U16 = Annotated[int, "H", 2]
U32 = Annotated[int, "I", 4]
U64 = Annotated[int, "Q", 8]
Raw = Annotated[bytes, "s", 0]
Zero = Annotated[None, "x", 0]  # reserved: must be zero, is not kept


class Place(NamedTuple):
    """Where a field lies in its structure (bytes), since which version, and how it is read."""

    offset: int
    size: int
    since: int = 0
    kind: str = "s"

    @property
    def end(self) -> int:
        return self.offset + self.size

    @property
    def reserved(self) -> bool:
        return self.kind == "x"


def at(offset: int, size: int = 0, *, since: int = 0) -> Any:
    """The row of a field; `size` (bytes) only where its type does not fix it."""
    return Place(offset, size, since)


def _kind(cls: type, name: str) -> Any:
    """What the annotation of a row names. `get_type_hints` is ten times slower, at every start."""
    hint = cls.__annotations__[name]
    return vars(sys.modules[cls.__module__])[hint] if isinstance(hint, str) else hint


class _VersionReader(NamedTuple):
    """How one version of a structure is read.

    `size` (bytes) is what must be there. `unpack` gives the fields that this version has; the places of the
    others among them are `gaps`: pairs of an index and as many None as are missing there. `reserved` unpacks
    the ranges (bytes) that must be `zeros`, all of them in one call.
    """

    size: int
    unpack: Any
    gaps: tuple[tuple[int, tuple[None, ...]], ...]
    reserved: Any
    zeros: tuple[bytes, ...]
    ranges: tuple[tuple[int, int], ...]


_new: Final = tuple.__new__


@dataclass_transform(frozen_default=True, field_specifiers=(at,))
class Layout(tuple[Any, ...]):
    """Base of all fixed structures; see the module's docstring."""

    __slots__ = ()
    SIZE: ClassVar[int]
    SPEC: ClassVar[str]
    ENDIAN: ClassVar[str]
    """As `struct` writes it: `<` little, `>` big."""
    PLACES: ClassVar[dict[str, Place]]
    FIELDS: ClassVar[tuple[str, ...]]
    """The names that are kept, in order: all of `PLACES` but the reserved ones."""
    _readers: ClassVar[dict[int | None, _VersionReader]]
    """One for each version up to the last in which a field appeared, and for None, which stands for all later ones."""

    def __init_subclass__(cls, *, size: int, spec: str, endian: str = "<", grows: bool = False) -> None:
        cls.SIZE, cls.SPEC, cls.ENDIAN, cls.PLACES = size, spec, endian, {}
        kept: list[str] = []
        end = 0
        rows = [(name, row) for name, row in vars(cls).items() if isinstance(row, Place)]
        for name, row in rows:
            code, width = _kind(cls, name).__metadata__
            width = width or row.size
            if row.offset != end:
                raise TypeError(
                    f"{cls.__name__}.{name} is at {row.offset:#x}, the field before it ends at {end:#x}"
                )
            end += width
            cls.PLACES[name] = Place(row.offset, width, row.since, code)
            if code == "x":
                delattr(cls, name)
            else:
                kept.append(name)
        if end != size:
            raise TypeError(f"{cls.__name__} ends at {end:#x}, its specification says {size:#x}")
        cls.FIELDS = tuple(kept)
        # a named tuple's fields are read in half the time of a property; mypy wants a literal list of them
        named = namedtuple("Fields", kept)  # type: ignore[misc]  # noqa: PYI024
        for name in kept:
            setattr(cls, name, vars(named)[name])
        steps = sorted({0, *(place.since for place in cls.PLACES.values())})
        cls._readers = {None: cls._compile(steps[-1], grows=grows)}
        for first, following in pairwise(steps):
            cls._readers |= dict.fromkeys(range(first, following), cls._compile(first, grows=grows))

    @classmethod
    def _compile(cls, version: int, *, grows: bool) -> _VersionReader:
        absent = {name for name, place in cls.PLACES.items() if version < place.since}
        size = min([cls.PLACES[name].offset for name in absent], default=cls.SIZE) if grows else cls.SIZE
        rows = [(name, place) for name, place in cls.PLACES.items() if place.offset < size]
        if grows and len(rows) + len(absent) != len(cls.PLACES):
            raise TypeError(f"{cls.__name__} grows, but not at its end, in version {version}")
        fmt, ranges = cls.ENDIAN, list[tuple[int, int]]()
        for name, place in rows:
            if not place.reserved and name not in absent:
                fmt += f"{place.size}s" if place.kind == "s" else place.kind
                continue
            fmt += f"{place.size}x"
            if ranges and ranges[-1][1] == place.offset:  # neighbours are one range
                ranges[-1] = (ranges[-1][0], place.end)
            else:
                ranges.append((place.offset, place.end))
        unpack, gaps = struct.Struct(fmt).unpack_from, cls._gaps(absent)
        fmt, end = "<", 0
        for low, high in ranges:
            fmt += f"{low - end}x{high - low}s"
            end = high
        zeros = tuple(bytes(high - low) for low, high in ranges)
        return _VersionReader(size, unpack, gaps, struct.Struct(fmt).unpack_from, zeros, tuple(ranges))

    @classmethod
    def _gaps(cls, absent: set[str]) -> tuple[tuple[int, tuple[None, ...]], ...]:
        gaps, index = [], 0
        for missing, names in groupby(cls.FIELDS, absent.__contains__):
            count = len([*names])
            if missing:
                gaps.append((index, (None,) * count))
            index += count
        return tuple(gaps)

    @classmethod
    def read(cls, data: bytes, start: int = 0, version: int | None = None) -> Self:
        """The structure at `start` (bytes) of `data`; `version` decides about rows with `since`.

        Raises `Truncated`, or `ConstraintViolation` with the offset of the first reserved byte that
        is not zero.
        """
        readers = cls._readers
        size, unpack, gaps, reserved, zeros, ranges = readers.get(version) or readers[None]
        if len(data) - start < size:
            have = max(0, len(data) - start)
            raise Truncated(what=cls.__name__, offset=start, need=size, have=have, spec=cls.SPEC)
        if zeros and reserved(data, start) != zeros:
            cls._refuse(data, start, ranges)
        values = unpack(data, start)
        for index, missing in gaps:
            values = values[:index] + missing + values[index:]
        return _new(cls, values)

    @classmethod
    def _refuse(cls, data: bytes, start: int, ranges: tuple[tuple[int, int], ...]) -> NoReturn:
        low, high = next((low, high) for low, high in ranges if any(data[start + low : start + high]))
        first = next(offset for offset in range(low, high) if data[start + offset])
        name = next(name for name, place in cls.PLACES.items() if place.offset <= first < place.end)
        raise ConstraintViolation(
            what=f"{cls.__name__}.{name}",
            offset=start + first,
            got=data[start + first : start + high],
            allowed="zero (reserved)",
            spec=cls.SPEC,
        )

    def items(self) -> tuple[tuple[str, Any], ...]:
        """(name, value) of every field that this version has."""
        pairs = zip(self.FIELDS, self, strict=True)
        return tuple((name, value) for name, value in pairs if value is not None)
