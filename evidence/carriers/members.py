"""Evidence in JSON that no envelope describes: told by its content, whatever the member is called.

Services wrap a report or a quote in objects of their own, and there are more of them than any table holds.
Nothing is guessed here: a member is taken where one of the envelopes fits it, or where its bytes have the
marks of a report, a quote or a carrier of these. The path says which member that was; what else the
document holds is not taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from evidence import limits
from evidence.carriers.json import START, in_either
from evidence.errors import BadEncoding, EvidenceError
from evidence.input import Carrier, Input
from evidence.wire import json

NAME: Final = "json-member"
SHORTEST: Final = 256
"""Of the texts and arrays that are looked at: what is compressed may be short."""

Knows = Callable[[Any], bool]
"""Whether an object is an envelope that has a name, or bytes are evidence or a carrier of it."""
Path = tuple[object, ...]
NOTHING: Final[frozenset[Path]] = frozenset()
ANY: Final = "*"
"""In paths: every index of an array."""


def search(given: Input, document: Any, knows: Knows, taken: frozenset[Path] = NOTHING) -> tuple[Input, ...]:
    """The members of `document` that are evidence; bytes that are there twice are one piece.

    `taken` are paths of members that somebody else answers for; objects around these are looked through.
    """
    found: dict[bytes, Path] = {}
    for path, value in _values(document, knows, taken):
        data = _octets(value)
        if data is not None and path and (isinstance(value, dict) or is_evidence(data, knows)):
            found.setdefault(data, path)
    return tuple(given.inside(Carrier(NAME, _joined(path)), data) for data, path in found.items())


def _joined(path: Path) -> str:
    return "/".join(map(str, path))


def _values(document: Any, knows: Knows, taken: frozenset[Path] = NOTHING) -> Iterator[tuple[Path, Any]]:
    """What has no members, in the order of the document: envelopes that are known count as such."""
    opened = {path[:depth] for path in taken for depth in range(len(path))}
    todo: list[tuple[Path, Any]] = [((), document)]
    seen = 0
    while todo:
        path, value = todo.pop()
        members: Iterable[tuple[object, Any]] = ()
        place = tuple(ANY if step.__class__ is int else step for step in path) if taken else path
        if place in taken:
            continue
        if isinstance(value, dict) and (place in opened or not knows(value)):
            members = value.items()
        elif isinstance(value, list) and value and value[0].__class__ is not int:
            members = enumerate(value)
        else:
            yield path, value
            continue
        limits.check("members in JSON", limits.MEMBERS, seen := seen + len(value))
        todo += [((*path, name), member) for name, member in reversed([*members])]


def _octets(value: Any) -> bytes | None:
    """The bytes that a value stands for, if it does; JSON is those that it is written with."""
    if isinstance(value, dict):
        return json.dumps(value)
    if not isinstance(value, str | list) or len(value) < SHORTEST:
        return None
    if isinstance(value, list):
        return bytes(value) if all(item.__class__ is int and 0 <= item <= 255 for item in value) else None
    if START.match(value[:64].encode()):
        return value.encode()
    try:
        return in_either("".join(value.split()), "")
    except BadEncoding:
        return None


def is_evidence(data: bytes, knows: Knows, depth: int = 1) -> bool:
    """Whether bytes are evidence or a carrier of it, or JSON that holds some."""
    if knows(data):
        return True
    if depth > limits.CARRIER_DEPTH or not START.match(data):
        return False
    try:
        return any(
            isinstance(value, dict) or ((inner := _octets(value)) and is_evidence(inner, knows, depth + 1))
            for _, value in _values(json.loads(data), knows)
        )
    except EvidenceError:
        return False
