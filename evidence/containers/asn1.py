"""The strings in a value of DER that is no certificate, such as a CMS message, by the indices that lead to them.

Sources: ITU-T X.690; RFC 5652 (CMS).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.containers.part import SHORTEST, Part
from evidence.errors import EvidenceError
from evidence.wire import der

NAME: Final = "der"
STRINGS: Final = frozenset({der.OCTET_STRING, der.UTF8_STRING})


def open_value(data: bytes) -> Iterator[Part] | None:
    """The strings of the one SEQUENCE that `data` is; None where it is none."""
    if len(data) < SHORTEST or data[0] != der.SEQUENCE:
        return None
    try:
        if der.item(data, 0, NAME).end != len(data):
            return None
        return _parts(data, der.tree(data, NAME))
    except EvidenceError:
        return None


def _parts(data: bytes, whole: der.Item) -> Iterator[Part]:
    todo = [("", whole)]
    while todo:
        at, item = todo.pop()
        if item.tag in STRINGS and item.end - item.content >= SHORTEST:
            yield Part(NAME, at, data[item.content : item.end])
        todo += [(f"{at}/{index}".removeprefix("/"), one) for index, one in enumerate(item.inside)][::-1]
