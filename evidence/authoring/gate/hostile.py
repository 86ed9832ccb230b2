"""Duty 7: prefixes and seeded mutations give claims or an `EvidenceError`, nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.authoring.fixtures import EVIDENCE, Loaded
from evidence.authoring.gate.proof import SEED, Proof
from evidence.convert import Evidence
from evidence.encode.json import from_json, to_json
from evidence.errors import EvidenceError, UnknownFormat, UsageError

ALL_PREFIXES_UP_TO: Final = 8192


def duty_7_bytes(proof: Proof) -> Iterator[str]:
    def check(loaded: Loaded, piece: Evidence) -> Iterator[str]:
        chance = random.Random(f"{SEED}{loaded.name}")  # noqa: S311 (repeatable, not secret)
        yield from _prefixes(proof, loaded, piece, chance)
        yield from _mutations(proof, loaded, chance)

    yield from proof.each("duty 7, bytes", check)


def _prefixes(proof: Proof, loaded: Loaded, piece: Evidence, chance: random.Random) -> Iterator[str]:
    size = len(loaded.data)
    if proof.depth.prefixes is None:
        lengths = set(range(min(size, ALL_PREFIXES_UP_TO)))
    else:
        edges = {edge for source in piece.sources() for edge in (source.start, source.end)}
        lengths = {edge + step for edge in edges for step in (-1, 0, 1)}
        lengths |= {chance.randrange(size) for _ in range(proof.depth.prefixes)}
    for length in sorted(length for length in lengths if 0 <= length < size):
        got = _guarded(proof, loaded.with_part(EVIDENCE, loaded.data[:length]))
        if isinstance(got, str):
            yield f"cut at {length}: {got}"
        elif isinstance(got, Evidence):
            allowed = any(r.start <= length <= r.end and r.why for r in loaded.fixture.parses_when_cut_at)
            if not allowed:
                yield f"cut at {length}: is accepted"
            elif _what_it_is_made_from(got) == _what_it_is_made_from(piece):
                yield f"cut at {length}: is accepted as the same evidence"


def _what_it_is_made_from(piece: Evidence) -> tuple[object, ...]:
    header = piece.claims.evidence
    return header.sha256, header.trailing, piece.claims.attachments


def _guarded(proof: Proof, loaded: Loaded) -> Evidence | EvidenceError | str:
    """What a type makes of hostile bytes; a text if that is anything but a value or an `EvidenceError`."""
    try:
        piece = proof.parse(loaded)
        if isinstance(piece, Evidence) and from_json(to_json(piece.claims)) != piece.claims:
            return "the claims do not survive JSON"
    except Exception as error:  # noqa: BLE001 (anything else is just what is looked for)
        return f"{type(error).__name__}: {error}"
    if isinstance(piece, UsageError):  # options of this type, of which another one may know nothing
        ours = loaded.fixture.force or proof.kind.identify(loaded.data) is not None
        return "UsageError" if ours else UnknownFormat(size=len(loaded.data), tried=(proof.kind.name,))
    return piece


def _mutations(proof: Proof, loaded: Loaded, chance: random.Random) -> Iterator[str]:
    """Defects in the evidence and in what is attached to it, by turns."""
    parts = (EVIDENCE, *loaded.attachments)
    for number in range(proof.depth.mutations):
        part = parts[number % len(parts)]
        got = _guarded(proof, loaded.with_part(part, mutation(loaded.part(part), chance)))
        if isinstance(got, str):
            yield f"mutation {number} ({part}): {got}"


HOSTILE: Final = (
    b"\0",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\xff\xff\xff\xff",
    b"\0\0\0\x80",
    b"\xa0",
    b"\x9f",
    b"\xc0",
)


def mutation(data: bytes, chance: random.Random) -> bytes:
    """`data` with one to three random defects."""
    mutant = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(mutant) + 1)
        match chance.randrange(5):
            case 0:
                mutant[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                mutant[at : at + 4] = chance.choice(HOSTILE)
            case 2:
                del mutant[at : at + chance.randint(1, 16)]
            case 3:
                mutant[at:at] = chance.choice(HOSTILE) * chance.randint(1, 8)
            case _:
                start = chance.randrange(len(mutant) + 1)
                mutant[at : at + 8] = mutant[start : start + chance.randint(0, 32)]
    return bytes(mutant[: limits.EVIDENCE_BYTES])
