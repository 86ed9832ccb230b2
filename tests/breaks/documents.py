"""Changes of one place of a JSON document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Steps = tuple[str | int, ...]


def places(value: Any, here: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Every place of a document, with what stands there."""
    yield here, value
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for step, inner in items:
        yield from places(inner, (*here, step))


def at(document: Any, steps: Steps) -> Any:
    """What stands at a place."""
    for step in steps:
        document = document[step]
    return document


def edited(document: Any, steps: Steps, change: Callable[[Any, Any], object]) -> bytes:
    """The document after `change` of the container at a place and the last step."""
    copy = deepcopy(document)
    change(at(copy, steps[:-1]), steps[-1])
    return json.dumps(copy).encode()


def replaced(document: Any, steps: Steps, value: Any) -> bytes:
    """The document with another value at a place."""
    return edited(document, steps, lambda container, step: container.__setitem__(step, value))


def without(document: Any, steps: Steps) -> bytes:
    """The document without what stands at a place."""
    return edited(document, steps, lambda container, step: container.__delitem__(step))


def pointer(steps: Steps) -> str:
    """A place as a text."""
    return "".join(f"/{step}" for step in steps)


def others(value: Any) -> Iterator[Any]:
    """Values that a leaf is not: another one of its type, and one of another type that Python takes for equal."""
    if isinstance(value, bool):
        yield from (not value, int(value))
    elif isinstance(value, int):
        yield from (value + 1, float(value))
    elif isinstance(value, float):
        yield value + 1
    elif isinstance(value, str):
        yield value[:-1] + ("0" if value[-1:] != "0" else "1") if value else "x"
    elif value is None:
        yield 0
