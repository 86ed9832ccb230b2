"""What the descriptor of every built-in type has in common: where its functions, its schema and its fixtures are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, get_args

from evidence.files import shared
from evidence.registry import late
from evidence.words import LogFormat

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


def unobserved_logs(*shown: str) -> dict[str, str]:
    """What no fixture of a type shows of the event logs beside it, and why that is enough; `shown` are the forms that one has."""
    here = "#/properties/logs/items/properties"
    forms = {f"{here}/format/enum/{name}" for name in get_args(LogFormat) if name not in shown}
    return {
        **dict.fromkeys(sorted(forms), "forms are read alike for all types, and tests of logs show each"),
        f"{here}/origin/enum/carrier": "a log comes in carriers of JSON, protobuf and configfs; samples of them show it",
    }
