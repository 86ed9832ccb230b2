"""A candidate for a registry, what it brings, and how thoroughly it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from msgspec import Struct

from evidence.authoring import fixtures, schema
from evidence.authoring.fixtures import Loaded
from evidence.convert import Evidence, parse
from evidence.errors import Defective, EvidenceError, UsageError, shown
from evidence.registry import EvidenceType, Match, Registry

SEED: Final = 0x45564944


class Depth(Struct, frozen=True):
    """How many cases the gate makes up for each fixture.

    Prefixes (None: all up to 8 KiB), mutations, flips of a bit (None: all), and parts of its bytes that are left out.
    """

    prefixes: int | None
    mutations: int
    flips: int | None
    parts: int


ADMIT: Final = Depth(128, 256, 32, 32)
DEEP: Final = Depth(None, 2000, None, 2000)


class Raised(Struct, frozen=True):
    """An exception of a type's code, which may raise nothing but an `EvidenceError`."""

    error: BaseException

    def __str__(self) -> str:
        trace, place = self.error.__traceback__, ""
        while trace is not None:  # the handler of a field goes by the field's name
            place, trace = f" in {trace.tb_frame.f_code.co_name}", trace.tb_next
        return f"raises {shown(self.error)}{place}"


def cause(error: BaseException) -> BaseException:
    """The exception itself, where the pipeline made it a fault of a plugin."""
    return error.__cause__ or error if isinstance(error, Defective) else error


def guarded(duty: str, where: str, reasons: Iterator[str]) -> Iterator[str]:
    """The reasons at a place, and as the last of them what is raised on the way."""
    try:
        for reason in reasons:
            yield f"{where}: {reason}"
    except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever the code of a type raises is a reason)
        yield f"{where}: {duty}: {Raised(cause(error))}"


def listed(name: str, patterns: Mapping[str, str]) -> bool:
    """Whether a list of patterns with reasons names it."""
    return any(reason and fnmatchcase(name, pattern) for pattern, reason in patterns.items())


class Proof:
    """A candidate, what it brings, and its valid fixtures as they are read now."""

    def __init__(self, kind: EvidenceType, registry: Registry, depth: Depth) -> None:
        self.kind, self.depth = kind, depth
        self.others = tuple(other for other in registry if other.name != kind.name)
        self.registry = registry
        folder = kind.fixtures
        self.schema = schema.TypeSchema(kind.schema) if kind.schema and kind.schema.is_file() else None
        self.valid = tuple(fixtures.valid(folder)) if folder else ()
        self.invalid = tuple(fixtures.invalid(folder)) if folder else ()
        self.real = tuple(fixtures.real(folder)) if folder else ()
        self.checked = tuple(fixtures.checked(folder)) if folder else ()
        self.read = tuple((loaded, self._read(loaded)) for loaded in self.valid)

    def _read(self, loaded: Loaded) -> Evidence | EvidenceError | UsageError | Raised:
        try:
            return self.parse(loaded)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (duty 4 says it)
            return Raised(error)

    def parse(self, loaded: Loaded) -> Evidence | EvidenceError | UsageError:
        """The fixture as it says to be read: with its options and attachments, forced or not.

        What the code of a type raises passes through.
        """
        try:
            piece = parse(
                loaded.data,
                type=self.kind.name if loaded.fixture.force else None,
                options=loaded.fixture.options or None,
                attachments=loaded.attachments,
                registry=self.registry,
            )
        except Defective as fault:
            raise cause(fault) from None
        except (EvidenceError, UsageError) as error:
            return error
        if piece.faults:
            raise cause(piece.faults[0])
        return piece

    def each(self, duty: str, check: Callable[[Loaded, Evidence], Iterator[str]]) -> Iterator[str]:
        """What a duty's check says of every good fixture, by name."""
        for loaded, piece in self.good():
            yield from guarded(duty, f"valid/{loaded.name}", check(loaded, piece))

    def matches(self) -> Iterator[Match]:
        """What the candidate says of its own valid fixtures."""
        matches = (self.kind.identify(loaded.data) for loaded in self.valid)
        return (match for match in matches if match is not None)

    def good(self) -> Iterator[tuple[Loaded, Evidence]]:
        """The valid fixtures that are valid."""
        for loaded, piece in self.read:
            if isinstance(piece, Evidence):
                yield loaded, piece
