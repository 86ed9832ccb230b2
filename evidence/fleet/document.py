"""The document of a fleet: what was counted, as JSON has it and the page shows it."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

SCHEMA: Final = "evidence-fleet/1"


class FleetKind(Struct, frozen=True, omit_defaults=True):
    """Pieces of one type, version and product."""

    count: int
    type: str
    version: str
    product: str | None = None
    """Absent where the evidence does not say it."""


class Debug(Struct, frozen=True, omit_defaults=True):
    """Pieces of one type whose target has one debug word."""

    count: int
    type: str
    debug: str | None = None
    """Absent where a document has no single target."""


class Coded(Struct, frozen=True):
    """Notes, or refused inputs, of one code."""

    count: int
    code: str


class FleetVersion(Struct, frozen=True, omit_defaults=True):
    """Pieces of one type and product that name one version of a part."""

    count: int
    path: str
    type: str
    value: str
    product: str | None = None


class Level(Struct, frozen=True):
    """Pieces with one TCB, and the components of it that are below the newest."""

    count: int
    components: dict[str, int]
    behind: tuple[str, ...]


class FleetTcb(Struct, frozen=True, omit_defaults=True):
    """One TCB of one type and product: the newest of each component in this fleet, and who is below it.

    Only TCBs are compared whose components that select something (`compare` is `equal`) are the same.
    """

    path: str
    type: str
    newest: dict[str, int]
    at_newest: int
    behind: int
    levels: tuple[Level, ...]
    product: str | None = None
    same: dict[str, int] = {}
    """The components that select something."""


class Repeated(Struct, frozen=True):
    """One identifier that several rows have, in hexadecimal."""

    count: int
    value: str


class Chips(Struct, frozen=True):
    """One identifier of machines: how many rows have it, how many values it has, and how many of these more than one row has."""

    path: str
    rows: int
    distinct: int
    repeated: int
    most: tuple[Repeated, ...] = ()
    """The values that most rows have; empty where identifiers are withheld."""


class Fleet(Struct, frozen=True):
    """All numbers. Each list has the highest counts first."""

    schema: str
    rows: int
    pieces: int
    refused: int
    kinds: tuple[FleetKind, ...]
    debug: tuple[Debug, ...]
    tcbs: tuple[FleetTcb, ...]
    versions: tuple[FleetVersion, ...]
    notes: tuple[Coded, ...]
    errors: tuple[Coded, ...]
    chips: tuple[Chips, ...]
    others: dict[str, int] = {}
    """What was counted and not told apart, because a list grew too long, by the name of that list."""
