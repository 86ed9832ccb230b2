"""CBOR as evidence may use it: definite lengths, unique keys, no meaning in tags, nothing behind.

Values are plain and immutable: integers, `bytes`, `str`, `bool`, None, `float`, `tuple` for arrays, a
`Mapping` for maps (keys are integers, texts or byte strings), `Tag`, and what cbor2 has for other
simple values. `entries` and `skip` walk the same bytes for their offsets, without building values.

Source: RFC 8949; core deterministic encoding is its section 4.2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any, Final, NamedTuple

import cbor2

from evidence import limits
from evidence.errors import BadEncoding, TrailingBytes, Truncated
from evidence.wire.places import Entry, Path
from evidence.wire.places import places as places_by

SPEC: Final = "RFC 8949"
MAPS: Final[frozenset[type]] = frozenset({dict, cbor2.frozendict})
"""The classes of maps: those of JSON, and those that `loads` gives."""
SIMPLE: Final = (cbor2.CBORSimpleValue, type(cbor2.undefined))
"""What simple values are that Python has none for."""


class Tag(NamedTuple):
    """A tagged item; no tag is interpreted here."""

    number: int
    value: Any


def _keeps(number: int) -> Callable[[Any, bool], Tag]:
    return lambda value, _: Tag(number, value)


# What cbor2 would turn into dates, regular expressions, shared references, … stays a Tag.
_INTERPRETED: Final = (
    *(0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799),
)
_UNINTERPRETED: Final = {number: _keeps(number) for number in _INTERPRETED}


def _tag(tag: cbor2.CBORTag, _: bool) -> Tag:  # noqa: FBT001 (cbor2 calls it so)
    return Tag(tag.tag, tag.value)


def _decoder(stream: BytesIO) -> cbor2.CBORDecoder:
    return cbor2.CBORDecoder(
        stream,
        tag_hook=_tag,
        semantic_decoders=_UNINTERPRETED,
        allow_indefinite=False,
        allow_duplicate_keys=False,
    )


def loads_prefix(data: bytes, what: str = "CBOR", at: int = 0, most: int = limits.ITEMS) -> tuple[Any, int]:
    """The item that begins at `at` (bytes), and where it ends.

    Raises `Truncated`, `BadEncoding`, or `LimitExceeded` for nesting above `limits.NESTING` and for more
    than `most` items inside.
    """
    end = _scan(data, at, what, most)
    stream = BytesIO(data)
    stream.seek(at)
    try:
        # a list around the item would stay mutable: `immutable` makes tuples all the way down
        value = _decoder(stream).decode(immutable=True)
    except (cbor2.CBORDecodeError, ValueError):
        raise BadEncoding(what=what, offset=at, reason=_fault(data, at, end), spec=SPEC) from None
    return value, end


ITEMS: Final = (
    "an integer",
    "an integer",
    "bytes",
    "text",
    "an array",
    "a map",
    "a tag",
    "a simple value or a float",
)
"""What an item is by its major type."""
TEXT: Final = 3
"""Types up to this one may be keys."""


def _scan(data: bytes, at: int, what: str, most: int) -> int:  # noqa: C901, PLR0912 (a call for each item would cost more)
    """Where the item at `at` ends. Everything is checked here that can be told from heads alone.

    Before the decoder makes values of them: it hashes the keys of maps, and only integers, texts and byte
    strings cannot be chosen so that many have one hash. Python takes 1, 1.0 and true for one key as well.
    """
    start, size, left, in_map, bad_key = at, len(data), 1, False, 0
    outside: list[tuple[int, bool]] = []
    for _ in range(most + 1):
        while not left:
            if not outside:
                if bad_key:
                    reason = f"a key that is {ITEMS[bad_key]}"
                    raise BadEncoding(what=what, offset=start, reason=reason, spec=SPEC)
                return at
            left, in_map = outside.pop()
        left -= 1
        if at >= size:
            break
        first = data[at]
        major, argument = first >> 5, first & 31
        at += 1
        if argument > 23:
            if argument > 27:
                reason = "indefinite length or reserved head"
                raise BadEncoding(what=what, offset=start, reason=reason, spec=SPEC)
            end = at + (1 << argument - 24)
            if end > size:
                break
            argument, at = int.from_bytes(data[at:end], "big"), end
        if major > TEXT and in_map and left & 1:
            bad_key = major
        if major < 2:
            continue
        if major < 4:
            at += argument
            if at > size:
                break
            continue
        if major == 7:
            if first == 0xF8 and argument < 32:
                reason = "a simple value that is written in two bytes and fits into one"
                raise BadEncoding(what=what, offset=start, reason=reason, spec=SPEC)
            continue
        if len(outside) == limits.NESTING:
            raise limits.exceeded("CBOR depth", limits.NESTING, limits.NESTING + 1, offset=start)
        outside.append((left, in_map))
        left, in_map = (1, False) if major == 6 else (argument, False) if major == 4 else (2 * argument, True)
    else:
        raise limits.exceeded("CBOR items", most, most + 1, offset=start)
    raise Truncated(what=what, offset=start, need=size - start + 1, have=size - start, spec=SPEC)


def _fault(data: bytes, at: int, end: int) -> str:
    """Why the decoder refuses an item that `_scan` let pass: it alone looks into texts, and at keys together."""
    while at < end:
        major, argument, content = _head(data, at)
        at = content + (argument if major in {2, 3} else 0)
        if major == 3:
            try:
                data[content:at].decode()
            except UnicodeDecodeError:
                return "text that is not UTF-8"
    return "a key that is there twice"


def loads(data: bytes, what: str = "CBOR", most: int = limits.ITEMS) -> Any:
    """The one item that `data` is. Raises as `loads_prefix` does, and `TrailingBytes`."""
    value, end = loads_prefix(data, what, 0, most)
    if end != len(data):
        raise TrailingBytes(what=what, offset=end, extra=len(data) - end, spec=SPEC)
    return value


def string(value: bytes) -> bytes:
    """`value` as a byte string."""
    return write_head(2, len(value)) + value


def dumps(value: Any) -> bytes:
    """`value` in core deterministic encoding: shortest heads and floats, keys sorted by their encoded bytes.

    `TypeError` for what CBOR does not have here, `OverflowError` for an integer above 64 bits.
    """
    if value.__class__ is str:  # nearly all of a document's values, and short
        text = value.encode()
        return bytes((0x60 | len(text),)) + text if len(text) < 24 else write_head(3, len(text)) + text
    if isinstance(value, bytes):
        return string(value)
    if isinstance(value, str):
        return dumps(str(value))
    if isinstance(value, bool) or value is None or isinstance(value, float | cbor2.CBORSimpleValue):
        return cbor2.dumps(value, canonical=True)
    if isinstance(value, int):
        return write_head(0, value) if value >= 0 else write_head(1, -1 - value)
    if isinstance(value, Tag):
        return write_head(6, value.number) + dumps(value.value)
    if isinstance(value, Mapping):
        pairs = sorted((dumps(key), dumps(item)) for key, item in value.items())
        return write_head(5, len(pairs)) + b"".join(key + item for key, item in pairs)
    if isinstance(value, tuple | list):
        return write_head(4, len(value)) + b"".join(map(dumps, value))
    if value is cbor2.undefined:
        return b"\xf7"
    raise TypeError(f"{type(value).__name__} has no encoding")


class Head(NamedTuple):
    """The head of an item: its major type, its argument, where it starts and where it ends (bytes)."""

    major: int
    argument: int
    start: int
    end: int

    @property
    def minimal(self) -> bool:
        """Whether the argument is in its shortest form."""
        size = self.end - self.start - 1
        return size == 0 or self.major == 7 or self.argument >= (24 if size == 1 else 1 << 4 * size)


_new: Final = tuple.__new__
"""What a named tuple's own constructor does after some detours: heads are read by the thousand."""


