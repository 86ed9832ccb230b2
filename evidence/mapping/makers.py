"""What makes an entry of a field: a kind with its arguments, or a function that is declared to work by the piece."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

Maker = Callable[[str, Any, Any], Any]
"""Takes the name of an entry, the value of its field (a tuple of several), and what else the entry depends on; gives the
entry, or None for none."""
INDEX: Final = "_index"
"""The variable that holds the index of an item of an `Each`."""


def first_sentences(docstring: str | None) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((docstring or "").split("\n\n", 1)[0].split())


class Kind(Struct, frozen=True):
    """A maker that is data: its class and its arguments say all that it does.

    `expression` is the entry as Python writes it, from the name (a literal) and the names of the variables that hold the
    value and what else the entry depends on. Classes of `evidence.claims` and what `names` gives may stand in it.
    """

    def expression(self, name: str, value: str, beside: str) -> str:
        raise TypeError(f"{type(self).__name__} makes nothing")

    def names(self) -> dict[str, Any]:
        """What the expression speaks of beside the classes of claims."""
        return {}

    @property
    def sentence(self) -> str:
        """What it makes, for people."""
        return first_sentences(type(self).__doc__)

    @property
    def words(self) -> tuple[str, ...]:
        """Those of its arguments that stand in what it makes as they are."""
        values = (getattr(self, name) for name in self.__struct_fields__)
        return tuple(value for value in values if isinstance(value, str))

    @property
    def optional(self) -> bool:
        """Whether it may give None."""
        return False

    @property
    def notes(self) -> bool:
        """Whether it may give `Noted`."""
        return False


class ByPiece(Kind, frozen=True):
    """A maker that works on one piece at a time, and whose rule only its own lines tell."""

    function: Callable[..., Any]

    def names(self) -> dict[str, Any]:
        return {f"_make_{self.function.__name__}": self.function}

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"_make_{self.function.__name__}({name}, {value}, {beside})"

    @property
    def sentence(self) -> str:
        return first_sentences(self.function.__doc__)

    @property
    def _gives(self) -> str:
        """The return annotation, which says whether it may give None, or `Noted`."""
        return str(self.function.__annotations__["return"])

    @property
    def optional(self) -> bool:
        return "None" in self._gives

    @property
    def notes(self) -> bool:
        return "Noted" in self._gives


def by_piece(function: Maker) -> ByPiece:
    """A function as a maker; a decorator. What it returns must be annotated: that says whether it may be None or `Noted`."""
    return ByPiece(_annotated(function))


class ByItem(ByPiece, frozen=True):
    """The same for an item of an array, whose index it takes as well."""

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"_make_{self.function.__name__}({name}, {value}, {beside}, {INDEX})"


def by_item(function: Callable[[str, Any, Any, int], Any]) -> ByItem:
    """A function as a maker of an item of an `Each`; a decorator."""
    return ByItem(_annotated(function))


def _annotated(function: Callable[..., Any]) -> Callable[..., Any]:
    if function.__annotations__.get("return", "Any") in {"Any", Any}:
        raise TypeError(f"{function.__name__}: its annotations do not say what it returns")
    return function
