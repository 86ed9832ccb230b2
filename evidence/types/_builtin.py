"""What the descriptor of every built-in type has in common: where its functions, its schema and its fixtures are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from evidence.files import shared
from evidence.registry import late

if TYPE_CHECKING:  # loads much that converting does not need
    from importlib.resources.abc import Traversable


class Tail(TypedDict):
    """The members of an `EvidenceType` that follow from its name and its folder."""

    name: str
    read: Callable[..., Any]
    claims: Callable[..., Any]
    signed: Callable[..., Any]
    sources: Callable[..., Any]
    schema: Traversable
    fixtures: Traversable
    released: Traversable
    spec: Traversable


def built_in(name: str, package: str, file: str) -> Tail:
    """The tail of the type `name` in the folder of `file`, with each function in a module of its name."""

    def function(of: str) -> late:
        return late(f"{package}.{of}:{of}")

    return {
        "name": name,
        "read": function("read"),
        "claims": function("claims"),
        "signed": function("signed"),
        "sources": function("sources"),
        "schema": shared("schemas") / f"{name}.schema.json",
        "fixtures": shared("fixtures") / name,
        "released": shared("schemas") / "released" / f"{name}.schema.json",
        "spec": Path(file).with_name("SPEC.md"),
    }
