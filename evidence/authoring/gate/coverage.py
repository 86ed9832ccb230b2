"""Duty 6: fixtures show every word of the schema and every row of the tables, and every byte changes its claims."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Final

import msgspec
from msgspec.structs import replace

from evidence.authoring import schema
from evidence.authoring.fixtures import EVIDENCE, Loaded
from evidence.authoring.gate.difference import same
from evidence.authoring.gate.fields import ARROW, FixturePiece, KnownFields
from evidence.authoring.gate.proof import Proof, listed
from evidence.authoring.gate.rows import shown, unshown
from evidence.authoring.tight import loose
from evidence.convert import Evidence
from evidence.encode.json import to_json
from evidence.privacy import WITHHELD, withhold

LOOSE: Final = re.compile("/(optional|open)/")
"""In what is listed because the schema is to take more than fixtures show."""
ON_REQUEST: Final = ("/status/enum/withheld", f"/code/enum/{WITHHELD}")
"""Words that conversion never writes: `--no-identifiers` does."""


def duty_6_coverage(proof: Proof) -> Iterator[str]:
    if proof.schema is not None:
        yield from _words(proof, proof.schema)
        yield from _loose(proof, proof.schema)
    fields = KnownFields(proof)

    def check(loaded: Loaded, piece: Evidence) -> Iterator[str]:
        for inner, bare in _bare(proof, loaded, piece):
            fields.look(FixturePiece.of(inner, bare))
            for start, end in _lost(proof, inner, bare):
                where = f"the bytes from {start:#x} to {end:#x}"
                yield f"native: {where} are no field's, and a change of them changes no claim"

    lost = list(proof.each("duty 6, coverage", check))
    yield from _fields(proof, fields)
    yield from lost


def _words(proof: Proof, known: schema.TypeSchema) -> Iterator[str]:
    """Words of the schema that no fixture shows, and those that are said to be shown by none."""
    words: set[str] = set()
    for _, piece in proof.good():
        words |= known.words_in(msgspec.json.decode(to_json(piece.claims)))
    missing = known.words() - words if words else ()  # no good fixture at all: duty 2 or 4 says so
    for word in sorted(missing):
        if not (listed(word, proof.kind.unobserved) or word.endswith(ON_REQUEST)):
            yield f"schema: {word} occurs in no fixture, and is not listed as unobserved"
    for pattern in proof.kind.unobserved:
        is_word = pattern.startswith(("*/", "#")) and not LOOSE.search(pattern)
        if words and is_word and not any(fnmatchcase(word, pattern) for word in known.words()):
            yield f"schema: {pattern} is listed as unobserved, and is no word of the schema"
        if ARROW not in pattern and any(fnmatchcase(word, pattern) for word in words):
            yield f"schema: {pattern} is listed as unobserved and occurs in a fixture"


def _loose(proof: Proof, known: schema.TypeSchema) -> Iterator[str]:
    """Places at which the schema takes what no fixture shows, with its identifiers or without, and no reason why."""
    claims = (claims for _, piece in proof.good() for claims in (piece.claims, withhold(piece.claims)))
    for place in loose(known, (msgspec.json.decode(to_json(one)) for one in claims)):
        if not listed(place.name, proof.kind.unobserved):
            yield f"schema: {place} (or list {place.name} in `unobserved`)"


def _fields(proof: Proof, fields: KnownFields) -> Iterator[str]:
    """Fields that change no claim, a claim of others, or not each of theirs; rows that nothing shows; and no reason why."""
    kind = proof.kind
    if not fields.sources:
        return  # no good fixture at all: duty 2 or 4 says so
    text = "a change of {} changes no claim, and it is not listed as unclaimed"
    yield from _reasoned(kind.unclaimed, fields.silent, text)
    text = "{}: a change of the field changes a claim that it is not said to become (or list them in `elsewhere`)"
    yield from _reasoned(kind.elsewhere, map(str, fields.unnamed), text)
    text = (
        "{}: the field is said to become a claim that no change of it changes (or list them in `unobserved`)"
    )
    pairs = [str(pair) for pair in fields.unshown()]
    yield from _reasoned(kind.unobserved, pairs, text)
    claims = shown(fields.sources, kind.unclaimed)
    rows = sorted({row for table in kind.tables() for row in unshown(table, claims)})
    yield from _reasoned(
        kind.unobserved, rows, "{}: a row that no fixture shows (or list it in `unobserved`)"
    )
    yield from _reasoned(
        kind.unclaimed, fields.never, "{} becomes no claim, and it is not listed as unclaimed"
    )
    yield from _idle("unclaimed", kind.unclaimed, fields.silent | fields.never)
    yield from _idle("elsewhere", kind.elsewhere, [str(pair) for pair in fields.unnamed])
    patterns = [pattern for pattern in kind.unobserved if ARROW in pattern]
    yield from _idle("unobserved", patterns, [*pairs, *rows])


def _reasoned(patterns: Mapping[str, str], names: Iterable[str], text: str) -> Iterator[str]:
    """What is not listed with a reason."""
    for name in sorted(names):
        if not listed(name, patterns):
            yield f"native: {text.format(name)}"


def _idle(member: str, patterns: Iterable[str], names: Collection[str]) -> Iterator[str]:
    """What is listed, and is not so."""
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            yield f"native: {pattern} is listed in `{member}`, and no fixture shows that it is so"


def _bare(proof: Proof, loaded: Loaded, piece: Evidence) -> Iterator[tuple[Loaded, Evidence]]:
    """The fixture without its carriers, in whose bytes the type has no fields."""
    if not piece.input.carriers:
        yield loaded, piece
        return
    source = piece.input
    inner = replace(loaded, data=source.data, attachments=source.attachments)
    again = proof.parse(inner)
    if isinstance(again, Evidence):
        yield inner, again


def _lost(proof: Proof, loaded: Loaded, piece: Evidence) -> Iterator[tuple[int, int]]:
    """Ranges of the evidence that no field stands for, and that can change without any claim that tells."""
    end = 0
    free: list[int] = []
    for low, high in (*sorted(_places(piece)), (piece.claims.evidence.size,) * 2):
        free += range(end, low)
        end = max(end, high)
    silent = [offset for offset in free if _silent(proof, loaded, piece, offset)]
    for _, run in groupby(enumerate(silent), lambda numbered: numbered[1] - numbered[0]):
        offsets = [offset for _, offset in run]
        yield offsets[0], offsets[-1] + 1


def _places(piece: Evidence) -> Iterator[tuple[int, int]]:
    """The ranges of the evidence that fields lie in, or what they were decoded from."""
    for source in piece.sources():
        if source.outer is not None:
            yield source.outer
        elif source.layer == EVIDENCE:
            yield source.start, source.end


def _silent(proof: Proof, loaded: Loaded, before: Evidence, offset: int) -> bool:
    """Whether a change of this byte changes no claim."""
    data = bytearray(loaded.data)
    data[offset] ^= 0x01
    after = proof.parse(loaded.with_part(EVIDENCE, bytes(data)))
    return isinstance(after, Evidence) and same(before.claims, after.claims)
