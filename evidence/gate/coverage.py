"""Duty 6: fixtures show every word of the schema, and every byte of the evidence changes a claim."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from evidence import schema
from evidence.convert import Evidence
from evidence.encode.json import to_json
from evidence.fixtures import EVIDENCE, Loaded
from evidence.gate.proof import Proof
from evidence.privacy import WITHHELD

ON_REQUEST: Final = ("/status/enum/withheld", f"/code/enum/{WITHHELD}")
"""Words that conversion never writes: `--no-identifiers` does."""


def duty_6_coverage(proof: Proof) -> Iterator[str]:
    if proof.schema is not None:
        yield from _words(proof, proof.schema)
    ignored: set[str] = set()

    def check(loaded: Loaded, found: Evidence) -> Iterator[str]:
        for inner, bare in _bare(proof, loaded, found):
            ignored.update(_ignored_fields(proof, inner, bare))
            for start, end in _lost(proof, inner, bare):
                where = f"the bytes from {start:#x} to {end:#x}"
                yield f"native: {where} are no field's, and a change of them changes no claim"

    lost = list(proof.each("duty 6, coverage", check))
    for field in sorted(ignored):
        if not _listed(field, proof.kind.unclaimed):
            yield f"native: a change of {field} changes no claim, and it is not listed as unclaimed"
    yield from lost


def _words(proof: Proof, known: schema.Found) -> Iterator[str]:
    """Words of the schema that no fixture shows, and those that are said to be shown by none."""
    seen: set[str] = set()
    for _, found in proof.good():
        seen |= known.seen_in(msgspec.json.decode(to_json(found.claims)))
    missing = known.words() - seen if seen else ()  # no good fixture at all: duty 2 or 4 says so
    for word in sorted(missing):
        if not (_listed(word, proof.kind.unobserved) or word.endswith(ON_REQUEST)):
            yield f"schema: {word} occurs in no fixture, and is not listed as unobserved"
    for pattern in proof.kind.unobserved:
        if any(fnmatchcase(word, pattern) for word in seen):
            yield f"schema: {pattern} is listed as unobserved and occurs in a fixture"


def _listed(name: str, patterns: Any) -> bool:
    return any(fnmatchcase(name, pattern) and reason for pattern, reason in patterns.items())


def _bare(proof: Proof, loaded: Loaded, found: Evidence) -> Iterator[tuple[Loaded, Evidence]]:
    """The fixture without its carriers, in whose bytes the type has no fields."""
    if not found.input.carriers:
        yield loaded, found
        return
    given = found.input
    inner = replace(loaded, data=given.data, attachments=given.attachments)
    again = proof.parse(inner)
    if isinstance(again, Evidence):
        yield inner, again


def _ignored_fields(proof: Proof, loaded: Loaded, found: Evidence) -> Iterator[str]:
    """Fields of which some byte can change without any claim that tells."""
    before = _without_hash(found)
    for source in found.sources():
        if source.layer != "evidence" or _listed(source.field, proof.kind.unclaimed):
            continue
        offsets = {source.start, (source.start + source.end) // 2, source.end - 1}
        if source.start < source.end and any(_silent(proof, loaded, before, offset) for offset in offsets):
            yield source.field


def _lost(proof: Proof, loaded: Loaded, found: Evidence) -> Iterator[tuple[int, int]]:
    """Ranges of the evidence that no field stands for, and that can change without any claim that tells."""
    before, end = _without_hash(found), 0
    free: list[int] = []
    for low, high in (*sorted(_places(found)), (found.claims.evidence.size,) * 2):
        free += range(end, low)
        end = max(end, high)
    silent = [offset for offset in free if _silent(proof, loaded, before, offset)]
    for _, run in groupby(enumerate(silent), lambda numbered: numbered[1] - numbered[0]):
        offsets = [offset for _, offset in run]
        yield offsets[0], offsets[-1] + 1


def _places(found: Evidence) -> Iterator[tuple[int, int]]:
    """The ranges of the evidence that fields lie in, or what they were decoded from."""
    for source in found.sources():
        if source.outer is not None:
            yield source.outer
        elif source.layer == "evidence":
            yield source.start, source.end


def _silent(proof: Proof, loaded: Loaded, before: Any, offset: int) -> bool:
    """Whether a change of this byte changes no claim."""
    data = bytearray(loaded.data)
    data[offset] ^= 0x01
    after = proof.parse(loaded.with_part(EVIDENCE, bytes(data)))
    return isinstance(after, Evidence) and _without_hash(after) == before


def _without_hash(found: Evidence) -> Any:
    document = msgspec.json.decode(to_json(found.claims))
    del document["evidence"]["sha256"]
    return document
