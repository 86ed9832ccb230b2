"""What was made before, by what it was made of: a few values that come again in most inputs."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memo(dict[K, V], Generic[K, V]):
    """Values by their keys, up to `most`; one more, and all are forgotten: one call, which no other thread can disturb.

    Only for values that follow from the key alone. Whoever measures speed measures inputs that are all distinct too.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def keep(self, key: K, value: V) -> V:
        """Remember the value, and give it."""
        if len(self) >= self.most:
            self.clear()
        self[key] = value
        return value
