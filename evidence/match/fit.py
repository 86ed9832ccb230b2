"""How bytes that were made of candidates lie in the fields of evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from evidence.match.derivation import Derivation
from evidence.match.fields import BytesField

How = Literal["is", "padded", "padded-before", "begins", "within", "cut"]
FITS: Final[dict[How, str]] = {
    "is": "is",
    "padded": "is, with zeros behind it,",
    "padded-before": "is, with zeros before it,",
    "begins": "begins with",
    "within": "has in it",
    "cut": "is the beginning of",
}
"""Best first."""
SHORTEST: Final = 8
"""Bytes that must be alike, where a field holds more than them, or less: fewer are alike by chance."""
SEARCHED: Final = 4 << 10
"""Bytes of a field in which something may lie anywhere."""


class Fit(NamedTuple):
    """A field, what it holds, and how; `at` is the offset (bytes) in the field."""

    field: BytesField
    derivation: Derivation
    how: How
    at: int = 0

    def __str__(self) -> str:
        at = f" at {self.at}" if self.how == "within" else ""
        return f"{FITS[self.how]} {self.derivation}{at}"


class Index:
    """Derivations by their bytes. What has the same bytes as an earlier one is the same."""

    def __init__(self, derivations: Iterable[Derivation]) -> None:
        self._known: dict[bytes, Derivation] = {}
        for derivation in derivations:
            if derivation.value:
                self._known.setdefault(derivation.value, derivation)
        self._sizes = sorted({len(value) for value in self._known}, reverse=True)
        self._beginnings: dict[int, dict[bytes, Derivation]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def find(self, value: bytes) -> Derivation | None:
        """The derivation that has these very bytes."""
        return self._known.get(value)

    def fits(self, field: BytesField) -> tuple[Fit, ...]:
        """What the field holds: all that fits in the best way in which anything does; nothing where it is empty or zeros."""
        by_way: dict[How, list[Fit]] = {}
        for fit in self._all(field):
            by_way.setdefault(fit.how, []).append(fit)
        return next((tuple(by_way[how]) for how in FITS if how in by_way), ())

    def _all(self, field: BytesField) -> Iterator[Fit]:
        value = field.value
        if (whole := self._known.get(value)) is not None:
            yield Fit(field, whole, "is")
        elif any(value):
            for size in self._sizes:
                if size < len(value):
                    yield from self._shorter(field, size)
            if len(value) >= SHORTEST and (cut := self._beginning(len(value)).get(value)) is not None:
                yield Fit(field, cut, "cut")

    def _shorter(self, field: BytesField, size: int) -> Iterator[Fit]:
        """What of `size` bytes lies in a longer field."""
        value = field.value
        front, back = self._known.get(value[:size]), self._known.get(value[-size:])
        if front is not None and not any(value[size:]):
            yield Fit(field, front, "padded")
        elif back is not None and not any(value[:-size]):
            yield Fit(field, back, "padded-before")
        elif front is not None and size >= SHORTEST:
            yield Fit(field, front, "begins")
        elif size >= SHORTEST and len(value) <= SEARCHED:
            yield from self._within(field, size)

    def _within(self, field: BytesField, size: int) -> Iterator[Fit]:
        for at in range(1, len(field.value) - size + 1):
            inside = self._known.get(field.value[at : at + size])
            if inside is not None:
                yield Fit(field, inside, "within", at)
                return

    def _beginning(self, size: int) -> dict[bytes, Derivation]:
        """The derivations that are longer than `size`, by their first bytes."""
        if size not in self._beginnings:
            made: dict[bytes, Derivation] = {}
            for value, derivation in self._known.items():
                if len(value) > size:
                    made.setdefault(value[:size], derivation)
            self._beginnings[size] = made
        return self._beginnings[size]
