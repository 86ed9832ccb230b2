"""The strings in a CBOR item, with the labels and indices that lead to them, and the items that hold others.

A COSE message has names instead of indices: its headers, its payload and its signature.

Sources: RFC 8949; RFC 9052 (COSE).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.containers.part import SHORTEST, ContainedPart
from evidence.errors import EvidenceError
from evidence.wire import cbor
from evidence.wire.places import Entry

NAME: Final = "cbor"
BYTES, TEXT, ARRAY, MAP, TAG = range(2, 7)
MESSAGE: Final = ("protected", "unprotected", "payload", "signature")
TAGS: Final = frozenset({17, 18, 24, 61, 601, 55799, 60000})
"""Tags whose content is what it seems: COSE messages, CBOR in bytes, claims sets, CBOR itself, a quote (RA-TLS). What
is behind any other means something that nobody here knows, and is not looked into."""
MESSAGES: Final = frozenset({17, 18})
"""Tags of COSE messages with these four parts: COSE_Mac0 and COSE_Sign1."""


def open_item(data: bytes) -> Iterator[ContainedPart] | None:
    """The parts of the one item that `data` is; None where it is no item, or one without others inside."""
    if len(data) < SHORTEST or not BYTES <= data[0] >> 5 <= TAG:
        return None
    try:
        if cbor.skip(data, 0) != len(data):
            return None
    except EvidenceError:
        return None
    return _parts(data)


def _parts(data: bytes) -> Iterator[ContainedPart]:
    """Depth first, in the order of the bytes; nothing is decoded but labels."""
    todo: list[tuple[str, int, int, int]] = [("", 0, len(data), 0)]
    while todo:
        at, start, end, depth = todo.pop()
        if end - start < SHORTEST:
            continue
        head = cbor.head(data, start)
        if head.major in {BYTES, TEXT}:
            yield ContainedPart(NAME, at, data[head.end : end])
            continue
        if start:
            yield ContainedPart(NAME, at, data[start:end], open=True)
        limits.check("CBOR depth", limits.NESTING, depth := depth + 1, offset=start)
        if head.major == TAG and head.argument not in TAGS:
            continue
        if head.major == TAG:
            inner = cbor.head(data, head.end)
            if head.argument in MESSAGES and (inner.major, inner.argument) == (ARRAY, len(MESSAGE)):
                todo += _named(data, inner, at, depth)
            else:
                todo.append((at, head.end, end, depth))
        elif (head.major, head.argument) == (ARRAY, len(MESSAGE)) and _is_message(data, head):
            todo += _named(data, head, at, depth)
        else:
            entries = reversed([*cbor.entries(data, start)])
            todo += [(_joined(at, _step(entry)), entry.value, entry.end, depth) for entry in entries]


def _named(data: bytes, head: cbor.Head, at: str, depth: int) -> list[tuple[str, int, int, int]]:
    """The parts of a COSE message under their names, the last one first."""
    entries = [*cbor.entries(data, head.start)]
    named = zip(MESSAGE, entries, strict=True)
    return [(_joined(at, name), entry.value, entry.end, depth) for name, entry in named][::-1]


def _is_message(data: bytes, head: cbor.Head) -> bool:
    """Whether an array of four is a message without its tag: bytes, a map, bytes, bytes."""
    majors = [cbor.head(data, entry.value).major for entry in cbor.entries(data, head.start)]
    return majors == [BYTES, MAP, BYTES, BYTES]


def _step(entry: Entry) -> str:
    """A label or index as a path has it."""
    key = entry.key
    return key if isinstance(key, str) else key.hex() if isinstance(key, bytes) else str(key)[:32]


def _joined(at: str, step: str) -> str:
    return f"{at}/{step}" if at else step
