"""JSON as evidence and its carriers may use it: unique names, no NaN, no deep nesting, nothing behind.

Values are plain: `dict`, `list`, `str`, `int`, `float`, `bool`, None. What common readers let pass is
refused before it can mean two things: a name twice, NaN and Infinity, numbers that do not fit, half of a
surrogate pair.

Source: RFC 8259.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any, Final, NoReturn

from evidence import limits
from evidence.errors import BadEncoding, MalformedEvidence, UnexpectedField
from evidence.wire.places import Entry, Path
from evidence.wire.places import places as places_by

SPEC: Final = "RFC 8259"
DIGITS: Final = 20
"""Of an integer at most: those of 2^64."""

# A string that does not end is taken whole as well: to try again at each quote in it would be quadratic.
_TEXT: Final = re.compile(rb'"[^"]*+"?')
"""A string without escapes."""
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
_OPENING, _CLOSING = frozenset({b"[", b"{"}), frozenset({b"]", b"}"})
_BRACKETS: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"{}[]"))
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def loads(data: bytes, what: str = "JSON") -> Any:
    """The one value that `data` is.

    Raises `BadEncoding`, `UnexpectedField` for a name that occurs twice, or `LimitExceeded` for nesting
    above `limits.NESTING`, more objects and arrays than `limits.CONTAINERS` or more texts than `limits.TEXTS`. The caller bounds the size.
    """
    check(data)
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_number,
            parse_int=_integer,
            parse_constant=_no_constant,
        )
        if _SURROGATE.search(data):
            _check_surrogates(value)
    except UnicodeDecodeError as error:
        raise BadEncoding(what=what, offset=error.start, reason="not UTF-8", spec=SPEC) from None
    except json.JSONDecodeError as error:
        offset = len(text[: error.pos].encode())
        raise BadEncoding(what=what, offset=offset, reason=error.msg, spec=SPEC) from None
    except MalformedEvidence as error:  # of the hooks, which do not know what they read
        error.what = what
        raise
    return value


def dumps(value: Any) -> bytes:
    """`value` as one line of UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise UnexpectedField(what="", name=f"{twice} (twice)", spec=SPEC)
    return members


def _number(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise BadEncoding(what="", reason="a number that does not fit", spec=SPEC)
    return value


def _integer(text: str) -> int:
    if len(text) > DIGITS + (text[0] == "-"):
        raise BadEncoding(what="", reason=f"an integer of {len(text)} digits", spec=SPEC)
    return int(text)


def _no_constant(word: str) -> NoReturn:
    raise BadEncoding(what="", reason=f"{word} is not JSON", spec=SPEC)


def _check_surrogates(value: Any) -> None:
    """`BadEncoding` if a text of `value` cannot be written again; its nesting is bounded."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadEncoding(what="", reason="half of a surrogate pair", spec=SPEC) from None


def check(data: bytes) -> None:
    """Raise `LimitExceeded` for what a reader may not see: too many texts, objects or arrays, too deep nesting."""
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in data else data
    limits.check("texts in JSON", limits.TEXTS, plain.count(b'"') // 2)
    brackets = _TEXT.sub(b"", plain).translate(_BRACKETS, _NO_BRACKETS)
    limits.check("objects and arrays in JSON", limits.CONTAINERS, brackets.count(b"["))
    for _ in range(limits.NESTING):  # each turn takes the innermost level away
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        _check_depth(data)


def _check_depth(data: bytes) -> None:
    """Where nesting goes too deep, if it does: brackets without their like are for the reader to refuse."""
    depth = 0
    for match in _TOKEN.finditer(data):
        if match[0] in _OPENING:
            depth += 1
            limits.check("JSON depth", limits.NESTING, depth, offset=match.start())
        elif match[0] in _CLOSING:
            depth -= 1


_ITEM: Final = re.compile(
    rb'[ \t\r\n]*("[^"\\]*+(?:\\.[^"\\]*+)*+"?|[^ \t\r\n,:{}\[\]"]++|[{}\[\]:,])', re.DOTALL
)


_MEMBER: Final = re.compile(
    rb'[ \t\r\n]*+"([ !#-\[\]-~]*+)"[ \t\r\n]*+:[ \t\r\n]*+("[^"\\]*+(?:\\.[^"\\]*+)*+"|[^ \t\r\n,:{}\[\]"]++|[{\[])',
    re.DOTALL,
)
"""A member whose name is plain ASCII without escapes, as nearly all are, up to the first token of its value."""


def entries(data: bytes, at: int = 0) -> Iterator[Entry]:
    """The entries of the object or array at `at`, in the order of the bytes; none for any other value.

    Meant for bytes that `loads` has accepted: of others it gives what it finds, and ends.
    """
    opening = _ITEM.match(data, at)
    if opening is None or opening[1] not in _OPENING:
        return
    here, index, is_object = opening.end(), 0, opening[1] == b"{"
    while True:
        member = _MEMBER.match(data, here) if is_object else None
        if member is not None:
            key = member[1].decode("ascii")
            entry = Entry(key, member.start(1) - 1, member.start(2), _end(data, member, 2))
        elif (other := _entry(data, here, None if is_object else index)) is not None:
            entry = other
        else:
            return
        yield entry
        here, index = entry.end, index + 1
        if data[here : here + 1] != b",":
            comma = _ITEM.match(data, here)
            if comma is None or comma[1] != b",":
                return
            here = comma.end()
        else:
            here += 1


def _entry(data: bytes, at: int, index: int | None) -> Entry | None:
    """The entry of an array at `at`, by its index, or one of an object; None where none can be read."""
    first = _ITEM.match(data, at)
    if first is None or first[1] in _CLOSING:
        return None
    key: str | int | None = index
    start = first.start(1)
    if index is None:
        colon, key = _ITEM.match(data, first.end()), _key(first[1])
        first = _ITEM.match(data, colon.end()) if colon is not None else None
        if first is None or key is None:
            return None
    return Entry(key, start, first.start(1), _end(data, first))


def _key(token: bytes) -> str | None:
    try:
        key = json.loads(token)
    except ValueError:
        return None
    return key if isinstance(key, str) else None


def _end(data: bytes, first: re.Match[bytes], group: int = 1) -> int:
    """Where the value ends whose first token is a group of a match, at its end."""
    if first[group] not in _OPENING:
        return first.end()
    depth = 1
    for match in _TOKEN.finditer(data, first.end()):
        if match[0] in _OPENING:
            depth += 1
        elif match[0] in _CLOSING:
            depth -= 1
            if not depth:
                return match.end()
    return len(data)


def places(data: bytes, at: int, wanted: Iterable[Path]) -> dict[Path, Entry]:
    """The entries at the paths `wanted`, seen from the value at `at` (`wire.places`)."""
    return places_by(entries, data, at, wanted)
