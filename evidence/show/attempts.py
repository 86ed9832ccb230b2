"""How far a piece that is refused was read: the structures that its type had in hand when it raised.

A type says what is wrong, and gives nothing of what it read before. That is looked up where it still is: in the
functions that were at work. So every type tells it, those of plugins too, and none pays for it while all is well.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from msgspec import Struct
from msgspec.structs import replace

from evidence.errors import EvidenceError
from evidence.input import Input
from evidence.registry import EvidenceType, Registry
from evidence.wire.claimset import ClaimSet, ClaimTable
from evidence.wire.cursor import Cursor
from evidence.wire.layout import Layout

ATTEMPTS: Final = 64
"""Attempts that are remembered; one input has few that matter."""
STRUCTURES: Final = 16
DEEPEST: Final = 4
"""Values inside of values that are looked into."""
WIDEST: Final = 64
"""Items of one of them."""
LAYOUT: Final = Layout.read.__func__.__code__  # type: ignore[attr-defined]
CURSOR: Final = Cursor.read.__code__
CLAIMS: Final = ClaimTable.read_map.__code__


class FieldRead(NamedTuple):
    """A field that was read: where it begins in its structure (a label of a claim set), its name and its value."""

    at: int | str
    name: str
    value: Any


class Structure(NamedTuple):
    """What was read of a structure of a specification. `start` is where it lies in the evidence, where that is known."""

    name: str
    fields: tuple[FieldRead, ...]
    spec: str = ""
    start: int | None = None
    whole: bool = True


class Attempt(NamedTuple):
    """One piece that a type began to read."""

    type: EvidenceType
    input: Input
    error: EvidenceError
    structures: tuple[Structure, ...]


class WatchingRegistry(Registry):
    """The same types, of which each attempt that fails is remembered."""

    __slots__ = ("attempts",)
    attempts: deque[Attempt]

    @classmethod
    def over(cls, registry: Registry) -> Self:
        """A registry that watches the types of another one."""
        attempts: deque[Attempt] = deque(maxlen=ATTEMPTS)
        watching = cls._of(replace(kind, read=_watched(kind, attempts)) for kind in registry)
        watching.attempts = attempts
        return watching

    def attempt(self, error: EvidenceError) -> Attempt | None:
        """The attempt that ended in this error; None where the piece was refused before any type read it."""
        return next((attempt for attempt in self.attempts if attempt.error is error), None)


def _watched(kind: EvidenceType, attempts: deque[Attempt]) -> Any:
    def read(source: Input) -> Any:
        try:
            return kind.read(source)
        except EvidenceError as error:
            attempts.append(Attempt(kind, source, error, structures(error)))
            raise

    return read


def structures(error: EvidenceError) -> tuple[Structure, ...]:
    """What the functions that an error passed through had read, the outermost first."""
    return tuple(_structures(error, error.__traceback__))


def _structures(error: EvidenceError, trace: TracebackType | None) -> Iterator[Structure]:
    known: set[int] = set()
    count = 0
    while trace is not None and count < STRUCTURES:
        for structure in _of_frame(error, trace, known):
            count += 1
            yield structure
            if count == STRUCTURES:
                return
        trace = trace.tb_next


def _of_frame(error: EvidenceError, trace: TracebackType, known: set[int]) -> Iterator[Structure]:
    code, values = trace.tb_frame.f_code, trace.tb_frame.f_locals
    if code is LAYOUT:
        yield _begun(values["cls"], values["data"], values["start"], values["version"], error)
    elif code is CURSOR:
        if trace.tb_next is None or trace.tb_next.tb_frame.f_code is not LAYOUT:
            yield _begun(
                values["kind"], values["self"].data[: values["self"].end], values["start"], None, error
            )
    elif code is CLAIMS:
        if values.get("values"):
            yield _claims(values["self"], values["values"], whole=False)
    else:
        yield from _placed(values)
        for value in tuple(values.values()):
            yield from _inside(value, known, 0)


def _placed(values: Mapping[str, Any]) -> Iterator[Structure]:
    """What a function read one field after the other, where it notes the range of each."""
    cursor = next((value for value in values.values() if isinstance(value, Cursor)), None)
    for ranges in values.values() if cursor is not None else ():
        starts = _starts(ranges)
        if cursor is not None and starts:
            fields = (
                FieldRead(start, name, cursor.data[start : ranges[name].end])
                for name, start in starts.items()
            )
            yield Structure(cursor.what, tuple(fields), "", None, whole=False)


def _starts(ranges: Any) -> dict[str, int]:
    """Where the fields begin whose ranges are noted by name; none if that is something else."""
    if type(ranges) is not dict:
        return {}
    starts = {name: getattr(place, "start", None) for name, place in list(ranges.items())[:WIDEST]}
    known = {
        name: start for name, start in starts.items() if isinstance(name, str) and isinstance(start, int)
    }
    return known if len(known) == len(starts) and all(hasattr(ranges[name], "end") for name in known) else {}


def _begun(
    kind: type[Layout], data: bytes, start: int, version: int | None, error: EvidenceError
) -> Structure:
    """The fields of a fixed structure that lie before the one that is refused, or that are there at all."""
    fields: list[FieldRead] = []
    for name, place in kind.PLACES.items():
        if getattr(error, "what", "") == f"{kind.__name__}.{name}" or start + place.end > len(data):
            break
        if not place.reserved and (version is None or place.since <= version):
            octets = data[start + place.offset : start + place.end]
            order = "little" if kind.ENDIAN == "<" else "big"
            value: Any = octets if place.kind == "s" else int.from_bytes(octets, order)  # type: ignore[arg-type]
            fields.append(FieldRead(place.offset, name, value))
    return Structure(kind.__name__, tuple(fields), kind.SPEC, start, whole=False)


def _inside(value: Any, known: set[int], depth: int) -> Iterator[Structure]:
    """The structures in a value of a function: it itself, or inside of what types make of them."""
    if depth > DEEPEST or id(value) in known:
        return
    if isinstance(value, Layout):
        known.add(id(value))
        places = value.PLACES
        fields = (FieldRead(places[name].offset, name, content) for name, content in value.items())
        yield Structure(type(value).__name__, tuple(fields), value.SPEC)
    elif isinstance(value, ClaimSet):
        known.add(id(value))
        rows = (FieldRead("", name, content) for name, content in value.values.items())
        yield Structure("claims", tuple(rows))
    else:
        parts = _parts(value)
        if parts:
            known.add(id(value))
        if isinstance(value, Struct) and (starts := _starts(getattr(value, "places", None))):
            fields = (FieldRead(start, name, getattr(value, name, "")) for name, start in starts.items())
            yield Structure(type(value).__name__, tuple(fields))
        for part in parts:
            yield from _inside(part, known, depth + 1)


def _parts(value: Any) -> list[Any]:
    """The values inside of one that types make, or that holds several."""
    if isinstance(value, Input | EvidenceType):
        return []
    if isinstance(value, Struct):
        return [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, tuple | list):
        return list(value[:WIDEST])
    if type(value).__module__.startswith("evidence.types."):
        return list(getattr(value, "__dict__", {}).values())[:WIDEST]
    return []


def _claims(table: ClaimTable, values: Mapping[str, Any], *, whole: bool) -> Structure:
    labels = {row.name: row.label for row in table.rows}
    fields = tuple(FieldRead(str(labels.get(name, "")), name, value) for name, value in values.items())
    return Structure(table.what, fields, table.spec, None, whole)
