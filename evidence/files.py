"""Where `schemas/` and `fixtures/` are: in the installed package, or beside it in a checkout."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def shared(name: str) -> Traversable:
    """The folder `schemas` or `fixtures`; a wheel has it inside of the package."""
    package = files("evidence")
    inside = package / name
    return inside if inside.is_dir() else Path(str(package)).parent / name
