"""CBOR as evidence may use it: definite lengths, unique keys, no meaning in tags, nothing behind.

Values are plain and immutable: integers, `bytes`, `str`, `bool`, None, `float`, `tuple` for arrays, a
`Mapping` for maps (keys are integers, texts or byte strings), `Tag`, and what cbor2 has for other
simple values. `entries` and `skip` walk the same bytes for their offsets, without building values.

Source: RFC 8949; core deterministic encoding is its section 4.2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import cbor2

from evidence import limits
from evidence.errors import BadEncoding, LimitExceeded, MalformedEvidence, TrailingBytes, Truncated
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


def _decode(item: bytes) -> Any:
    """The value of one whole item. `immutable` makes tuples all the way down."""
    return cbor2.loads(
        item,
        tag_hook=_tag,
        semantic_decoders=_UNINTERPRETED,
        allow_indefinite=False,
        allow_duplicate_keys=False,
        immutable=True,
    )


def loads_prefix(data: bytes, what: str = "CBOR", at: int = 0, most: int = limits.ITEMS) -> tuple[Any, int]:
    """The item that begins at `at` (bytes), and where it ends.

    Raises `Truncated`, `BadEncoding`, or `LimitExceeded` for nesting above `limits.NESTING` and for more
    than `most` items inside.
    """
    end = _scan(data, at, what, most)
    try:
        value = _decode(data if at == 0 and end == len(data) else data[at:end])
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


class _Scan:
    """What a scan keeps: how many items there may yet be, and the type of a key that is none."""

    __slots__ = ("bad_key", "left", "most", "start", "what")

    def __init__(self, what: str, start: int, most: int) -> None:
        self.what, self.start, self.most = what, start, most
        self.left, self.bad_key = most - 1, 0

    def bad(self, reason: str) -> BadEncoding:
        return BadEncoding(what=self.what, offset=self.start, reason=reason, spec=SPEC)


def _scan(data: bytes, at: int, what: str, most: int) -> int:
    """Where the item at `at` ends. Everything is checked here that can be told from heads alone.

    Before the decoder makes values of them: it hashes the keys of maps, and only integers, texts and byte
    strings cannot be chosen so that many have one hash. Python takes 1, 1.0 and true for one key as well.
    """
    scan, size = _Scan(what, at, most), len(data)
    try:
        end = _ends(data, at, 1, 0, scan)
    except IndexError:
        end = size + 1
    if end > size:
        raise Truncated(what=what, offset=at, need=size - at + 1, have=size - at, spec=SPEC)
    if scan.bad_key:
        raise scan.bad(f"a key that is {ITEMS[scan.bad_key]}")
    return end


def _ends(  # noqa: C901, PLR0912 (a call for each kind of head would cost more than all the rest)
    data: bytes, at: int, many: int, depth: int, scan: _Scan, *, in_map: bool = False
) -> int:
    """Where `many` items end; `IndexError`, or an end behind that of `data`, where they break off."""
    for index in range(many):
        first = data[at]
        at += 1
        argument = first & 31
        if argument > 23:
            if argument == 24:
                argument, at = data[at], at + 1
            elif argument == 25:
                argument, at = data[at] << 8 | data[at + 1], at + 2
            elif argument > 27:
                raise scan.bad("indefinite length or reserved head")
            else:
                end = at + (1 << argument - 24)
                argument, at = int.from_bytes(data[at:end], "big"), end
        if first < 0x40:  # an integer
            continue
        if first < 0x80:  # a string
            at += argument
            continue
        if in_map and not index & 1:
            scan.bad_key = first >> 5
        if first >= 0xE0:
            if first == 0xF8 and argument < 32 and at <= len(data):
                raise scan.bad("a simple value that is written in two bytes and fits into one")
            continue
        if depth == limits.NESTING:
            raise limits.exceeded("CBOR depth", depth, depth + 1, offset=scan.start)
        inside = 1 if first >= 0xC0 else argument if first < 0xA0 else 2 * argument
        if inside > len(data) - at:  # each has a byte at least
            raise IndexError
        scan.left -= inside
        if scan.left < 0:
            raise limits.exceeded("CBOR items", scan.most, scan.most + 1, offset=scan.start)
        at = _ends(data, at, inside, depth + 1, scan, in_map=0xA0 <= first < 0xC0)
    return at


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


def loads_within(data: bytes, what: str, start: int, end: int) -> Any:
    """The one item that lies from `start` to `end` (bytes); errors are at their place in `data`."""
    try:
        return loads(data[start:end], what)
    except (MalformedEvidence, LimitExceeded) as error:
        error.offset = start + (error.offset or 0)
        raise


OPEN_HEAD: Final = b"\xbf"
BREAK: Final = 0xFF
"""A map of indefinite length begins with the one, and ends with the other (RFC 8949, 3.2.2)."""


def loads_open(data: bytes, what: str, start: int, end: int) -> Any:
    """The one item that lies from `start` to `end` (bytes); if it is a map, its own length may be indefinite.

    Nothing inside of it may be so. Raises as `loads_within` does.
    """
    if data[start : start + 1] != OPEN_HEAD:
        return loads_within(data, what, start, end)
    whole, at = data if end == len(data) else data[:end], start + 1
    members: dict[Any, Any] = {}
    while at < end and whole[at] != BREAK:
        if whole[at] >= 0x80:
            raise BadEncoding(
                what=what, offset=at, reason=f"a key that is {ITEMS[whole[at] >> 5]}", spec=SPEC
            )
        limits.check("CBOR items", limits.ITEMS, 2 * len(members) + 2, offset=start)
        key, at = loads_prefix(whole, what, at)
        if key in members:
            raise BadEncoding(what=what, offset=start, reason="a key that is there twice", spec=SPEC)
        members[key], at = loads_prefix(whole, what, at)
    if at >= end:
        raise Truncated(what=what, offset=start, need=at - start + 1, have=end - start, spec=SPEC)
    if at + 1 != end:
        raise TrailingBytes(what=what, offset=at + 1, extra=end - at - 1, spec=SPEC)
    return cbor2.frozendict(members)


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
    if info < 26 and at + 2 < len(data):  # as nearly all others are
        if info == 24:
            return first >> 5, data[at + 1], at + 2
        return first >> 5, data[at + 1] << 8 | data[at + 2], at + 3
    if info > 27:
        raise BadEncoding(what="CBOR item", offset=at, reason="indefinite length or reserved head", spec=SPEC)
    end = at + 1 + (1 << info - 24)
    if end > len(data):
        raise Truncated(what="CBOR item", offset=at, need=end - at, have=len(data) - at, spec=SPEC)
    return first >> 5, int.from_bytes(data[at + 1 : end], "big"), end


def any_head(data: bytes, at: int) -> tuple[int, int | None, int]:
    """The major type, the argument and the end of the head at `at`; an indefinite length is None. Raises as `head` does."""
    if at < len(data) and data[at] in {0x5F, 0x7F, 0x9F, 0xBF}:
        return data[at] >> 5, None, at + 1
    return _head(data, at)


def content(data: bytes, start: int, end: int) -> int:
    """Where the content of the string from `start` to `end` begins, if it has any; anything else begins at its head."""
    major, _, here = _head(data, start)
    return here if major in {2, 3} and here < end else start


def label(key: Any) -> str:
    """The key of a map as text: integers in decimal, byte strings in hex."""
    return f"h'{key.hex()}'" if isinstance(key, bytes) else str(key)


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
    if argument < 65536:
        return bytes((major << 5 | 25, argument >> 8, argument & 255))
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

    Meant for bytes that `loads`, or `loads_open`, has accepted; raises as `skip` does for others.
    """
    if data[at : at + 1] == OPEN_HEAD:
        yield from _open_entries(data, at + 1)
        return
    major, argument, here = _head(data, at)
    for index in range(argument if major in {4, 5} else 0):
        start = here
        key: Any = index
        if major == 5:
            key, here = _key(data, here)
        end = skip(data, here)
        yield _new(Entry, (key, start, here, end))
        here = end


def _open_entries(data: bytes, here: int) -> Iterator[Entry]:
    """The entries of a map of indefinite length, the first of which is at `here`."""
    while here >= len(data) or data[here] != BREAK:
        key, value = _key(data, here)
        end = skip(data, value)
        yield _new(Entry, (key, here, value, end))
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
