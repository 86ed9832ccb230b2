"""Protocol buffers on the wire: the fields of one message, in order, without a schema.

Source: protobuf.dev, "Encoding". Groups (wire types 3 and 4) are refused: no format here has them.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final, NamedTuple

from evidence import limits
from evidence.errors import BadEncoding, Truncated

SPEC: Final = "Protocol Buffers, Encoding"
VARINT, I64, LEN, I32 = 0, 1, 2, 5
FIXED: Final = {I64: 8, I32: 4}
VARINT_BYTES: Final = 10


class WireField(NamedTuple):
    """One field: its number, its value (an integer, or bytes), and where the value lies."""

    number: int
    value: int | bytes
    start: int
    end: int


def fields(
    data: bytes, at: int = 0, end: int | None = None, *, known: Container[int] | None = None
) -> Iterator[WireField]:
    """The fields of the message in `data[at:end]`, or those whose number is `known`; the content of others is not copied.

    Raises `Truncated`, `BadEncoding`, or `LimitExceeded` for more fields than `limits.FIELDS`.
    """
    stop = len(data) if end is None else end
    count = 0
    while at < stop:
        count += 1
        if count > limits.FIELDS:
            raise limits.exceeded("fields of a protobuf message", limits.FIELDS, count, offset=at)
        tag, start = _varint(data, at, stop)
        number, kind = tag >> 3, tag & 7
        if number == 0 or kind not in {VARINT, I64, LEN, I32}:
            reason = f"field {number} of wire type {kind}"
            raise BadEncoding(what="protobuf", offset=at, reason=reason, spec=SPEC)
        if kind == VARINT:
            value, at = _varint(data, start, stop)
            if known is None or number in known:
                yield WireField(number, value, start, at)
            continue
        size, start = (FIXED[kind], start) if kind in FIXED else _varint(data, start, stop)
        if size > stop - start:
            raise Truncated(what="protobuf", offset=start, need=size, have=stop - start, spec=SPEC)
        at = start + size
        if known is None or number in known:
            content = data[start:at]
            yield WireField(number, content if kind == LEN else int.from_bytes(content, "little"), start, at)


def _varint(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """The integer at `at`, and where it ends."""
    if at < stop and data[at] < 0x80:  # nearly all of them
        return data[at], at + 1
    value = 0
    for index in range(VARINT_BYTES):
        if at + index >= stop:
            raise Truncated(what="protobuf", offset=at, need=index + 1, have=stop - at, spec=SPEC)
        byte = data[at + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            if value >= 1 << 64:
                break
            return value, at + index + 1
    raise BadEncoding(what="protobuf", offset=at, reason="an integer of more than 64 bits", spec=SPEC)
