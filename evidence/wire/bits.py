"""Named bits and multi-bit fields of one integer, written as the specification's own table.

    class Policy(Bits, size=8, spec="…"):
        abi_minor = bits(0, 8)
        smt       = bit(16)
        reserved  = one(17)

`Policy.decode(value)` gives the names of the bits that are set, the multi-bit fields with their values,
and the numbers of the set bits that the table does not know. Nothing is refused here: an unknown bit
is the reader's to keep and to note.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple


class BitRange(NamedTuple):
    """One row: bits `low` to `low + width - 1`; `must_be_one` marks a reserved bit that is set."""

    low: int
    width: int = 1
    must_be_one: bool = False

    @property
    def mask(self) -> int:
        return ((1 << self.width) - 1) << self.low


def bit(number: int) -> BitRange:
    return BitRange(number)


def bits(low: int, width: int) -> BitRange:
    return BitRange(low, width)


def one(number: int) -> BitRange:
    return BitRange(number, must_be_one=True)


class NamedBits(NamedTuple):
    set: tuple[str, ...]
    fields: tuple[tuple[str, int], ...]
    unknown: tuple[int, ...]


class Bits:
    """Base of all bit tables; see the module's docstring."""

    SIZE: ClassVar[int]
    SPEC: ClassVar[str]
    ROWS: ClassVar[dict[str, BitRange]]
    MUST_BE_ONE: ClassVar[int]
    _flags: ClassVar[dict[int, str]]
    _wide: ClassVar[tuple[tuple[str, int, int], ...]]
    _flag_mask: ClassVar[int]
    _known: ClassVar[int]

    def __init_subclass__(cls, *, size: int, spec: str) -> None:
        cls.SIZE, cls.SPEC = size, spec
        cls.ROWS = {name: row for name, row in vars(cls).items() if isinstance(row, BitRange)}
        cls._known = 0
        for name, row in cls.ROWS.items():
            if cls._known & row.mask:
                raise TypeError(f"{cls.__name__}.{name} overlaps a row before it")
            if row.mask >> (8 * size):
                raise TypeError(f"{cls.__name__}.{name} lies outside of {size} bytes")
            cls._known |= row.mask
        single = {name: row for name, row in cls.ROWS.items() if row.width == 1}
        cls.MUST_BE_ONE = sum(row.mask for row in single.values() if row.must_be_one)
        cls._flags = {row.mask: name for name, row in single.items() if not row.must_be_one}
        cls._flag_mask = sum(cls._flags)
        cls._wide = tuple((n, r.low, r.mask >> r.low) for n, r in cls.ROWS.items() if r.width > 1)

    @classmethod
    def decode(cls, value: int) -> NamedBits:
        """What is set in `value`, lowest bit first."""
        names, unknown, rest = [], [], value & cls._flag_mask
        while rest:
            low = rest & -rest
            names.append(cls._flags[low])
            rest ^= low
        rest = value & ~cls._known
        while rest:
            low = rest & -rest
            unknown.append(low.bit_length() - 1)
            rest ^= low
        wide = tuple((name, value >> low & mask) for name, low, mask in cls._wide)
        return NamedBits(tuple(names), wide, tuple(unknown))
