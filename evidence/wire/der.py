"""DER as certificates use it: definite lengths in their shortest form, bounded depth, no second way to say a thing.

`tree` goes once over a value and everything constructed inside of it, before anybody reads a part. `children`
reads a part again of what was accepted. Offsets are absolute in the bytes they are given.

Source: ITU-T X.690, sections 8 (basic) and 10, 11 (distinguished encoding rules).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from evidence import limits
from evidence.errors import BadEncoding, Truncated
from evidence.wire.memo import Memo

SPEC: Final = "ITU-T X.690"

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OBJECT_IDENTIFIER: Final = 0x06
ENUMERATED: Final = 0x0A
UTF8_STRING: Final = 0x0C
IA5_STRING: Final = 0x16
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31

CONSTRUCTED: Final = 0x20
LENGTH_BYTES: Final = 4
TAG_BYTES: Final = 5


class Item(NamedTuple):
    """One value: its identifier octets as a number, where it begins, where its content begins, where both end.

    `inside` are the values directly inside of a constructed one, where `tree` read it.
    """

    tag: int
    start: int
    content: int
    end: int
    inside: Sequence[Item] = ()


_new: Final = tuple.__new__


def item(data: bytes, at: int, what: str = "DER", end: int | None = None) -> Item:
    """The value that begins at `at` (bytes) and ends at or before `end`; its content is not looked at.

    Raises `Truncated`, or `BadEncoding` for a length or tag that is not in its one form.
    """
    stop = len(data) if end is None else end
    here = at + 2
    if here > stop:
        raise Truncated(what=what, offset=at, need=2, have=max(0, stop - at), spec=SPEC)
    tag, size = data[at], data[at + 1]
    if tag & 0x1F == 0x1F:
        tag, here = _long_tag(data, at, what, stop)
        size = data[here - 1]
    if size > 0x7F:
        here, size = _long_length(data, here, size & 0x7F, what, stop)
    if size > stop - here:
        raise Truncated(what=what, offset=here, need=size, have=stop - here, spec=SPEC)
    return _new(Item, (tag, at, here, here + size, ()))


def _long_tag(data: bytes, at: int, what: str, stop: int) -> tuple[int, int]:
    """A tag of more than one byte, and where the first length byte ends."""
    here, number = at + 1, 0
    while True:
        if here + 2 > stop:
            raise Truncated(what=what, offset=at, need=here + 2 - at, have=stop - at, spec=SPEC)
        byte = data[here]
        number = number << 7 | byte & 0x7F
        here += 1
        if byte < 0x80:
            break
        if (byte == 0x80 and number == 0) or here - at >= TAG_BYTES:
            raise _bad(what, at, "a tag number with leading zeros, or of more than 28 bits")
    if number < 0x1F:
        raise _bad(what, at, "a tag number below 31 in its long form")
    return int.from_bytes(data[at:here], "big"), here + 1


def _long_length(data: bytes, here: int, count: int, what: str, stop: int) -> tuple[int, int]:
    """Where a length of `count` more bytes ends, and its value."""
    if count == 0:
        raise _bad(what, here - 1, "indefinite length")
    if count > LENGTH_BYTES:
        raise _bad(what, here - 1, f"a length of {count} bytes")
    if here + count > stop:
        raise Truncated(what=what, offset=here, need=count, have=stop - here, spec=SPEC)
    size = int.from_bytes(data[here : here + count], "big")
    if size < 0x80 or size >> 8 * (count - 1) == 0:
        raise _bad(what, here - 1, "a length that is not in its shortest form")
    return here + count, size


def check(data: bytes, what: str, at: int = 0, end: int | None = None) -> int:
    """Where the value that begins at `at` (bytes) ends, after a look at every value inside of it; see `tree`."""
    return tree(data, what, at, end).end


def tree(data: bytes, what: str, at: int = 0, end: int | None = None) -> Item:
    """The value that begins at `at` (bytes) with every value inside of it, each looked at once.

    Raises `Truncated`, `BadEncoding`, or `LimitExceeded` for nesting above `limits.NESTING`, more values than
    `limits.DER_VALUES`, and object identifiers above `limits.OID_BYTES`. Takes time linear in its size.
    """
    left = limits.DER_VALUES
    whole: list[Item] = []
    here, stop, inside = at, item(data, at, what, end).end, whole
    outside: list[tuple[int, list[Item]]] = []
    while True:
        if here == stop:
            if not outside:
                return whole[0]
            stop, inside = outside.pop()
            continue
        left -= 1
        if left < 0:
            raise limits.exceeded("DER values", limits.DER_VALUES, limits.DER_VALUES + 1, offset=at)
        first = tag = data[here]
        content = here + 2
        size = data[here + 1] if content <= stop else 0x80
        if tag & 0x1F == 0x1F or size > 0x7F or size > stop - content:
            value = item(data, here, what, stop)  # a long form, or an error
            tag, content, size = value.tag, value.content, value.end - value.content
            first = _first_byte(tag)
        look = CONTENT.get(first)
        if look is not None:
            look(data, content, content + size, what)
        elif first & CONSTRUCTED:
            values: list[Item] = []
            inside.append(_new(Item, (tag, here, content, content + size, values)))
            outside.append((stop, inside))
            if len(outside) > limits.NESTING:
                limits.check("DER depth", limits.NESTING, len(outside), offset=content)
            here, stop, inside = content, content + size, values
            continue
        inside.append(_new(Item, (tag, here, content, content + size, ())))
        here = content + size


def _first_byte(tag: int) -> int:
    return tag >> 8 * ((tag.bit_length() - 1) // 8) if tag else 0


def _check_boolean(data: bytes, start: int, end: int, what: str) -> None:
    if data[start:end] not in {b"\x00", b"\xff"}:
        raise _bad(what, start, "a BOOLEAN that is not one byte, 00 or ff")


def _check_integer(data: bytes, start: int, end: int, what: str) -> None:
    if start == end:
        raise _bad(what, start, "an INTEGER without content")
    if end - start > 1 and (data[start], data[start + 1] >> 7) in {(0x00, 0), (0xFF, 1)}:
        raise _bad(what, start, "an INTEGER that is not in its shortest form")


def _check_bit_string(data: bytes, start: int, end: int, what: str) -> None:
    unused = data[start] if start < end else 8
    if unused > 7 or (unused and (end - start == 1 or data[end - 1] & (1 << unused) - 1)):
        raise _bad(what, start, "a BIT STRING with bad unused bits")


def _check_null(data: bytes, start: int, end: int, what: str) -> None:
    if start != end:
        raise _bad(what, start, "a NULL with content")


def _check_oid(data: bytes, start: int, end: int, what: str) -> None:
    if end - start > limits.OID_BYTES:
        limits.check("OID bytes", limits.OID_BYTES, end - start, offset=start)
    content = data[start:end]
    if not content or content[-1] > 0x7F:
        raise _bad(what, start, "an OBJECT IDENTIFIER that is not whole")
    if b"\x80" in content and any(
        byte == 0x80 and (index == 0 or content[index - 1] < 0x80) for index, byte in enumerate(content)
    ):
        raise _bad(what, start, "an OBJECT IDENTIFIER that is not in its shortest form")


def _refuse(data: bytes, start: int, end: int, what: str) -> None:
    raise _bad(
        what, start, "a value that ends an indefinite length, or in a form that its type does not have"
    )


CONTENT: Final[dict[int, Callable[[bytes, int, int, str], None]]] = {
    # a sequence or set is constructed; every other universal type that DER knows of is primitive
    **dict.fromkeys((0x00, SEQUENCE - CONSTRUCTED, SET - CONSTRUCTED), _refuse),
    **dict.fromkeys(set(range(CONSTRUCTED, 0x40)) - {0x28, 0x2B, SEQUENCE, SET}, _refuse),
    BOOLEAN: _check_boolean,
    INTEGER: _check_integer,
    BIT_STRING: _check_bit_string,
    NULL: _check_null,
    OBJECT_IDENTIFIER: _check_oid,
    ENUMERATED: _check_integer,
}
"""Tag to what its content must be. Other primitive values (strings, times) are their readers' to judge."""


