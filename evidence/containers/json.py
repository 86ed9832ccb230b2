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
from evidence.containers.part import Closed, ContainedPart
from evidence.containers.word import decoded
from evidence.errors import BadEncoding, EvidenceError
from evidence.wire import json

NAME: Final = "json-member"
BARE: Final = "json"
LINES: Final = "json-lines"
START: Final = re.compile(rb"[ \t\r\n]*(?:\{[ \t\r\n]*[\"}]|\[[ \t\r\n]*[\"\[{\]0-9-]|\")")
"""How a JSON object, array or text begins; evidence that is not text does not."""
LINE: Final = re.compile(rb"^[ \t]*+[{\[][^\r\n]*+", re.MULTILINE)
SHORTEST: Final = 96
"""Of the texts and arrays that are yielded: what is compressed may be short, and a quote of a TPM is."""
HEX_BYTE: Final = re.compile(r"(?:0[xX])?[0-9a-fA-F]{2}")
BINARY: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x80-\x9f]")
"""Control characters: a text with one of them, and none above U+00FF, is bytes of which each is a character."""
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


def open_lines(data: bytes, closed: Closed) -> Iterator[ContainedPart] | None:
    """The values on the lines of a text; what is none is passed over."""
    return _on_lines(data, closed) if are_lines(data) else None


def _on_lines(data: bytes, closed: Closed) -> Iterator[ContainedPart]:
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


def parts(document: Any, closed: Closed, taken: frozenset[Path] = NOTHING) -> Iterator[ContainedPart]:
    """The values of a document, in its order; an object that is `closed` is one of them.

    `taken` are paths of members that somebody else answers for; objects around these are looked through.
    Raises `LimitExceeded`.
    """
    for path, value in _values(document, closed, taken):
        part = ContainedPart(NAME if path else BARE, "/".join(map(str, path)), b"")
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
        elif isinstance(value, list) and value and not _are_hex(value) and value[0].__class__ is not int:
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
    return in_list(value) if isinstance(value, list) and len(value) >= SHORTEST else None


def in_list(values: list[Any]) -> bytes | None:
    """Bytes as numbers, which Java has from -128 on, or each in hexadecimal; None for anything else."""
    if all(item.__class__ is int and -128 <= item <= 255 for item in values):
        signed = min(values, default=0) < 0
        return None if signed and max(values) > 127 else bytes(item & 0xFF for item in values)
    if all(item.__class__ is str and HEX_BYTE.fullmatch(item) for item in values):
        return bytes(int(item, 16) for item in values)
    return None


def _in_text(value: str) -> tuple[bytes, BadEncoding | None]:
    """What hexadecimal or base64 says, in lines or not, and any other text itself, or the bytes that its characters are.

    With the error of a text that breaks off.
    """
    plain = "".join(value.split()) if any(white in value for white in " \t\r\n") else value
    content = decoded(plain.encode()) if plain.isascii() else None
    if content is not None:
        return content
    if BINARY.search(value):
        try:
            return value.encode("latin-1"), None
        except UnicodeEncodeError:
            pass
    return value.encode(), None


def _are_bytes(values: Iterable[Any]) -> bool:
    return all(item.__class__ is int and 0 <= item <= 255 for item in values)


def _are_hex(values: list[Any]) -> bool:
    """Whether an array is bytes, each a text in hexadecimal."""
    return len(values) >= SHORTEST and values[0].__class__ is str and in_list(values) is not None


def _is_array(value: dict[str, Any]) -> bool:
    """Whether the names of an object are the indices of its values, which are bytes."""
    if len(value) < SHORTEST or "0" not in value:
        return False
    return all(name == str(index) for index, name in enumerate(value)) and _are_bytes(value.values())
