"""A candidate for a registry, what it brings, and how thoroughly it is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from evidence import fixtures, schema
from evidence.convert import Evidence, parse
from evidence.errors import EvidenceError, UsageError
from evidence.fixtures import Loaded
from evidence.registry import EvidenceType, Match, Registry


class Depth(Struct, frozen=True):
    """How many cases the gate makes up: prefixes (None: all up to 8 KiB) and mutations a fixture."""

    prefixes: int | None
    mutations: int


ADMIT: Final = Depth(128, 256)
DEEP: Final = Depth(None, 2000)


class Proof:
    """A candidate, what it brings, and its valid fixtures as they are read now."""

    def __init__(self, kind: EvidenceType, registry: Registry, depth: Depth) -> None:
        self.kind, self.depth = kind, depth
        self.others = tuple(other for other in registry if other.name != kind.name)
        self.registry = registry
        folder = kind.fixtures
        self.schema = schema.Found(kind.schema) if kind.schema and kind.schema.is_file() else None
        self.valid = tuple(fixtures.valid(folder)) if folder else ()
        self.invalid = tuple(fixtures.invalid(folder)) if folder else ()
        self.real = tuple(fixtures.real(folder)) if folder else ()
        self.checked = tuple(fixtures.checked(folder)) if folder else ()
        self.read = tuple((loaded, self.parse(loaded)) for loaded in self.valid)

    def parse(self, loaded: Loaded) -> Evidence | EvidenceError | UsageError:
        """The fixture as it says to be read: with its options and attachments, forced or not."""
        try:
            return parse(
                loaded.data,
                type=self.kind.name if loaded.fixture.force else None,
                options=loaded.fixture.options or None,
                attachments=loaded.attachments,
                registry=self.registry,
            )
        except (EvidenceError, UsageError) as error:
            return error

    def matches(self) -> Iterator[Match]:
        """What the candidate says of its own valid fixtures."""
        found = (self.kind.identify(loaded.data) for loaded in self.valid)
        return (match for match in found if match is not None)

    def good(self) -> Iterator[tuple[Loaded, Evidence]]:
        """The valid fixtures that are valid."""
        for loaded, found in self.read:
            if isinstance(found, Evidence):
                yield loaded, found
