"""What the members and words of the claims document mean: the docstrings of `claims`, and the sentences of `words`.

The schema's descriptions and `docs/claims.md` are made of them.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

from msgspec import Struct
from msgspec.structs import fields

from evidence import claims
from evidence.words import EXPLAINED, Words


class DescribedMember(NamedTuple):
    """One member of a struct: its name in the document, what it is, and the closed list that it is a word of."""

    name: str
    sentence: str
    words: Words | None

    @property
    def description(self) -> str:
        """All that is to be said about it, as one text."""
        if self.words is None:
            return self.sentence
        meanings = (f"`{word}`: {meaning}" for word, meaning in self.words.meanings.items())
        return " ".join([self.sentence, self.words.subject, *meanings])


def structs() -> tuple[type[Struct], ...]:
    """Every struct of the claims document, the whole document first, then as they stand in `claims`."""
    parts = [
        kind
        for name, kind in vars(claims).items()
        if isinstance(kind, type) and issubclass(kind, Struct) and kind.__module__ == claims.__name__
        if not name.startswith("_") and kind is not claims.Claims
    ]
    return (claims.Claims, *parts)


@cache
def members(struct: type[Struct]) -> tuple[DescribedMember, ...]:
    """The members of a struct in their order."""
    sentences = _sentences()[struct.__name__]
    return tuple(
        DescribedMember(field.encode_name, sentences.get(field.name, ""), _words(field.type))
        for field in fields(struct)
    )


@cache
def _sentences() -> dict[str, dict[str, str]]:
    """The strings under the members of each class, by class and member; Python itself does not keep them."""
    classes = [node for node in ast.parse(inspect.getsource(claims)).body if isinstance(node, ast.ClassDef)]
    return {node.name: dict(_strings(node.body)) for node in classes}


def _strings(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for statement, following in pairwise(body):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            yield statement.target.id, " ".join(str(following.value.value).split())


def _words(hint: Any) -> Words | None:
    """The closed list whose words stand in a member."""
    for words in EXPLAINED:
        if hint == words.of:
            return words
    if get_origin(hint) in {Union, UnionType, tuple}:
        return next((inside for inner in get_args(hint) if (inside := _words(inner))), None)
    return None
