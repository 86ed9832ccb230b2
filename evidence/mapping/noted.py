"""An entry together with what is to be noted about it."""

from __future__ import annotations

from typing import Any, NamedTuple

from evidence.claims import Note


class NotedEntry(NamedTuple):
    """An entry, and what is to be noted at its path, or at a `part` of it. The entry may be `NotedEntry` as well."""

    entry: Any
    code: str
    detail: str
    part: str = ""


def bare(entry: Any) -> Any:
    """An entry without what is to be noted about it."""
    while entry.__class__ is NotedEntry:
        entry = entry.entry
    return entry


def tell(entry: Any, path: str, notes: list[Note]) -> Any:
    """An entry without what is to be noted about it, which goes to `notes`: it stands at `path`."""
    if entry.__class__ is not NotedEntry:
        return entry
    plain = tell(entry.entry, path, notes)
    place = f"{path}/{entry.part}" if entry.part else path
    notes.append(Note(code=entry.code, path=place, detail=entry.detail))
    return plain
