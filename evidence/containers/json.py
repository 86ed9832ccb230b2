"""The values in JSON that stand for bytes: texts, arrays of numbers, and objects that are written as arrays.

A text in hexadecimal or base64 is what it says; any other text is itself, for JSON and PEM may stand in it. So
JSON in a text in JSON is a container again. JSON Lines are values one after the other, one on each line.

Sources: RFC 8259; ECMAScript, JSON.stringify of a Uint8Array (an object with the indices as names).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from evidence import limits
from evidence.containers.part import Closed, Part
from evidence.errors import BadEncoding, EvidenceError
from evidence.wire import json, text

NAME: Final = "json-member"
BARE: Final = "json"
LINES: Final = "json-lines"
START: Final = re.compile(rb"[ \t\r\n]*(?:\{[ \t\r\n]*[\"}]|\[[ \t\r\n]*[\"\[{\]0-9-]|\")")
"""How a JSON object, array or text begins; evidence that is not text does not."""
LINE: Final = re.compile(rb"^[ \t]*+[{\[][^\r\n]*+", re.MULTILINE)
SHORTEST: Final = 96
"""Of the texts and arrays that are yielded: what is compressed may be short, and a quote of a TPM is."""
HEX: Final = re.compile(r"(?:0[xX])?[0-9a-fA-F]+")
BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
URL: Final = re.compile(r"[-_]")
ANY: Final = "*"
"""In paths: every index of an array."""

Path = tuple[object, ...]
NOTHING: Final[frozenset[Path]] = frozenset()


def are_lines(data: bytes) -> bool:
    """Whether a text is JSON Lines: its first line is a whole document, and the next one begins like one."""
    lines = LINE.finditer(data)
    first, second = next(lines, None), next(lines, None)
    if (
        first is None
        or second is None
        or data[: first.start()].strip()
        or data[first.end() : second.start()].strip()
    ):
        return False
    try:
        json.loads(first[0])
    except EvidenceError:
        return False
    return True


def open_lines(data: bytes, closed: Closed) -> Iterator[Part] | None:
    """The values on the lines of a text; what is none is passed over."""
    return _on_lines(data, closed) if are_lines(data) else None


def _on_lines(data: bytes, closed: Closed) -> Iterator[Part]:
    number, here = 1, 0
    for line in LINE.finditer(data):
        if len(line[0]) < SHORTEST:
            continue
        number, here = number + data.count(b"\n", here, line.start()), line.start()
        try:
            value = json.loads(line[0])
        except EvidenceError:
            continue
        for part in parts(value, closed):
            yield part._replace(name=LINES, at=f"{number}/{part.at}")


def parts(document: Any, closed: Closed, taken: frozenset[Path] = NOTHING) -> Iterator[Part]:
    """The values of a document, in its order; an object that is `closed` is one of them.

    `taken` are paths of members that somebody else answers for; objects around these are looked through.
    Raises `LimitExceeded`.
    """
    for path, value in _values(document, closed, taken):
        part = Part(NAME if path else BARE, "/".join(map(str, path)), b"")
        if isinstance(value, str):
            if len(value) >= SHORTEST:
                data, broken = _in_text(value)
                yield part._replace(data=data, broken=broken)
        elif (octets := _octets(value)) is not None:
            is_object = isinstance(value, dict) and not _is_array(value)
            yield part._replace(data=octets, value=value if is_object else None)


def _values(document: Any, closed: Closed, taken: frozenset[Path]) -> Iterator[tuple[Path, Any]]:
    """What has no members, and objects that are closed."""
    opened = {path[:depth] for path in taken for depth in range(len(path))}
    todo: list[tuple[Path, Any]] = [((), document)]
    count = 0
    while todo:
        path, value = todo.pop()
        members: Iterable[tuple[object, Any]] = ()
        place = tuple(ANY if step.__class__ is int else step for step in path) if taken else path
        if place in taken:
            continue
        if isinstance(value, dict) and not _is_array(value) and (place in opened or not closed(value)):
            members = value.items()
        elif isinstance(value, list) and value and value[0].__class__ is not int:
            members = enumerate(value)
        else:
            yield path, value
            continue
        limits.check("members in JSON", limits.MEMBERS, count := count + len(value))
        todo += [((*path, name), member) for name, member in reversed([*members])]


def _octets(value: Any) -> bytes | None:
    """The bytes that an array stands for, if it does; an object is those that it is written with."""
    if isinstance(value, dict):
        return bytes(value.values()) if _is_array(value) else json.dumps(value)
    return bytes(value) if isinstance(value, list) and len(value) >= SHORTEST and _are_bytes(value) else None


def _in_text(value: str) -> tuple[bytes, BadEncoding | None]:
    """What hexadecimal or base64 says, in lines or not, with the error where it breaks off; and any other text itself."""
    plain = "".join(value.split()) if any(white in value for white in " \t\r\n") else value
    try:
        if HEX.fullmatch(plain):
            digits = plain[2:] if plain[1:2] in {"x", "X"} else plain
            return text.as_far(text.hexadecimal, digits.encode(), NAME)
        if BASE64.fullmatch(plain):
            decode = text.base64url if URL.search(plain) else text.base64
            return text.as_far(decode, plain.encode(), NAME)
    except BadEncoding:
        pass
    return value.encode(), None


def _are_bytes(values: Iterable[Any]) -> bool:
    return all(item.__class__ is int and 0 <= item <= 255 for item in values)


def _is_array(value: dict[str, Any]) -> bool:
    """Whether the names of an object are the indices of its values, which are bytes."""
    if len(value) < SHORTEST or "0" not in value:
        return False
    return all(name == str(index) for index, name in enumerate(value)) and _are_bytes(value.values())
