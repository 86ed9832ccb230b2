"""What a break is."""

from __future__ import annotations

from typing import Any, NamedTuple


class Break(NamedTuple):
    """One thing that is changed: a file (`path` from the root, and its new content), or a `member` of the descriptor.

    `kind` says what sort of change it is, `what` the change itself. One of `names` must occur in what the gate says.
    """

    kind: str
    what: str
    names: tuple[str, ...]
    path: str = ""
    content: bytes = b""
    member: str = ""
    value: Any = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.path or self.member}: {self.what}"
