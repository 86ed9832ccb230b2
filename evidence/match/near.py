"""What may be said of a field that nothing fits: what it looks like, and what nearly fits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final

from evidence.match.derivation import NAMES, Derivation
from evidence.match.events import BY_SIZE
from evidence.match.fields import BytesField
from evidence.match.fit import Index

ALIKE: Final = 4
"""First bytes that are the same by more than chance."""
TEXT: Final = 8
"""Characters of a text, at least."""


class Near:
    """Looks for what nearly fits, in what was tried."""

    def __init__(self, derivations: Iterable[Derivation], registers: Iterable[Derivation]) -> None:
        self._known = {derivation.value: derivation for derivation in derivations if derivation.value}
        self._sorted = sorted(self._known)
        self._registers = Index(registers)

    def texts(self, field: BytesField) -> Iterator[str]:
        """What is said of one field."""
        register = self._registers.find(field.value)
        if register is not None:
            yield f"it is {register}, not after all of them"
        turned = self._known.get(field.value[::-1])
        if turned is not None and len(field.value) > 1:
            yield f"it is {turned} in reverse order"
        elif (alike := self._alike(field.value)) is not None:
            yield alike

    def _alike(self, value: bytes) -> str | None:
        """What has the longest beginning in common with it."""
        here = bisect_left(self._sorted, value)
        best = max(
            self._sorted[max(0, here - 1) : here + 1],
            key=lambda other: common(value, other),
            default=b"",
        )
        size = common(value, best)
        if size < ALIKE or not any(value[:size]):
            return None
        return f"its first {size} bytes are those of {self._known[best]}, and no more"


def common(one: bytes, other: bytes) -> int:
    """How many first bytes are the same."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def looks(value: bytes) -> Iterator[str]:
    """What bytes look like by themselves."""
    used = value.rstrip(b"\0")
    if not used:
        yield "it is all zeros: nobody put anything there"
        return
    text = used.decode("ascii", "replace")
    if len(used) >= TEXT and text.isascii() and text.isprintable():
        yield f'it is a text: "{text[:64]}"' + (" …" if len(text) > 64 else "")
    fits = [size for size in BY_SIZE if len(used) <= size <= len(value) and size - len(used) < 2]
    if fits:
        size = fits[0]
        behind = "" if size == len(value) else ", and zeros behind them"
        yield f"it is {size} bytes, as many as {NAMES[BY_SIZE[size]]} gives{behind}: of something else, or no digest"
