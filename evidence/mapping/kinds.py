"""The kinds of entries that the fields of every platform become; what one platform alone has lies with its type."""

from __future__ import annotations

from typing import Any, Final

from evidence.claims import Attribute, BitField, Bytes
from evidence.mapping.makers import Kind
from evidence.mapping.noted import NotedEntry
from evidence.wire.bits import BitRange, Bits
from evidence.words import Form, Hash, Phase, Scope, SetBy, Subject

ZERO: Final = b"\0"
"""What is taken off the end of a value to see whether there is anything else: three times as fast as `any`."""


class Register(Kind, frozen=True):
    """A measurement that is one digest."""

    phase: Phase
    subject: Subject
    form: Form = "extended"
    alg: Hash = "sha-384"

    def expression(self, name: str, value: str, beside: str) -> str:
        return (
            f"Measurement(name={name}, phase={self.phase!r}, subject={self.subject!r}, form={self.form!r}, "
            f"digests=(Digest(alg={self.alg!r}, digest=Bytes({value})),))"
        )


class Supplied(Kind, frozen=True):
    """Something that was supplied at the start.

    Without `set_by`, what the row depends on (`by`) says who did.
    """

    set_by: SetBy | None = None

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"Entered(name={name}, set_by={_set_by(self.set_by, beside)}, value=Bytes({value}))"


class Numbered(Kind, frozen=True):
    """A security version number.

    Without `set_by`, what the row depends on (`by`) says who set it.
    """

    set_by: SetBy | None = None

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"Svn(name={name}, set_by={_set_by(self.set_by, beside)}, svn={value})"


def _set_by(word: str | None, beside: str) -> str:
    return beside if word is None else repr(word)


class Identifies(Kind, frozen=True):
    """An identifier in bytes; one of zeros alone is a place that nobody filled, and identifies nobody.

    `nobody` are the bytes by which the format says that there is none.
    """

    scope: Scope
    linkable: bool = False
    nobody: bytes = b""

    def expression(self, name: str, value: str, beside: str) -> str:
        same = f"name={name}, scope={self.scope!r}, linkable={self.linkable}"
        text = (
            f'Identifier({same}, status="present", value=Bytes({value})) if {value}.rstrip({ZERO!r}) '
            f'else Identifier({same}, status="not-populated", raw=Bytes({value}))'
        )
        if self.nobody:
            none = f'Identifier({same}, status="none", raw=Bytes({value}))'
            text = f"{none} if {value} == {self.nobody!r} else {text}"
        return f"({text})"


class Signs(Kind, frozen=True):
    """A signer by the digest of its key; one of zeros alone says that nobody signed."""

    alg: Hash

    def expression(self, name: str, value: str, beside: str) -> str:
        return (
            f'(Signer(name={name}, status="present", alg={self.alg!r}, value=Bytes({value})) if {value}.rstrip({ZERO!r}) '
            f'else Signer(name={name}, status="none", raw=Bytes({value})))'
        )


class Number(Kind, frozen=True):
    """A value that is an integer."""

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"Value(name={name}, int={value})"


class Text(Kind, frozen=True):
    """A value that is a text."""

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"Value(name={name}, text={value})"


class Octets(Kind, frozen=True):
    """A value that is bytes."""

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"Value(name={name}, bytes=Bytes({value}))"


class Truth(Kind, frozen=True):
    """A value that is true or false."""

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"Value(name={name}, bool={value})"


class Flags(Kind, frozen=True):
    """A bit field, by the table of its bits. Bits without a name are noted."""

    table: type[Bits]

    @property
    def notes(self) -> bool:
        return True

    def names(self) -> dict[str, Any]:
        return {self.table.__name__: self.table, "_attribute": attribute}

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"_attribute({name}, {value}, {self.table.__name__})"


def attribute(name: str, value: int, table: type[Bits]) -> Attribute | NotedEntry:
    """The claim about a bit field, by the table of its bits."""
    known = table.decode(value)
    entry = Attribute(
        name=name,
        raw=Bytes(value.to_bytes(table.SIZE, "little")),
        set=known.set,
        unknown=known.unknown,
        fields=tuple([BitField(name=field, int=number) for field, number in known.fields]),
    )
    if not known.unknown:
        return entry
    numbers = ", ".join(map(str, known.unknown))
    return NotedEntry(entry, "unknown-bits", f"bits {numbers} are set and have no name")


class Word(Kind, frozen=True):
    """A word of the environment that the field itself holds."""

    def expression(self, name: str, value: str, beside: str) -> str:
        return value


class FlagWord(Kind, frozen=True):
    """A word of the environment that one bit decides."""

    bit: BitRange
    set: str
    clear: str

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"({self.set!r} if {value} & {self.bit.mask:#x} else {self.clear!r})"
