"""What there is to break in the schema of a type: every keyword of every place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.breaks.documents import Steps, places, pointer, replaced, without
from tests.breaks.files import ROOT
from tests.breaks.kinds import Break


def breaks(name: str) -> Iterator[Break]:  # noqa: C901 (one keyword after the other)
    """Each line of the schema gone, and each word and type another one; bounds, which fixtures need not reach, are left."""
    path = f"schemas/{name}.schema.json"
    schema = json.loads((ROOT / path).read_bytes())

    def gone(kind: str, steps: Steps, *names: str) -> Break:
        return Break(kind, f"{pointer(steps)} is gone", names, path, without(schema, steps))

    def other(kind: str, steps: Steps, value: Any, *names: str) -> Break:
        return Break(kind, f"{pointer(steps)} is {value!r}", names, path, replaced(schema, steps, value))

    for steps, value in places(schema):
        step = steps[-1] if steps else ""
        place = steps[-2] if len(steps) > 1 else ""
        if place in {"properties", "$defs"} and isinstance(value, dict):
            yield gone("schema: property", steps, f"{step}")
        elif place == "required":
            yield gone("schema: required", steps, f"{value}")
        elif place in {"enum", "oneOf"}:
            word = (
                value["$ref"].rpartition("/")[2]
                if isinstance(value, dict) and "$ref" in value
                else str(value)
            )
            yield gone(f"schema: {place}", steps, word, _owner(steps))
        elif step == "enum" and place != "properties":
            yield other("schema: enum", steps, [*value, "another"], "another")
        elif step == "const":
            yield other("schema: const", steps, f"{value}x", f"{value}")
            yield gone("schema: const", steps, f"{value}", _owner(steps))
        elif step == "type" and isinstance(value, str) and place != "properties":
            yield other("schema: type", steps, "null", _owner(steps))
            yield other("schema: type", steps, [value, "null"], _owner(steps))
            yield gone("schema: type", steps, _owner(steps))
        elif step == "pattern" and place != "properties":
            yield other("schema: pattern", steps, "^$", _owner(steps))
            yield gone("schema: pattern", steps, _owner(steps))
        elif step in {"$ref", "$id", "$schema", "additionalProperties", "items"}:
            yield gone("schema: line", steps, _owner(steps), f"{step}")


def _owner(steps: Steps) -> str:
    """The property or definition that a keyword is of."""
    names = [
        str(step)
        for before, step in zip(("", *steps), steps, strict=False)
        if before in {"properties", "$defs"}
    ]
    return names[-1] if names else "schema"