def children(data: bytes, at: int = 0, what: str = "DER") -> Iterator[Item]:
    """The values directly inside of the constructed value at `at`, in order."""
    outer = item(data, at, what)
    here, stop = outer.content, outer.end
    while here < stop:
        tag, content = data[here], here + 2
        size = data[here + 1] if content <= stop else 0x80
        if tag & 0x1F == 0x1F or size > 0x7F or size > stop - content:
            value = item(data, here, what, stop)  # a long form, or an error
        else:
            value = _new(Item, (tag, here, content, content + size, ()))
        yield value
        here = value.end


def expect(data: bytes, at: int, tag: int, what: str, end: int | None = None) -> Item:
    """The value at `at`, if it has this tag; `BadEncoding` or `Truncated` otherwise."""
    value = item(data, at, what, end)
    if value.tag != tag:
        raise _bad(what, at, f"tag {value.tag:#04x}, expected {tag:#04x}")
    return value


_OIDS: Final[Memo[bytes, str]] = Memo(256)
"""Object identifiers that were read: the same few stand in every certificate of everybody."""


def oid(content: bytes) -> str:
    """An object identifier as dotted text, from its content octets.

    Raises `BadEncoding` or `LimitExceeded` where `check` would.
    """
    return _OIDS.get(content) or _OIDS.keep(content, _dotted(content))


def _dotted(content: bytes) -> str:
    _check_oid(content, 0, len(content), "OBJECT IDENTIFIER")
    arcs, number = [], 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            arcs.append(number)
            number = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def integer(content: bytes) -> int:
    """An INTEGER (or ENUMERATED) from its content octets; `BadEncoding` unless in its shortest form."""
    _check_integer(content, 0, len(content), "INTEGER")
    return int.from_bytes(content, "big", signed=True)


def _bad(what: str, offset: int, reason: str) -> BadEncoding:
    return BadEncoding(what=what, offset=offset, reason=reason, spec=SPEC)
