"""What a change of a field changes: exactly the claims that it is said to become, and each of them.

A bit of a field is flipped. Then those claims alone change that the field is said to become (by `sources`, before or
after), and those of fields that appear, vanish or become something else with it. What follows from the whole document is
left aside: its digest and its target, notes, and facts about what fits. The other way round, each claim that a field is
said to become changes with some bit of it in some fixture, or with the bytes that the field has in another fixture.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from evidence.authoring.fixtures import EVIDENCE, Loaded
from evidence.authoring.gate.difference import CHIEF, changes, claimed, same
from evidence.authoring.gate.proof import SEED, Proof
from evidence.convert import Evidence
from evidence.paths import at, parents
from evidence.registry import Source

SMALL: Final = 4
"""Bytes of a field of which all bits are flipped once."""
ALL_BITS: Final = 64
"""Bits of a field that are flipped until each of its claims has changed: all of a small field."""
FIXTURES: Final = 3
"""Fixtures in which that is tried."""
CONTENTS: Final = 8
"""Contents of the same field in other fixtures that are tried in its place."""
FACTS: Final = ("/consistency/", "/logs/")
"""Facts compare claims with others, and with content: what changes one of these changes them, and what logs say of them."""
ARROW: Final = " -> "
"""Between a field and a claim, where a type lists them."""
DIGITS: Final = re.compile(r"[0-9]+")


class Pair(NamedTuple):
    """A field, and the path of a claim that it is said to become, or that it decides. Counted ones count as one."""

    field: str
    path: str

    @property
    def shape(self) -> Pair:
        return Pair(DIGITS.sub("0", self.field), DIGITS.sub("0", self.path))

    def __str__(self) -> str:
        return f"{self.field}{ARROW}{self.path}"


class FixturePiece(NamedTuple):
    """A fixture without its carriers: its parts, what was read, and its fields with claims by slot."""

    loaded: Loaded
    evidence: Evidence
    fields: tuple[Source, ...]

    @classmethod
    def of(cls, loaded: Loaded, evidence: Evidence) -> FixturePiece:
        return cls(loaded, evidence, tuple(claimed(evidence)))


class Flip(NamedTuple):
    """What a flipped bit did: the paths that changed (None: it was refused), and those of them that nothing names."""

    paths: tuple[str, ...] | None
    unnamed: tuple[str, ...] = ()

    @property
    def is_silent(self) -> bool:
        return self.paths == ()


REFUSED: Final = Flip(None)
SILENT: Final = Flip(())
BESIDE: Final = Flip(("/notes",))
"""Only what is noted, or what follows from all of the document, is different."""


class KnownFields:
    """What is known of the fields of all fixtures so far."""

    def __init__(self, proof: Proof) -> None:
        self.proof = proof
        self.silent: set[str] = set()
        self.flipped: set[str] = set()
        """Fields of which all bits were flipped."""
        self.unnamed: set[Pair] = set()
        self.changed: set[Pair] = set()
        """Shapes of the pairs that were shown."""
        self.sources: set[tuple[str, tuple[str, ...]]] = set()
        """Every field with what it became somewhere."""
        self.places: dict[Pair, list[tuple[FixturePiece, Source]]] = {}
        """Where each shape occurs."""

    @property
    def never(self) -> set[str]:
        """The fields that become no claim in any fixture, and that are not silent: where they are counted, all or none."""
        claimed = {DIGITS.sub("0", field) for field, paths in self.sources if paths}
        return {
            field
            for field, _ in self.sources
            if DIGITS.sub("0", field) not in claimed and field not in self.silent
        }

    def look(self, piece: FixturePiece) -> None:
        """Flip bits of every field of a piece."""
        for source in piece.fields:
            self.sources.add((source.field, source.claims))
            part = part_of(source)
            if part is None:
                continue
            for path in source.claims:
                self.places.setdefault(Pair(source.field, path).shape, []).append((piece, source))
            data = piece.loaded.part(part)
            for offset, mask in self._bits(source):
                flip = replaced(self.proof, piece, part, offset, bytes([data[offset] ^ mask]))
                self._note(source, flip, silent=part == EVIDENCE)

    def _bits(self, source: Source) -> Iterator[tuple[int, int]]:
        """The bits to flip: one in three bytes of a field; all bits of a small one, the first time that it is there."""
        small = (
            source.end - source.start <= SMALL and (name := DIGITS.sub("0", source.field)) not in self.flipped
        )
        if small:
            self.flipped.add(name)
        for offset in {source.start, (source.start + source.end) // 2, source.end - 1}:
            yield offset, 1
        for bit in range(8 * (source.end - source.start)) if small else ():
            yield source.start + bit // 8, 1 << bit % 8

    def _note(self, source: Source, flip: Flip, *, silent: bool = False) -> None:
        if silent and flip.is_silent:
            self.silent.add(source.field)
        self.unnamed.update(Pair(source.field, path) for path in flip.unnamed)
        for path in source.claims if flip.paths else ():
            if any(within(path, changed) for changed in flip.paths or ()):
                self.changed.add(Pair(source.field, path).shape)

    def unshown(self) -> Iterator[Pair]:
        """The pairs of a field and a claim that no fixture shows."""
        for shape, places in self.places.items():
            if shape not in self.changed:
                _, source = places[0]
                path = next(path for path in source.claims if Pair(source.field, path).shape == shape)
                pair = Pair(source.field, path)
                if not self._shows(pair, places):
                    yield pair

    def _shows(self, pair: Pair, places: list[tuple[FixturePiece, Source]]) -> bool:
        """Whether some bit of the field changes the claim, or the bytes that it has in another fixture do.

        Where each change is refused, because others of the evidence depend on the field, two fixtures differ in both.
        """
        contents = tuple(dict.fromkeys(piece.evidence.bytes_of(source) for piece, source in places))
        refused = True
        for piece, source in places[:FIXTURES]:
            part = part_of(source) or EVIDENCE
            for content in (*_neighbours(piece, source), *contents[:CONTENTS]):
                flip = replaced(self.proof, piece, part, source.start, content)
                self._note(source, flip)
                if pair.shape in self.changed:
                    return True
                refused = refused and flip in {REFUSED, SILENT}
        return refused and _differ(pair, places)


def _differ(pair: Pair, places: list[tuple[FixturePiece, Source]]) -> bool:
    """Whether two fixtures have different bytes in the field, and say something else at the path."""
    values = [
        (piece.evidence.bytes_of(source), _value(piece.evidence, pair.path)) for piece, source in places
    ]
    return any(content != values[0][0] and value != values[0][1] for content, value in values)


def _value(evidence: Evidence, path: str) -> object:
    try:
        return at(evidence.claims, path.replace(CHIEF, evidence.claims.environments[0].id))
    except LookupError:
        return None


def part_of(source: Source) -> str | None:
    """The part of the input that a field lies in as it is; None for one of a decoded layer, and for one without bytes."""
    if source.start >= source.end:
        return None
    if source.layer == EVIDENCE:
        return EVIDENCE
    prefix, colon, kind = source.layer.partition(":")
    return kind if colon and prefix == "attachment" else None


def _neighbours(piece: FixturePiece, source: Source) -> Iterator[bytes]:
    """The bytes of a field with one bit flipped: with each bit of a small one, else with some, always the same."""
    content = piece.evidence.bytes_of(source)
    numbers: Sequence[int] = range(len(content) * 8)
    if len(content) * 8 > ALL_BITS:
        chance = random.Random(f"{SEED}{source.field}")  # noqa: S311 (repeatable, not secret)
        numbers = chance.sample(numbers, ALL_BITS)
    for number in numbers:
        changed = bytearray(content)
        changed[number // 8] ^= 1 << number % 8
        yield bytes(changed)


def replaced(proof: Proof, piece: FixturePiece, part: str, start: int, content: bytes) -> Flip:
    """What happens when other bytes, as many, stand at `start` of a part of the input."""
    data = bytearray(piece.loaded.part(part))
    end = start + len(content)
    data[start:end] = content
    after = proof.parse(piece.loaded.with_part(part, bytes(data)))
    before = piece.evidence
    if not isinstance(after, Evidence) or after.type is not proof.kind:
        return REFUSED
    if after.input.carriers != before.input.carriers:
        return REFUSED  # as such: what is found in it is another piece
    if same(before.claims, after.claims):
        return SILENT
    paths = tuple(changes(before.claims, after.claims))
    if not paths:
        return BESIDE
    own = {claim for source in piece.fields if _touches(source, part, start, end) for claim in source.claims}
    others = _unnamed(paths, own)
    return Flip(paths, _unnamed(others, own | _moved(piece.fields, tuple(claimed(after)))) if others else ())


def _unnamed(paths: tuple[str, ...], claims: set[str]) -> tuple[str, ...]:
    """The paths that no claim names."""
    return tuple(
        path for path in paths if not (path.startswith(FACTS) or any(within(claim, path) for claim in claims))
    )


def _moved(before: tuple[Source, ...], after: tuple[Source, ...]) -> set[str]:
    """The claims of the fields that are no longer what or where they were."""
    return {claim for source in {*before} ^ {*after} for claim in source.claims}


def _touches(source: Source, part: str, start: int, end: int) -> bool:
    low, high = source.outer or (source.start, source.end)
    where = EVIDENCE if source.outer else part_of(source)
    return where == part and low < end and start < high


def within(claim: str, path: str) -> bool:
    """Whether one of the paths lies at or below the other."""
    return claim in parents(path) or path in parents(claim)
