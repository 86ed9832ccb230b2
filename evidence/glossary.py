"""What every word of this library means: the same texts of which its pages are made, by the word.

Words are those of the claims document and its closed lists, codes of notes and of errors, reasons of a verification,
evidence types, environments and claims, carriers, and kinds of attachments.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence.authoring.meanings import members, structs
from evidence.carriers.table import CARRIERS
from evidence.codes import NOTES, errors, sentence
from evidence.errors import nearest
from evidence.mapping import Mapping, Part
from evidence.registry import EvidenceType, Registry
from evidence.verify.words import REASONS
from evidence.words import EXPLAINED


class Explanation(NamedTuple):
    """A word, what kind of word it is, and what it means. One word may have several meanings."""

    word: str
    kind: str
    text: str


ROLES: Final = next(words.meanings for words in EXPLAINED if words.name == "Role")


def glossary(registry: Registry) -> tuple[Explanation, ...]:
    """Every word, in the order of the pages; nothing stands twice."""
    every = (*_words(), *_members(), *_codes(), *_types(registry), *_carriers())
    return tuple(dict.fromkeys(every))


def explain(word: str, registry: Registry) -> tuple[Explanation, ...]:
    """What a word means, in whatever case it is written; nothing for one that is none of this library's."""
    plain = word.strip().lower()
    return tuple(each for each in glossary(registry) if each.word.lower() == plain)


def meant(word: str, registry: Registry) -> str | None:
    """The word of this library that somebody may have meant."""
    return nearest(word, (each.word for each in glossary(registry)))


def _words() -> Iterator[Explanation]:
    """The closed lists, and each word of them."""
    for words in EXPLAINED:
        yield Explanation(words.name, "list of words", f"{words.about} {', '.join(words.meanings)}.")
    for words in EXPLAINED:
        for word, meaning in words.meanings.items():
            yield Explanation(word, f"word of {words.name}", meaning)
    for reason, text in REASONS.items():
        yield Explanation(reason, "reason of a check", text)


def _members() -> Iterator[Explanation]:
    """The parts of a claims document, and their members."""
    for struct in structs():
        text = " ".join((struct.__doc__ or "").split("\n\n")[0].split())
        yield Explanation(struct.__name__, "part of a claims document", text)
        for member in members(struct):
            yield Explanation(member.name, f"member of {struct.__name__}", member.sentence)


def _codes() -> Iterator[Explanation]:
    for code, text in NOTES.items():
        yield Explanation(code, "note", text)
    for error in errors():
        yield Explanation(error.code, f"error {error.__name__}", sentence(error))


def _types(registry: Registry) -> Iterator[Explanation]:
    """The types by all of their names, their own codes, their environments and claims."""
    for kind in registry:
        short = f" Short: {', '.join(kind.aliases)}." if kind.aliases else ""
        text = f"{kind.title}: {kind.status}, versions {', '.join(kind.versions)}.{short}"
        for name in (kind.name, *kind.aliases):
            yield Explanation(name, "evidence type", text)
        for code, meaning in kind.codes.items():
            yield Explanation(code, f"note of {kind.name}", meaning)
        yield from _claims(kind)


def _claims(kind: EvidenceType) -> Iterator[Explanation]:
    """What the mappings of a type make: environments by their ids, and the claims of each."""
    for mapping in kind.tables():
        if not isinstance(mapping, Mapping):
            continue
        role = mapping.words.get("role", "")
        if mapping.id and role in ROLES:
            yield Explanation(mapping.id, f"environment of {kind.name}", f"{role}: {ROLES[role]}")
        for part in mapping.parts:
            yield from _of_rows(part, kind)


def _of_rows(part: Part, kind: EvidenceType) -> Iterator[Explanation]:
    for row in part.rows:
        if row.make and row.entry_name:
            words = f" ({', '.join(map(str, row.make.words))})" if row.make.words else ""
            where = f"{row.member} of {kind.name}" if row.member else kind.name
            yield Explanation(row.entry_name, where, f"{row.make.sentence.rstrip('.')}{words}.")


def _carriers() -> Iterator[Explanation]:
    for carrier in CARRIERS:
        text = f"Told by {carrier.told_by}. Taken: {carrier.taken}. {carrier.rest[:1].upper()}{carrier.rest[1:]}."
        yield Explanation(carrier.name, "carrier", text)
