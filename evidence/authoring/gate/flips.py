"""Duty 10, *Flips*: what bits that nobody signed decide is said to be unsigned.

One bit changes, of the evidence outside of every `covers`, or of an attachment. Then it is refused, or another type,
or every entry or scalar of `bindings` and `environments` that differs lies at or below a path that `unsigned()`
lists before or after.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from evidence.authoring.fixtures import EVIDENCE, Loaded
from evidence.authoring.gate.difference import again, unlisted
from evidence.authoring.gate.loud import silent
from evidence.authoring.gate.parts import changed, free
from evidence.authoring.gate.proof import SEED, Proof
from evidence.convert import Evidence
from evidence.registry import Registry


def duty_10_flips(proof: Proof) -> Iterator[str]:
    def check(loaded: Loaded, piece: Evidence) -> Iterator[str]:
        chance = random.Random(f"{SEED}{loaded.name}")  # noqa: S311 (repeatable, not secret)
        return flips(piece, proof.registry, chance, proof.depth.flips)

    yield from proof.each("duty 10, flips", check)


class Bit(NamedTuple):
    """A bit of the evidence or of an attachment: offset of its byte, and its mask."""

    part: str
    offset: int
    mask: int


def flips(piece: Evidence, registry: Registry, chance: random.Random, most: int | None) -> Iterator[str]:
    """How the law is broken by a piece of evidence; at most so many bits, chosen by `chance`, are changed."""
    for bit in _bits(piece, chance, most):
        content = bytearray(piece.input.data if bit.part == EVIDENCE else piece.input.attachments[bit.part])
        content[bit.offset] ^= bit.mask
        after = again(piece, changed(piece.input, bit.part, bytes(content)), registry)
        if after is not None:
            where = f"bit {bit.mask:#04x} at {bit.offset:#x} of {bit.part}"
            for path in unlisted(piece, after):
                yield f"{where} is unsigned and decides {path}, which is not listed as unsigned"
            yield from (f"{where}: {text}" for text in silent(after.claims))


def _bits(piece: Evidence, chance: random.Random, most: int | None) -> Iterator[Bit]:
    """All bits, or half of `most` in fields, where a change tells more, and half anywhere."""
    ranges = [(EVIDENCE, start, end) for start, end in free(piece)]
    ranges += [(kind, 0, len(content)) for kind, content in piece.input.attachments.items() if content]
    if most is None:
        for part, start, end in ranges:
            for offset in range(start, end):
                for shift in range(8):
                    yield Bit(part, offset, 1 << shift)
        return
    fields = [*_fields(piece, ranges)]
    for number in range(most if ranges else 0):
        part, start, end = chance.choice(fields if fields and number % 2 else ranges)
        yield Bit(part, chance.randrange(start, end), 1 << chance.randrange(8))


def _fields(piece: Evidence, ranges: list[tuple[str, int, int]]) -> Iterator[tuple[str, int, int]]:
    """The fields that lie in the ranges, and what those of decoded layers were made from."""
    for source in piece.sources():
        low, high = source.outer or (source.start, source.end)
        layer = EVIDENCE if source.outer else source.layer.removeprefix("attachment:")
        if low < high and any(layer == part and start <= low and high <= end for part, start, end in ranges):
            yield layer, low, high