def head(data: bytes, at: int) -> Head:
    """The head at `at`. Raises `Truncated` or `BadEncoding`."""
    if at < len(data) and (first := data[at]) & 31 < 24:
        return _new(Head, (first >> 5, first & 31, at, at + 1))
    major, argument, end = _head(data, at)
    return _new(Head, (major, argument, at, end))


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """The major type and the argument of the item at `at`, and where its head ends."""
    if at >= len(data):
        raise Truncated(what="CBOR item", offset=at, need=1, have=0, spec=SPEC)
    first = data[at]
    info = first & 31
    if info < 24:
        return first >> 5, info, at + 1
    if info > 27:
        raise BadEncoding(what="CBOR item", offset=at, reason="indefinite length or reserved head", spec=SPEC)
    end = at + 1 + (1 << info - 24)
    if end > len(data):
        raise Truncated(what="CBOR item", offset=at, need=end - at, have=len(data) - at, spec=SPEC)
    return first >> 5, int.from_bytes(data[at + 1 : end], "big"), end


SELF_DESCRIBED: Final = 55799
"""The tag that says that this is CBOR, and nothing else (RFC 8949, section 3.4.6)."""


def begin(data: bytes) -> int:
    """Where the item begins behind a tag that only says "this is CBOR". Raises as `head` does."""
    major, argument, end = _head(data, 0)
    return end if (major, argument) == (6, SELF_DESCRIBED) else 0


