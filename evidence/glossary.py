"""What every word of this library means: the same texts of which its pages are made, by the word.

Words are those of the claims document and its closed lists, codes of notes and of errors, reasons of a verification,
evidence types, environments and claims, carriers, and kinds of attachments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from evidence.authoring.meanings import members, structs
from evidence.authoring.tables import tables
from evidence.carriers.table import CARRIERS
from evidence.codes import NOTES, errors, sentence
from evidence.encode.written import LOSSES
from evidence.errors import nearest
from evidence.groups import words as groups
from evidence.input import ATTACHMENTS
from evidence.registry import EvidenceType, Registry
from evidence.verify.words import REASONS
from evidence.wire.bits import Bits
from evidence.wire.claimset import ClaimTable
from evidence.wire.layout import Layout
from evidence.words import EXPLAINED


class Explanation(NamedTuple):
    """A word, what kind of word it is, and what it means. One word may have several meanings.

    Of names with a number or a path in them `word` is the regular expression, and `is_pattern` says so.
    """

    word: str
    """The word, or the regular expression of several."""
    kind: str
    """What kind of word it is."""
    text: str
    """What it means."""
    is_pattern: bool = False
    """Whether the word is a regular expression."""

    def is_of(self, word: str) -> bool:
        """Whether a word in small letters is meant."""
        if self.is_pattern:
            return re.match(self.word, word, re.IGNORECASE) is not None
        return self.word.lower() == word


LONGEST: Final = 256
"""Characters of a word that is looked for."""


def _first_part(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())


PARTS: Final = {struct.__name__: _first_part(struct.__doc__) for struct in structs()}
"""What each part of a claims document is."""
LISTS: Final = {words.name: words.meanings for words in EXPLAINED}
BY_MEMBER: Final = {
    # members whose word the schema of a type may fix, and the closed lists that it may be of
    "role": (LISTS["Role"], LISTS["BindingRole"], LISTS["TcbRole"]),
    "declared": (LISTS["Declared"],),
    "requested_by": (LISTS["RequestedBy"],),
    "phase": (LISTS["Phase"],),
    "subject": (LISTS["Subject"],),
    "form": (LISTS["Form"],),
    "set_by": (LISTS["SetBy"],),
    "scope": (LISTS["Scope"],),
    "use": (LISTS["KeyUse"],),
    "construct": (LISTS["Construct"],),
}


class Glossary:
    """Every word of the library and of the types in a registry."""

    def __init__(self, registry: Registry) -> None:
        every = (*_words(), *_members(), *_codes(), *_types(registry), *_carriers())
        self.entries: Final = tuple(dict.fromkeys(every))
        """The meanings in the order of the pages; nothing stands twice."""

    @property
    def words(self) -> tuple[str, ...]:
        """Every word that is no pattern, each once."""
        return tuple(dict.fromkeys(each.word for each in self.entries if not each.is_pattern))

    def explain(self, word: str) -> tuple[Explanation, ...]:
        """What a word means, in whatever case it is written; nothing for one that is none of this library's.

        Of a path that is none of its words the last step is explained, and of a name with a number the name.
        """
        plain = word.strip().lower()[:LONGEST]
        last = plain.rpartition("/")[2]
        for name in dict.fromkeys((plain, last, last.rpartition(".")[2], NUMBER.sub("", last))):
            meanings = tuple(each for each in self.entries if each.is_of(name))
            if meanings:
                return meanings
        return ()

    def meant(self, word: str) -> str | None:
        """The word of this library that somebody may have meant."""
        return nearest(word, self.words)


FEW: Final = 3
"""Words of a member that are said of a name."""
NUMBER: Final = re.compile(r"-[0-9]+$")
"""What tells one of several of a name from the others."""


def _words() -> Iterator[Explanation]:
    """The closed lists, and each word of them."""
    for each in EXPLAINED:
        yield Explanation(each.name, "list of words", f"{each.subject} {', '.join(each.meanings)}.")
    for each in EXPLAINED:
        for word, meaning in each.meanings.items():
            yield Explanation(word, f"word of {each.name}", meaning)
    for of, (_, meanings) in groups.LISTS.items():
        for word, meaning in meanings.items():
            yield Explanation(word, f"{of}, in a group", meaning)
    for reason, text in REASONS.items():
        yield Explanation(reason, "reason of a check", text)


def _members() -> Iterator[Explanation]:
    """The parts of a claims document, and their members."""
    for struct in structs():
        yield Explanation(struct.__name__, "part of a claims document", PARTS[struct.__name__])
        for member in members(struct):
            yield Explanation(member.name, f"member of {struct.__name__}", member.sentence)


def _codes() -> Iterator[Explanation]:
    for code, text in NOTES.items():
        yield Explanation(code, "note", text)
    for loss, text in LOSSES.items():
        yield Explanation(loss, "loss of an output", f"{text[:1].upper()}{text[1:]}.")
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
        for table in tables(kind):
            yield from _fields(table, kind)


def _fields(table: type[Layout | Bits] | ClaimTable, kind: EvidenceType) -> Iterator[Explanation]:
    """The fields of a specification's table, by the names that they have in it."""
    if isinstance(table, ClaimTable):
        for row in table.rows:
            text = f"Claim {row.label} of the {table.what}: {row.kind.words}. {row.source or table.spec}."
            yield Explanation(row.name, f"claim of {kind.name}", text)
    elif issubclass(table, Layout):
        for name, place in table.PLACES.items():
            if not place.reserved:
                text = f"{place.size} bytes at {place.offset:#x} of {table.__name__}. {table.SPEC}."
                yield Explanation(name, f"field of {kind.name}", text)
    else:
        for name, bits in table.ROWS.items():
            text = f"{bits.width} of the bits of {table.__name__}, from {bits.low}. {table.SPEC}."
            yield Explanation(name, f"bits of {kind.name}", text)


