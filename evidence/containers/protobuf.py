"""The bytes in a protobuf message: every field that has a length, by its number.

Source: protobuf.dev, "Encoding". A message has no magic: bytes are taken for one if all of them are fields.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from evidence.containers.part import SHORTEST, ContainedPart
from evidence.errors import LimitExceeded, MalformedEvidence
from evidence.wire.protobuf import LEN, fields

NAME: Final = "protobuf"
LAST: Final = 1 << 12
"""Numbers of fields above this are not looked for: real messages have small ones, other bytes any."""


def open_message(data: bytes) -> list[ContainedPart] | None:
    """The fields of bytes that are long enough to hold evidence; None for what is no message."""
    if len(data) < SHORTEST or data[0] & 7 not in {0, 1, LEN, 5} or data[0] < 8:
        return None
    try:
        members = [*fields(data)]
    except (MalformedEvidence, LimitExceeded):
        return None
    if any(member.number > LAST for member in members):
        return None
    count = Counter(member.number for member in members)
    order: Counter[int] = Counter()
    parts = []
    for member in members:
        number = member.number
        at = f"{number}/{order[number]}" if count[number] > 1 else str(number)
        order[number] += 1
        if isinstance(member.value, bytes) and len(member.value) >= SHORTEST:
            parts.append(ContainedPart(NAME, at, member.value))
    return parts
