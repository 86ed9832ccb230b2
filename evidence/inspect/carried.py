"""What is inside of what: the pieces of an input by their paths, and the way to one of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from evidence.carriers import unwrap
from evidence.errors import EvidenceError
from evidence.input import Input
from evidence.limits import CARRIER_DEPTH, PIECES, Budget, shortened
from evidence.registry import Registry


def pieces(taken: Input, known: Registry) -> dict[str, Input]:
    """The input, and all that its carriers hold, by their paths as failures have them."""
    by_path, todo, budget = dict[str, Input](), [(taken, 0)], Budget(len(taken.data))
    while todo:
        source, depth = todo.pop()
        by_path.setdefault(shortened(source.at), source)
        if depth >= CARRIER_DEPTH or len(by_path) > PIECES:
            continue
        with suppress(EvidenceError):  # what was taken off before it is still there
            for inner in unwrap(source, known.has_marks, budget) or ():
                if isinstance(inner, Input) and inner is not source:
                    budget.add(len(inner.data))
                    todo.append((inner, depth + 1))
    return by_path


def way(taken: Input, piece: Input, by_path: Mapping[str, Input]) -> tuple[Input, ...]:
    """The inputs that lead to a piece, the outermost first, without itself: those that carriers took out of each other.

    What a search finds in bytes that no carrier recognises lies in them directly, however it is encoded.
    """
    steps = [taken] if taken.data != piece.data else []
    for depth in range(len(taken.carriers) + 1, len(piece.carriers)):
        at = "/".join(carrier.at or carrier.name for carrier in piece.carriers[:depth])
        inner = by_path.get(shortened(at))
        if inner is not None and inner.carriers == piece.carriers[:depth] and inner.data != piece.data:
            steps.append(inner)
    return tuple(steps)