def _claims(kind: EvidenceType) -> Iterator[Explanation]:
    """What the schema of a type names: its environments by their ids, and the names of their claims."""
    schema: Any = json.loads(kind.schema.read_bytes()) if kind.schema else {}
    for place in _inside(schema):
        properties = place.get("properties", {})
        part = str(place.get("$ref", "")).rpartition("/")[2]
        texts = " ".join(_descriptions(properties))
        if "debug" in properties:
            yield from _named(properties.get("id"), f"environment of {kind.name}", texts)
        yield from _named(
            properties.get("name"), f"{part} of {kind.name}", f"{PARTS.get(part, '')} {texts}".strip()
        )


def _named(schema: Any, kind: str, text: str) -> Iterator[Explanation]:
    """The names that a schema lists, and the pattern that others have."""
    for word in _listed(schema):
        yield Explanation(word, kind, text)
    pattern = schema.get("pattern") if isinstance(schema, dict) else None
    if pattern:
        yield Explanation(pattern, kind, text, is_pattern=True)


def _inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a schema."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _inside(inner)


def _listed(schema: Any) -> tuple[str, ...]:
    """The words that a schema lists, beside others or not."""
    if not isinstance(schema, dict):
        return ()
    if "oneOf" in schema:
        return tuple(word for each in schema["oneOf"] for word in _listed(each))
    return tuple(map(str, [schema["const"]] if "const" in schema else schema.get("enum", ())))


def _descriptions(properties: dict[str, Any]) -> Iterator[str]:
    """What a schema says of all entries of a name: its words where there are few, with their meanings."""
    for member, lists in BY_MEMBER.items():
        words = _listed(properties.get(member))
        meanings = next((of for of in lists if words and words[0] in of), {})
        if len(words) <= FEW:
            yield from (f"{member} {word}: {meanings[word]}" for word in words if word in meanings)


def _carriers() -> Iterator[Explanation]:
    """How evidence arrives, and what comes beside it."""
    for kind, text in ATTACHMENTS.items():
        yield Explanation(kind, "attachment", text)
    for carrier in CARRIERS:
        text = f"Told by {carrier.told_by}. Taken: {carrier.taken}. {carrier.rest[:1].upper()}{carrier.rest[1:]}."
        yield Explanation(carrier.name, "carrier", text)
