"""Tables and texts in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; nothing at all if it has no rows."""
    lines = [[cell(value) for value in row] for row in rows]
    if not lines:
        return ""
    head = [list(titles), ["---"] * len(titles)]
    return "".join("| " + " | ".join(line) + " |\n" for line in (*head, *lines))


def cell(value: object) -> str:
    """A value in one cell."""
    return str(value).replace("|", "\\|").replace("\n", " ")


def code(value: object) -> str:
    """A value as code; nothing for an empty one."""
    return f"`{value}`" if str(value) else ""


def section(title: str, *parts: str, level: int = 2) -> str:
    """A section; nothing at all if all its parts are empty."""
    texts = [part.strip("\n") for part in parts if part.strip("\n")]
    return "\n\n".join([f"{'#' * level} {title}", *texts]) + "\n\n" if texts else ""
