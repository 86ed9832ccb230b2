"""`docs/claims.md`: every member and every word of the claims document, each with an example from a fixture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import fields

from docs.markdown import code, section, table
from docs.pages import read_fixture
from evidence.authoring import fixtures
from evidence.authoring.meanings import DescribedMember, members, structs
from evidence.claims import Claims
from evidence.registry import Registry
from evidence.words import EXPLAINED, Words

SHOWN: Final = 40
"""Characters of an example."""
INTRODUCTION: Final = """<!-- made from the docstrings of `evidence/claims.py`, the words of `evidence/words.py` and the fixtures by `make docs` -->

One shape for every evidence type: what differs between types is which entries exist, never what a member means. A
member that the evidence does not carry is left out, and so is an empty list; nothing is ever null. Bytes are lowercase
hexadecimal. `schemas/claims.schema.json` says the same for programs, with these sentences as its descriptions.

Each example is from a fixture in `fixtures/`, named behind it.
"""


class Examples:
    """The first value of each member, and the first fixture with each word, in the order of the types."""

    def __init__(self, registry: Registry) -> None:
        self.values: dict[tuple[str, str], tuple[Any, str]] = {}
        self.words: dict[tuple[str, str], str] = {}
        for kind in registry:
            for loaded in fixtures.valid(kind.fixtures) if kind.fixtures else ():
                self._look(read_fixture(kind, loaded).claims, f"{kind.name}/{loaded.name}")

    def _look(self, struct: Struct, fixture: str) -> None:
        by_name = {member.name: member for member in members(type(struct))}
        for field in fields(struct):
            value = getattr(struct, field.name)
            if value is None or value == ():
                continue
            self.values.setdefault((type(struct).__name__, field.encode_name), (value, fixture))
            words = by_name[field.encode_name].words
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, Struct):
                    self._look(item, fixture)
                elif words is not None:
                    self.words.setdefault((words.name, _word(words, item)), fixture)


def _word(words: Words, value: str) -> str:
    """The word of the list that a value is, or that it ends in or begins with where more stands around it."""
    for word in words.meanings:
        if value == word:
            return word
    end = value.rpartition("/")[2].rstrip("0123456789").rstrip("-")
    return next(
        (word for word in words.meanings if end == word or value.endswith(f"-{word}")),
        value.split(":", maxsplit=1)[0] + ":N",
    )


def page(registry: Registry) -> str:
    """The page."""
    examples = Examples(registry)
    parts = [f"# The claims document\n\n{INTRODUCTION}\n"]
    for struct in structs():
        name = "The document" if struct is Claims else struct.__name__
        subject = (struct.__doc__ or "").strip().replace("\n    ", "\n")
        rows = (tuple(_member(struct, member, examples)) for member in members(struct))
        parts.append(section(name, subject, table(("member", "what it is", "words", "example"), rows)))
    parts.append(section("Words", "The closed lists. No evidence type can add a word."))
    parts += [_list(words, examples) for words in EXPLAINED]
    return "".join(parts).rstrip("\n") + "\n"


def _member(struct: type[Struct], member: DescribedMember, examples: Examples) -> Iterator[str]:
    words = member.words
    yield code(member.name)
    yield member.sentence
    yield f"[{words.name}](#{words.name.lower()})" if words else ""
    value, fixture = examples.values.get((struct.__name__, member.name), (None, ""))
    yield f"{_text(value)} ({fixture})" if fixture else "no fixture shows it"


def _text(value: Any) -> str:
    """A value in a few characters; of a list, its first entry."""
    while isinstance(value, tuple) and value and isinstance(value[0], tuple | Struct):
        value = value[0]
    if isinstance(value, Struct):
        pairs = ((field.encode_name, getattr(value, field.name)) for field in fields(value))
        plain = (
            f"{name} {_plain(item)}"
            for name, item in pairs
            if item is not None and not isinstance(item, tuple | Struct)
        )
        return code(_cut(", ".join(islice(plain, 2))))
    return code(_cut(_plain(value)))


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _list(words: Words, examples: Examples) -> str:
    rows = (
        (code(word), meaning, examples.words.get((words.name, word), "no fixture shows it"))
        for word, meaning in words.meanings.items()
    )
    return section(words.name, words.subject, table(("word", "meaning", "example"), rows), level=3)
