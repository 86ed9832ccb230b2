"""The strings in a value of MessagePack, by the names and indices that lead to them. Source: msgpack.org."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence.containers.part import SHORTEST, Part
from evidence.errors import EvidenceError
from evidence.wire import msgpack

NAME: Final = "msgpack"
CONTAINERS: Final = frozenset({*range(0x80, 0xA0), *range(0xDC, 0xE0)})
"""First bytes of a map or an array."""


def open_value(data: bytes) -> Iterator[Part] | None:
    """The strings of the one map or array that `data` is; None where it is none."""
    if len(data) < SHORTEST or data[0] not in CONTAINERS:
        return None
    try:
        return _parts(msgpack.loads(data))
    except EvidenceError:
        return None


def _parts(value: Any) -> Iterator[Part]:
    todo: list[tuple[str, Any]] = [("", value)]
    while todo:
        at, item = todo.pop()
        if isinstance(item, dict | list):
            members = item.items() if isinstance(item, dict) else enumerate(item)
            todo += reversed([(f"{at}/{name}".removeprefix("/"), member) for name, member in members])
        elif isinstance(item, str | bytes) and len(item) >= SHORTEST:
            yield Part(NAME, at, item.encode() if isinstance(item, str) else item)
