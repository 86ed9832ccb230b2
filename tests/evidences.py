"""Every valid fixture of every type, read once: what tests of a reader's tools are parametrised by."""

from __future__ import annotations

from typing import Any, Final

import pytest

from evidence import parse
from evidence.authoring import fixtures
from evidence.types import BUILTIN

LOADED: Final = {
    f"{kind.name}-{loaded.name}": (kind, loaded)
    for kind in BUILTIN
    for loaded in (fixtures.valid(kind.fixtures) if kind.fixtures else ())
}
"""The fixtures by the name of the type and their own."""


def pieces() -> list[Any]:
    """Every valid fixture, read."""
    return [
        pytest.param(
            parse(
                loaded.data,
                type=kind.name if loaded.fixture.force else None,
                options=loaded.fixture.options or None,
                attachments=loaded.attachments,
            ),
            id=name,
        )
        for name, (kind, loaded) in LOADED.items()
    ]


PIECES: Final = pieces()
