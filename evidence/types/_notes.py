"""Notes, as the modules of every type write them."""

from __future__ import annotations

from evidence.claims import Note


def note(code: str, path: str, detail: str) -> Note:
    """A note about the claim at `path`, without keywords."""
    return Note(code=code, path=path, detail=detail)
