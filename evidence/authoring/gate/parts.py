"""What could have been left out of an input, and the input without it.

Every attachment, every expectation of a carrier, and what lies between two edges of fields or of certificates in an
attachment or in that part of the evidence that no signature covers; in CBOR and JSON the entries of maps, and the
last ones of arrays, without which the others keep their places. Whoever leaves something out of evidence that nobody
signed, or out of what is signed, has written other evidence: that is no omission.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import Final, NamedTuple

from msgspec.structs import replace

from evidence.authoring.fixtures import EVIDENCE
from evidence.authoring.recipe import Edit, mutate
from evidence.convert import Evidence
from evidence.errors import EvidenceError
from evidence.input import Input
from evidence.registry import Source
from evidence.wire import cbor, json
from evidence.wire.places import Entry, Path

PEM: Final = re.compile(rb"-----BEGIN [^-]+-----.*?-----END [^-]+-----\s*", re.DOTALL)
COMMA: Final = re.compile(rb"\s*,")


class InputPart(NamedTuple):
    """Something that can be left out: a text for it, and the input without it."""

    what: str
    left: Callable[[], Input]


def parts(piece: Evidence, chance: random.Random, most: int) -> list[InputPart]:
    """All attachments and expectations, and at most so many other parts, chosen by `chance`."""
    whole = [*_beside(piece.input)]
    inner = [*_entries(piece), *_ranges(piece)]
    return whole + (inner if len(inner) <= most else chance.sample(inner, most))


def changed(source: Input, part: str, content: bytes) -> Input:
    """The input with `content` for the evidence, or for an attachment."""
    if part == EVIDENCE:
        return replace(source, data=content)
    return replace(source, attachments={**source.attachments, part: content})


def free(piece: Evidence) -> list[tuple[int, int]]:
    """The ranges `[start, end)` of the evidence, and of what trails it, that no signature covers."""
    ranges, here = [], 0
    for start, end in sorted(part for signature in piece.claims.signatures for part in signature.covers):
        if here < start:
            ranges.append((here, start))
        here = max(here, end)
    if here < len(piece.input.data):
        ranges.append((here, len(piece.input.data)))
    return ranges


def _beside(source: Input) -> Iterator[InputPart]:
    for kind in source.attachments:
        left = {name: content for name, content in source.attachments.items() if name != kind}
        yield InputPart(f"without {kind}", partial(replace, source, attachments=left))
    for index, expect in enumerate(source.expects):
        rest = source.expects[:index] + source.expects[index + 1 :]
        yield InputPart(
            f"without what is expected of {expect.binding}", partial(replace, source, expects=rest)
        )


def _ranges(piece: Evidence) -> Iterator[InputPart]:
    """What lies between two edges; in documents of CBOR and JSON that is no part."""
    sources = tuple(piece.sources())
    for kind, content in piece.input.attachments.items():
        edges = {edge for block in PEM.finditer(content) for edge in block.span()}
        edges |= _edges(sources, f"attachment:{kind}", 0, len(content))
        yield from _between(piece.input, kind, edges)
    if piece.claims.signatures and not _is_document(piece.input.data):
        for start, end in free(piece):
            yield from _between(piece.input, EVIDENCE, _edges(sources, EVIDENCE, start, end))


def _edges(sources: tuple[Source, ...], layer: str, low: int, high: int) -> set[int]:
    """Where fields of a layer begin and end, from `low` to `high` (bytes)."""
    ranges = [source.outer or (source.start, source.end) for source in sources if _lies(source, layer)]
    return {low, high, *(edge for part in ranges for edge in part if low <= edge <= high)}


def _lies(source: Source, layer: str) -> bool:
    return source.layer == layer or (layer == EVIDENCE and source.outer is not None)


def _between(source: Input, part: str, edges: set[int]) -> Iterator[InputPart]:
    content = source.data if part == EVIDENCE else source.attachments[part]
    for start, end in combinations(sorted(edges), 2):
        left = partial(_spliced, source, part, content, start, end)
        yield InputPart(f"without {start:#x} to {end:#x} of {part}", left)


def _spliced(source: Input, part: str, content: bytes, start: int, end: int) -> Input:
    return changed(source, part, content[:start] + content[end:])


def _is_document(data: bytes) -> bool:
    return _root(data) is not None


def _root(data: bytes) -> str | None:
    for name, loads in (("cbor", cbor.loads), ("json", json.loads)):
        try:
            loads(data)
        except EvidenceError:
            continue
        return name
    return None


def _entries(piece: Evidence) -> Iterator[InputPart]:
    """The entries of a document, outside of what is signed."""
    data, form = piece.input.data, _root(piece.input.data)
    if form is None or not piece.claims.signatures:
        return
    ranges = free(piece)
    walk = _in_cbor if form == "cbor" else _in_json
    for path, entry in walk(data, 0, ()):
        if any(start <= entry.start and entry.end <= end for start, end in ranges):
            remove = _without_cbor if form == "cbor" else _without_json
            yield InputPart(
                f"without the entry {'/'.join(map(str, path))}", partial(remove, piece.input, path, entry)
            )


def _without_cbor(source: Input, path: Path, _: Entry) -> Input:
    return replace(source, data=mutate(source.data, (Edit(cbor_delete=path),)))


def _without_json(source: Input, _: Path, entry: Entry) -> Input:
    data = source.data
    after = COMMA.match(data, entry.end)
    if after is not None:
        return replace(source, data=data[: entry.start] + data[after.end() :])
    return replace(source, data=data[: entry.start].rstrip().removesuffix(b",") + data[entry.end :])


def _in_cbor(data: bytes, at: int, path: Path) -> Iterator[tuple[Path, Entry]]:
    head = cbor.head(data, at)
    if head.major == 6:
        yield from _in_cbor(data, head.end, (*path, "tag"))
    elif head.major == 2 and _is_item(data[head.end : head.end + head.argument]):
        yield from _in_cbor(data, head.end, (*path, "bstr"))
    elif head.major in {4, 5}:
        for entry, is_last in _with_last(cbor.entries(data, at)):
            if isinstance(entry.key, int | str):
                if head.major == 5 or is_last:
                    yield (*path, entry.key), entry
                yield from _in_cbor(data, entry.value, (*path, entry.key))


def _in_json(data: bytes, at: int, path: Path) -> Iterator[tuple[Path, Entry]]:
    for entry, is_last in _with_last(json.entries(data, at)):
        if is_last or isinstance(entry.key, str):
            yield (*path, entry.key), entry
        yield from _in_json(data, entry.value, (*path, entry.key))


def _with_last(entries: Iterator[Entry]) -> Iterator[tuple[Entry, bool]]:
    """Every entry, and whether it is the last one."""
    items = list(entries)
    yield from ((entry, index == len(items)) for index, entry in enumerate(items, 1))


def _is_item(data: bytes) -> bool:
    try:
        cbor.loads(data)
    except EvidenceError:
        return False
    return True
