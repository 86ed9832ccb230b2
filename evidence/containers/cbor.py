"""The strings in a CBOR item, with the labels and indices that lead to them, and the items that hold others.

A COSE message has names instead of indices: its headers, its payload and its signature. Lengths may be indefinite here,
as encoders that stream write them: the chunks of a string are one string.

Sources: RFC 8949 (3.2 for indefinite lengths); RFC 9052 (COSE).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.containers.part import SHORTEST, ContainedPart
from evidence.errors import BadEncoding, EvidenceError, Truncated
from evidence.wire import cbor

NAME: Final = "cbor"
BYTES, TEXT, ARRAY, MAP, TAG = range(2, 7)
BREAK: Final = b"\xff"
MESSAGE: Final = ("protected", "unprotected", "payload", "signature")
SHAPE: Final = [BYTES, MAP, BYTES, BYTES]
"""What a message has without its tag."""
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
        items = _items(data)
    except EvidenceError:
        return None
    return _parts(data, items) if items[0].end == len(data) else None


class _Item:
    """A string, or an item that holds others."""

    __slots__ = (
        *("argument", "count", "depth", "end", "inside", "is_value"),
        *("label", "left", "major", "next_label", "number", "outer", "start"),
    )
    count: int
    next_label: str

    def __init__(self, outer: _Item | None, start: int, major: int, argument: int | None) -> None:
        self.outer, self.start, self.major, self.argument = outer, start, major, argument
        self.end = start
        self.depth: int = 1 if outer is None else outer.depth + 1
        self.number: int = 0 if outer is None else outer.count
        """Which one it is of those in the item around it, labels of a map counted."""
        self.label: str = "" if outer is None else outer.next_label
        self.next_label = ""
        """The label of the value that is next in a map."""
        self.is_value: bool = outer is None or (outer.is_value and outer.holds_values)
        """Whether it is looked into: no chunk, no label, and behind no tag that nobody here knows."""
        self.left = None if argument is None else {ARRAY: argument, MAP: 2 * argument, TAG: 1}.get(major, 0)
        """How many items of its own are to come; None where a break ends them."""
        self.count = 0
        self.inside: list[tuple[int, int]] = []
        """Where its first items begin, with their major types; all of them in a string, which are its chunks."""

    def take(self, at: int, major: int) -> None:
        """Count an item of its own."""
        self.count += 1
        if self.left is not None:
            self.left -= 1
        if len(self.inside) < len(MESSAGE) or self.major < ARRAY:
            self.inside.append((at, major))

    @property
    def is_label_next(self) -> bool:
        """Whether the next of its items is the label of a map."""
        return self.major == MAP and not self.count & 1

    @property
    def holds_values(self) -> bool:
        """Whether the next of its items is looked into, as far as it has a say."""
        return self.argument in TAGS if self.major == TAG else self.major >= ARRAY and not self.is_label_next

    @property
    def is_tagged(self) -> bool:
        """Whether it is a COSE message by the tag around it, whose content it is."""
        tag = self.outer
        is_four = self.major == ARRAY and self.count == len(MESSAGE)
        return is_four and tag is not None and tag.major == TAG and tag.argument in MESSAGES

    @property
    def is_message(self) -> bool:
        """Whether it is an array with the parts of a COSE message."""
        return self.is_tagged or (
            self.major == ARRAY
            and [major for _, major in self.inside] == SHAPE
            and self.count == len(MESSAGE)
        )

    @property
    def at(self) -> str:
        """The labels and indices that lead to it; a tag is no step."""
        outer = self.outer
        if outer is None or outer.major == TAG:
            return "" if outer is None else outer.at
        index = MESSAGE[self.number] if outer.is_message else str(self.number)
        step = self.label if outer.major == MAP else index
        return f"{outer.at}/{step}" if outer.at else step


def _items(data: bytes) -> list[_Item]:
    """Every string and every item that holds others, in the order of the bytes: one pass, which makes no values.

    Raises `Truncated`, `BadEncoding`, and `LimitExceeded` for more than `limits.ITEMS` items.
    """
    items: list[_Item] = []
    inner: _Item | None = None
    at = 0
    for _ in range(limits.ITEMS + 1):
        if inner is not None and inner.left is None and data[at : at + 1] == BREAK:
            if inner.major == MAP and not inner.is_label_next:
                raise _bad(at, "a label without a value")
            at, inner.left = at + 1, 0
        else:
            item, at = _read(data, at, inner)
            if item is not None:
                items.append(item)
                inner = item
        while inner is not None and inner.left == 0:
            inner.end, inner = at, inner.outer
        if inner is None:
            return items
    raise limits.exceeded("CBOR items", limits.ITEMS, limits.ITEMS + 1)


def _read(data: bytes, start: int, outer: _Item | None) -> tuple[_Item | None, int]:
    """The item at `start`, if it is a string or holds others, and where its head or the whole string ends."""
    major, argument, end = cbor.any_head(data, start)
    if argument is not None and major in {BYTES, TEXT}:
        if argument > len(data) - end:
            raise Truncated(what=NAME, offset=start, need=argument, have=len(data) - end, spec=cbor.SPEC)
        end += argument
    if outer is None:
        return _Item(None, start, major, argument), end
    if outer.major < ARRAY and (major != outer.major or argument is None):
        raise _bad(start, "a chunk that is no string of its kind")
    if outer.is_label_next:
        outer.next_label = _label(data, start, end) or str(outer.count // 2)
    item = _Item(outer, start, major, argument) if BYTES <= major <= TAG else None
    outer.take(start, major)
    return item, end


def _parts(data: bytes, items: list[_Item]) -> Iterator[ContainedPart]:
    """Every value that may hold something, those around others first."""
    for item in items:
        if item.end - item.start < SHORTEST or not item.is_value:
            continue
        if item.major < ARRAY:
            yield ContainedPart(NAME, item.at, _string(data, item))
            continue
        if item.outer is not None and not item.is_tagged:
            yield ContainedPart(NAME, item.at, data[item.start : item.end], open=True)
        limits.check("CBOR depth", limits.NESTING, item.depth, offset=item.start)


def _string(data: bytes, item: _Item) -> bytes:
    """The content of a string; of one of indefinite length, that of its chunks."""
    begins = [start for start, _ in item.inside] if item.argument is None else [item.start]
    content = []
    for start in begins:
        head = cbor.head(data, start)
        content.append(data[head.end : head.end + head.argument])
    return b"".join(content)


def _label(data: bytes, start: int, end: int) -> str:
    """A label as a path has it; nothing for one that is neither a number nor a string."""
    major, argument, content = cbor.any_head(data, start)
    if argument is None or major > TEXT:
        return ""
    if major == TEXT:
        return data[content:end].decode("utf-8", "replace")
    return data[content:end].hex() if major == BYTES else str(argument if major == 0 else -1 - argument)


def _bad(at: int, reason: str) -> BadEncoding:
    return BadEncoding(what=NAME, offset=at, reason=reason, spec=cbor.SPEC)
