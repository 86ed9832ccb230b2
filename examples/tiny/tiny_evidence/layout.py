"""The tables of a tiny report, and what it is made of. All integers are little-endian."""

from __future__ import annotations

from typing import Final, NamedTuple

from evidence.wire.layout import U8, U16, Layout, Raw, Zero, at

MAGIC: Final = b"TINY"
VERSION: Final = "1"


# fmt: off
class Header(Layout, size=8, spec="TINY 1, table 1"):
    magic:       Raw  = at(0x00, 4)
    version:     U8   = at(0x04)
    reserved_5:  Zero = at(0x05, 1)
    digest_size: U16  = at(0x06)


class Measured(Layout, size=32, spec="TINY 1, table 2"):
    digest:      Raw  = at(0x00, 32)
# fmt: on
TABLES: Final[tuple[type[Layout], ...]] = (Header, Measured)
"""In the order of the bytes."""


class Report(NamedTuple):
    """A report: its two tables, one behind the other."""

    header: Header
    measured: Measured
