"""Structures that were taken apart into protobuf, put together again: each field of a message has some of their bytes.

Protobuf's own JSON is the same message with names: it is written in protobuf first.

Sources: protobuf.dev, "Encoding" and "ProtoJSON Format".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from evidence.carriers.json import in_base64
from evidence.errors import BadEncoding, CarrierError, MalformedEvidence
from evidence.wire.protobuf import LEN, VARINT, fields

Members = dict[int, list[int | bytes]]


class StructurePart(NamedTuple):
    """Bytes of the structure that one field of a message has: its number, and how many they are.

    A field is an integer (little-endian), or bytes, `many` of which stand one after the other; `size` None is
    as many bytes as there are. `parts` are those of a message. Number 0 is of no field: zeros. `name` is the
    field's in the message's definition.
    """

    number: int
    size: int | None = None
    integer: bool = False
    many: int = 1
    parts: tuple[StructurePart, ...] = ()
    name: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """How JSON calls the field: in either way that the format allows."""
        first, *others = self.name.split("_")
        return first + "".join(other.capitalize() for other in others), self.name


def uint(number: int, size: int, name: str = "") -> StructurePart:
    return StructurePart(number, size, integer=True, name=name)


def zeros(size: int) -> StructurePart:
    return StructurePart(0, size)


def octets(number: int, size: int | None = None, many: int = 1, name: str = "") -> StructurePart:
    return StructurePart(number, size, many=many, name=name)


def row(*fields: tuple[int, int, str]) -> tuple[StructurePart, ...]:
    """Fields of bytes, one after the other: number, size and name of each."""
    return tuple(octets(number, size, name=name) for number, size, name in fields)


def message(number: int, name: str, *parts: StructurePart) -> StructurePart:
    return StructurePart(number, parts=parts, name=name)


def members(data: bytes, parts: tuple[StructurePart, ...]) -> Members | None:
    """The fields of a message by number; None if it is none, or has a field, or one twice, that `parts` do not."""
    left = {part.number: part.many for part in parts}
    message: Members = {}
    try:
        for field in fields(data):
            if not left.get(field.number):
                return None
            left[field.number] -= 1
            message.setdefault(field.number, []).append(field.value)
    except MalformedEvidence:
        return None
    return message


def inner(outer: Members | None, number: int, parts: tuple[StructurePart, ...]) -> Members | None:
    """The message that is one field of another."""
    (content,) = (outer or {}).get(number, [None])[:1]
    return members(content, parts) if isinstance(content, bytes) else None


def sizes(message: Members, *numbers: int) -> list[int]:
    """How many bytes the fields of these numbers have, in their order."""
    values = [value for number in numbers for value in message.get(number, [])]
    return [len(value) for value in values if isinstance(value, bytes)]


def joined(message: Members, parts: tuple[StructurePart, ...], name: str, path: str) -> bytes:
    """The structure. Raises `CarrierError` with the path, in numbers, of what does not fit."""
    return b"".join(
        _bytes(message.get(part.number, []), part, name, f"{path}/{part.number}") for part in parts
    )


def _bytes(values: list[int | bytes], part: StructurePart, name: str, path: str) -> bytes:
    """The bytes of one part. What protobuf leaves out is an integer that is 0, or nothing."""
    if part.number == 0:
        return bytes(part.size or 0)
    path = path.removeprefix("/")
    if part.integer:
        (value,) = values or [0]
        if not isinstance(value, int) or value >> 8 * (part.size or 0):
            raise CarrierError(carrier=name, path=path, reason=f"not a number of {part.size} bytes")
        return value.to_bytes(part.size or 0, "little")
    contents = [value for value in values if isinstance(value, bytes)]
    if len(contents) != len(values):
        raise CarrierError(carrier=name, path=path, reason="a number")
    if part.parts:
        content = members(b"".join(contents), part.parts)
        if content is None:
            raise CarrierError(carrier=name, path=path, reason="not the fields of this message")
        return joined(content, part.parts, name, path)
    if part.size is not None and [len(one) for one in contents] != [part.size] * part.many:
        lengths = ", ".join(str(len(one)) for one in contents) or "none"
        raise CarrierError(carrier=name, path=path, reason=f"{lengths} bytes, not {part.many} of {part.size}")
    return b"".join(contents)


def encoded(value: Mapping[str, Any], parts: Iterable[StructurePart], name: str, path: str) -> bytes | None:
    """The message in protobuf that an object of JSON is; None for one with other members. Raises `CarrierError`."""
    known = {word: part for part in parts for word in part.names if part.number}
    content = b""
    for word, member in value.items():
        if word not in known:
            return None
        part = known[word]
        for item in member if isinstance(member, list) and part.many > 1 else [member]:
            field = _field(item, part, name, f"{path}/{word}".removeprefix("/"))
            if field is None:
                return None
            content += field
    return content


def _field(item: Any, part: StructurePart, name: str, path: str) -> bytes | None:
    """One field: a message, an integer (in digits, where it may have 64 bits) or bytes in base64."""
    if part.parts and isinstance(item, dict):
        content = encoded(item, part.parts, name, path)
        return None if content is None else _long(part.number, content)
    if part.integer and (
        item.__class__ is int or (isinstance(item, str) and item.isdecimal() and len(item) <= 20)
    ):
        number = int(item)
        if 0 <= number < 1 << 64:
            return _varint(part.number << 3 | VARINT) + _varint(number)
    elif not part.integer and isinstance(item, str):
        try:
            return _long(part.number, in_base64(item, path))
        except BadEncoding as error:
            raise CarrierError(carrier=name, path=path, reason=error.reason) from None
    raise CarrierError(carrier=name, path=path, reason="not the value of such a field")


def _long(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | LEN) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    digits = bytearray()
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)
