"""Where `schemas/` and `fixtures/` are: in the installed package, or beside it in a checkout.

Paths, not `importlib.resources`: that would be a tenth of the time in which a file is converted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parent


def shared(name: str) -> Path:
    """The folder `schemas` or `fixtures`; a wheel has it inside of the package."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
