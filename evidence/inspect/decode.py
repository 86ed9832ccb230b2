"""The bytes of a decoded layer, made again from the range of the evidence that it was decoded from.

A source says what its own bytes are (`Source.content`), and not what lies between them. A layer is shown whole where
exactly one decoding of that range has every field at its place; else the fields alone are.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from evidence.registry import Source

DEPTH: Final = 3
"""Encodings in encodings: a certificate in the header of a token in a member of JSON."""
RUNS: Final = 256
"""Encoded texts of one range that are tried."""
BYTES: Final = 4 << 20
"""All that is decoded for one layer."""
HEADS: Final = 20
"""Bytes of tags and heads that may stand before what is wrapped in CBOR."""
_PEM: Final = re.compile(rb"-----BEGIN [A-Z0-9 ]{1,64}-----([A-Za-z0-9+/=\s]*)-----END ")
_TEXT: Final = re.compile(rb"[A-Za-z0-9_+/=-]{4,}")
_URL: Final = bytes.maketrans(b"-_", b"+/")


class Decodings:
    """All that one range of bytes may decode to, made once for all layers that come out of it."""

    def __init__(self, outer: bytes) -> None:
        self.outer = outer

    @cached_property
    def _decoded(self) -> list[bytes]:
        return list(dict.fromkeys(_decoded(self.outer)))

    def whole(self, fields: Sequence[Source]) -> bytes | None:
        """The layer that has all of `fields`; None where none has, or several have."""
        for candidates in (self._decoded, _wrapped(self.outer)):
            layers = {data for data in candidates if _has_all(data, fields)}
            if len(layers) == 1:
                return layers.pop()
            if layers:
                return None
        return None


def _has_all(data: bytes, fields: Sequence[Source]) -> bool:
    return all(
        field.content is not None
        and field.end <= len(data)
        and data[field.start : field.end] == field.content
        for field in fields
    )


def _decoded(outer: bytes) -> Iterator[bytes]:
    """The range itself, and what the texts in it are in base64, and the texts in those."""
    yield outer
    todo, spent = [(outer, 0)], len(outer)
    while todo:
        text, depth = todo.pop()
        for count, run in enumerate(_runs(text)):
            if count >= RUNS or spent > BYTES:
                return
            data = base64(run)
            spent += len(run)
            if data:
                yield data
                if depth + 1 < DEPTH:
                    todo.append((data, depth + 1))


def _runs(text: bytes) -> Iterator[bytes]:
    for block in _PEM.finditer(text):
        yield b"".join(block[1].split())
    for run in _TEXT.finditer(text):
        yield run[0]


def base64(text: bytes) -> bytes | None:
    """What a text in base64 is, of either alphabet, padded or not; None where it is none."""
    text = text.rstrip(b"=").translate(_URL)
    if len(text) % 4 == 1:
        return None
    try:
        return a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True)
    except Error:
        return None


def _wrapped(outer: bytes) -> Iterator[bytes]:
    """The range without the first few bytes, which say that something is wrapped."""
    for start in range(1, min(HEADS, len(outer))):
        yield outer[start:]
