"""The strings of bytes in the calldata of a contract, which on-chain verifiers are called with.

Source: Ethereum, Contract ABI Specification. Words have 32 bytes; a string of bytes is a word with its length,
then its content, filled with zeros up to whole words. A function's selector (4 bytes) may stand before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.containers.part import SHORTEST, ContainedPart

NAME: Final = "abi"
WORD: Final = 32
SELECTOR: Final = 4
MOST: Final = 256
"""Words that are taken for lengths: a call has a few strings, and what is no call may have any number."""
SMALL: Final = bytes(WORD - 4)
"""How a word begins that is an offset or a length."""


def open_calldata(data: bytes) -> Iterator[ContainedPart] | None:
    """What lies behind each word that may be a length, by its offset (bytes); None for other sizes and contents."""
    start = len(data) % WORD
    if start not in {0, SELECTOR} or len(data) < 3 * WORD or data[start : start + WORD - 4] != SMALL:
        return None
    return _strings(data, start)


def _strings(data: bytes, start: int) -> Iterator[ContainedPart]:
    """An offset or a number may look like a length as well: each is tried, and whose content it is will show."""
    at, count = start + WORD, 0
    while count < MOST and (at := _next(data, at, start)) >= 0:
        size = int.from_bytes(data[at + WORD - 4 : at + WORD], "big")
        at += WORD
        end = at + size
        filled = at + -(-size // WORD) * WORD
        if size >= SHORTEST and filled <= len(data) and not any(data[end:filled]):
            count += 1
            yield ContainedPart(NAME, hex(at), data[at:end])


def _next(data: bytes, at: int, start: int) -> int:
    """Where the next word begins, at `at` or behind it, that is a small number."""
    while (at := data.find(SMALL, at)) >= 0:
        over = (at - start) % WORD
        if not over:
            return at
        at += WORD - over
        if data[at : at + len(SMALL)] == SMALL:
            return at
    return -1