def write_head(major: int, argument: int) -> bytes:
    """A head in its shortest form."""
    if argument < 24:
        return bytes((major << 5 | argument,))
    if argument < 256:
        return bytes((major << 5 | 24, argument))
    power = next((power for power in range(4) if argument < 1 << (8 << power)), None)
    if power is None:
        raise OverflowError(f"{argument} has more than 64 bits")
    return bytes([major << 5 | 24 + power]) + argument.to_bytes(1 << power, "big")


def skip(data: bytes, at: int) -> int:
    """Where the item at `at` ends. Takes time linear in its size.

    Raises `Truncated`, `BadEncoding`, or `LimitExceeded` for more than `limits.ITEMS` items.
    """
    left, size, start = 1, len(data), at
    for _ in range(limits.ITEMS + 1):
        if not left:
            return at
        if at < size and (first := data[at]) & 31 < 24:
            major, argument, at = first >> 5, first & 31, at + 1
        else:
            major, argument, at = _head(data, at)
        left -= 1
        if major < 2:
            continue
        if major < 4:
            if argument > size - at:
                raise Truncated(what="CBOR string", offset=at, need=argument, have=size - at, spec=SPEC)
            at += argument
        elif major == 4:
            left += argument
        elif major == 5:
            left += 2 * argument
        elif major == 6:
            left += 1
    raise limits.exceeded("CBOR items", limits.ITEMS, limits.ITEMS + 1, offset=start)


def _key(data: bytes, at: int) -> tuple[Any, int]:
    """The map key at `at`, and where it ends; integers and strings, as nearly all are, need no decoder."""
    major, argument, end = _head(data, at)
    if major < 2:
        return -1 - argument if major else argument, end
    if major < 4 and argument <= len(data) - end:
        content = data[end : end + argument]
        if major == 2:
            return content, end + argument
        if content.isascii():
            return content.decode("ascii"), end + argument
    return loads_prefix(data, "map key", at)


def entries(data: bytes, at: int = 0) -> Iterator[Entry]:
    """The entries of the map or array at `at`, in the order of the bytes; none for any other item.

    Meant for bytes that `loads` has accepted; raises as `skip` does for others.
    """
    major, argument, here = _head(data, at)
    for index in range(argument if major in {4, 5} else 0):
        start = here
        key: Any = index
        if major == 5:
            key, here = _key(data, here)
        end = skip(data, here)
        yield _new(Entry, (key, start, here, end))
        here = end


def places(data: bytes, at: int, wanted: Iterable[Path]) -> dict[Path, Entry]:
    """The entries at the paths `wanted`, seen from the item at `at` (`wire.places`).

    Tags and byte strings on the way are entered without a step. Meant for bytes that `loads` has
    accepted, byte strings on the way included.
    """
    return places_by(lambda data, here: entries(data, _container(data, here)), data, at, wanted)


def _container(data: bytes, at: int) -> int:
    """Where the first item begins that is neither a tag nor a byte string around another."""
    while at < len(data):
        major, _, end = _head(data, at)
        if major not in {2, 6}:
            return at
        at = end
    return at
