"""From the fields of a structure to the claims that are made of them: one table for the claims and for their places.

    GUEST = Mapping(
        Part(
            Report,
            Row("measurement", "measurements", Register("initial", "workload")),
            Row("policy",      "attributes",   Flags(Policy)),
            Row("policy",      "debug",        FlagWord(Policy.debug, "enabled", "disabled-since-boot")),
            Row("vmpl",        also=("/bindings/report_data/requested_by",)),
        ),
        id="guest", role="workload", origin="evidence",
    )

A row says what becomes of a field, or of several: an entry of one list of the environment, or one of its words. The
same rows give the environment itself (`Mapping.environment`), the claims that each field became (`Mapping.claimed`, for
`where` and `unsigned`), the pages in `docs/`, and the check that no field was forgotten (`complete`, at import). A path is
never written down: it is made of the environment, the list and the name of the entry. A version that lacks a field
makes no entry of it, so that `since` is said in the table of the bytes alone.

Makers are pure. One that is data (`Register`, `Flags`, …: a kind and its arguments) can be read by others, for a table of
columns for example; a function that is a maker of its own is declared `by_piece`: it works on one piece at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, Final, NamedTuple

from msgspec import Struct

from evidence import claims
from evidence.claims import Attribute, BitField, Bytes, Environment, Note
from evidence.paths import join, name_of
from evidence.wire.bits import Bits, Field
from evidence.wire.layout import Layout, Place
from evidence.words import Form, Hash, Origin, Phase, Scope, SetBy, Subject

Maker = Callable[[str, Any, Any], Any]
"""Takes the name of an entry, the value of its field (a tuple of several), and what else the entry depends on; gives the
entry, or None for none."""
REMEMBERED: Final = 1024
"""Entries that one mapping remembers: a fleet has few values of the rows that recur."""
ELSEWHERE: Final[frozenset[Origin]] = frozenset({"caller", "carrier", "certificate"})
"""Origins of entries that were not made of the field."""
LISTS: Final = frozenset(
    name
    for name, default in zip(
        reversed(Environment.__struct_fields__), reversed(Environment.__struct_defaults__), strict=False
    )
    if default == ()
)
"""The members of an environment that are lists; the others are words."""


class Noted(NamedTuple):
    """An entry, and what is to be noted at its path."""

    entry: Any
    code: str
    detail: str


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
    def optional(self) -> bool:
        """Whether it may give None."""
        return False

    @property
    def notes(self) -> bool:
        """Whether it may give `Noted`."""
        return False


class ByPiece(Kind, frozen=True):
    """A maker that works on one piece at a time, and whose rule only its own lines tell."""

    function: Maker

    def names(self) -> dict[str, Any]:
        return {f"_make_{self.function.__name__}": self.function}

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"_make_{self.function.__name__}({name}, {value}, {beside})"

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
    """A function as a maker; a decorator."""
    return ByPiece(function)


class Row(NamedTuple):
    """What becomes of a field.

    `field` is its name, or the names of several that make one entry. `member` is the list of the environment that the
    entry stands in, or the word of the environment that it decides; a row without one only decides. `name` is the entry's
    where it is not the field's. `also` are further claims that the field decides: paths from the environment, or from the
    document where they begin with a slash. `by` gives, as one hashable value, what else the entry depends on. A row that is
    `always` made is made also where the version lacks the field. `recurs`: a fleet has few such values, so that
    their entries are remembered.
    """

    field: str | tuple[str, ...]
    member: str = ""
    make: Kind | None = None
    name: str = ""
    also: tuple[str, ...] = ()
    by: Callable[[Any], Any] | None = None
    always: bool = False
    recurs: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field,) if isinstance(self.field, str) else self.field

    @property
    def entry_name(self) -> str:
        return self.name or self.fields[0]


class Part:
    """The rows of one structure.

    The values of the fields are a `Layout`'s, where `table` is one; else they go by name in a mapping, and one that is not
    there is None. Some pieces lack an `optional` part as a whole.
    """

    def __init__(self, table: type[Layout] | None, *rows: Row, optional: bool = False) -> None:
        self.table, self.rows, self.optional = table, rows, optional
        self.fields = frozenset(name for row in rows for name in row.fields)
        for row in rows:
            self._check(row)

    def _check(self, row: Row) -> None:
        """Raise `TypeError` for a row that cannot be meant."""
        if unknown := sorted(self.fields - set(self.table.FIELDS) if self.table else ()):
            raise TypeError(f"no field {', '.join(unknown)}")
        if bool(row.member) != bool(row.make) or not (row.member or row.also):
            raise TypeError(f"the row of {row.entry_name} makes nothing and decides nothing")
        if row.member and row.member not in Environment.__struct_fields__:
            raise TypeError(f"{row.entry_name}: an environment has no {row.member}")

    def value(self, values: Any, field: str) -> Any:
        """The value of a field, None where it is not there."""
        if values is None:
            return None
        return getattr(values, field) if self.table else values.get(field)

    def may_lack(self, field: str) -> bool:
        """Whether there are versions, or documents, without the field."""
        return self.table is None or self.optional or self.table.PLACES[field].since > 0

    def places(self) -> Iterator[tuple[Row, tuple[Place, ...]]]:
        """Every row with the places of its fields, for pages and columns; none where there is no fixed table."""
        for row in self.rows:
            yield row, tuple(self.table.PLACES[field] for field in row.fields) if self.table else ()


Structures = tuple[Any, ...]
"""The values of each part, in the order of the parts."""
Claimed = dict[str, tuple[str, ...]]
"""The paths of the claims that a field became, by its name."""


class Mapping:
    """The rows of one environment: the parts that it is made of, and the `words` that are always the same.

    Without `words` its rows decide about other claims of the document, and there is no environment.
    """

    def __init__(self, *parts: Part, **words: Any) -> None:
        self.parts, self.words = parts, words
        self.id: str = words.get("id", "")
        self.here = join("environments", self.id) if words else ""
        if not words and (makers := [row.entry_name for part in parts for row in part.rows if row.make]):
            raise TypeError(f"no environment for {', '.join(makers)}")

    @cached_property
    def environment(self) -> Callable[..., Environment]:
        """The environment, of the structures, the piece, the notes to which it may add, and further members."""
        return Compiled(self).function()

    def claimed(self, structures: Structures, piece: Any) -> tuple[Claimed, ...]:
        """The claims that each field became here and now, part by part."""
        environment = self.environment(structures, piece, []) if self.words else None
        parts = []
        for part, values in zip(self.parts, structures, strict=True):
            paths: Claimed = {}
            for row in part.rows:
                also = (path if path.startswith("/") else f"{self.here}/{path}" for path in row.also)
                claims = (*self._made(row, environment), *also)
                for field in row.fields:
                    if part.value(values, field) is not None:
                        paths[field] = (*paths.get(field, ()), *claims)
            parts.append(paths)
        return tuple(parts)

    def _made(self, row: Row, environment: Environment | None) -> Iterator[str]:
        """The path of what a row made here and now."""
        if row.member in LISTS:
            for entry in getattr(environment, row.member):
                if name_of(entry) == row.entry_name and entry.origin not in ELSEWHERE:
                    yield self.here + join(row.member, row.entry_name)
        elif row.member:
            yield self.here + join(row.member)


class Written(NamedTuple):
    """An entry as an expression, whether it may be None or `Noted`, whether it recurs, and the variables it depends on."""

    text: str
    optional: bool
    notes: bool
    recurs: bool
    depends_on: tuple[str, ...]


class Compiled:
    """A mapping as one function, written from its rows: a call for each of them would take as long as the entries.

    def environment(_structures, _piece, _notes, **_more):
        (_part_0,) = _structures
        (version_0, policy_0, …) = _part_0
        _with_id_block = _by_id_block(_piece)
        _all_inputs = (Entered(name="family_id", set_by=_with_id_block, value=Bytes(family_id_0)), …)
        …
        return Environment(id="guest", role="workload", inputs=_all_inputs, …, **_more)

    A field has the variable of its name and the number of its part; all others begin with an underscore, as no field does.
    """

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.recalled: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self.known: dict[str, Any] = {
            **vars(claims),
            "Noted": Noted,
            "_told": self._told,
            "_recall": self.recalled.get,
            "_remember": self._remember,
        }

    def function(self) -> Callable[..., Environment]:
        lists: dict[str, list[Written]] = {}
        members = [f"{word}={value!r}" for word, value in self.mapping.words.items()]
        for number, part in enumerate(self.mapping.parts):
            for row in part.rows:
                if row.make:
                    entry = self._entry(number, part, row, row.make)
                    if row.member in LISTS:
                        lists.setdefault(row.member, []).append(entry)
                    else:
                        members.append(f"{row.member}={entry.text}")
        members += [f"{member}=_all_{member}" for member in lists]
        body = [*self._variables(), *self._conditions()]
        for member, entries in lists.items():
            body += self._list(member, entries)
        body.append(f"return Environment({', '.join(members)}, **_more)")
        text = "\n    ".join(["def environment(_structures, _piece, _notes, **_more):", *body])
        exec(compile(text, f"<mapping of {self.mapping.id}>", "exec"), self.known)  # noqa: S102 (our own tables)
        made: Callable[..., Environment] = self.known["environment"]
        return made

    def _variables(self) -> Iterator[str]:
        """The lines that give each field a variable."""
        parts = [f"_part_{number}" for number in range(len(self.mapping.parts))]
        yield f"({', '.join(parts)},) = _structures"
        for number, (name, part) in enumerate(zip(parts, self.mapping.parts, strict=True)):
            if part.table is not None:
                fields = part.table.FIELDS
                names = [f"{field}_{number}" if field in part.fields else "_" for field in fields]
                there = (
                    f"{name} if {name} is not None else {(None,) * len(fields)}" if part.optional else name
                )
                yield f"({', '.join(names)},) = {there}"
            else:
                there = f"({name} or {{}})" if part.optional else name
                yield f"_get = {there}.get"
                yield from (f"{field}_{number} = _get({field!r})" for field in sorted(part.fields))

    def _conditions(self) -> Iterator[str]:
        """The lines that give each thing that entries depend on a variable."""
        for by in dict.fromkeys(row.by for part in self.mapping.parts for row in part.rows if row.by):
            self._know(f"_by_{by.__name__}", by)
            yield f"_with_{by.__name__} = _by_{by.__name__}(_piece)"

    def _know(self, name: str, value: Any) -> None:
        if self.known.setdefault(name, value) is not value:
            raise TypeError(f"{self.mapping.id}: two things go by {name}")

    @staticmethod
    def _beside(row: Row) -> str:
        """The variable that holds what else an entry depends on. What is remembered depends on nothing else."""
        return f"_with_{row.by.__name__}" if row.by else "None" if row.recurs else "_piece"

    def _entry(self, number: int, part: Part, row: Row, make: Kind) -> Written:
        """One entry, or None where there is none, as an expression."""
        for name, used in make.names().items():
            self._know(name, used)
        variables = tuple(f"{field}_{number}" for field in row.fields)
        value = variables[0] if len(variables) == 1 else f"({', '.join(variables)})"
        text = make.expression(repr(row.entry_name), value, self._beside(row))
        may_lack = not row.always and part.may_lack(row.fields[0])
        if may_lack:
            text = f"({text} if {variables[0]} is not None else None)"
        beside = (self._beside(row),) if row.by else ()
        return Written(text, may_lack or make.optional, make.notes, row.recurs, (*variables, *beside))

    @staticmethod
    def _list(member: str, entries: list[Written]) -> Iterator[str]:
        """The lines that make a list; one of which all rows recur is remembered."""
        text = f"({', '.join(entry.text for entry in entries)},)"
        if any(entry.optional for entry in entries):
            text = f"tuple(filter(None, {text}))"
        if all(entry.recurs for entry in entries):
            keys = dict.fromkeys(key for entry in entries for key in entry.depends_on)
            yield f"_key = ({', '.join([repr(member), *keys])})"
            text = f"_recall(_key) or _remember(_key, {text})"
        yield f"_all_{member} = {text}"
        if any(entry.notes for entry in entries):
            yield f"if Noted in map(type, _all_{member}): _all_{member} = _told({member!r}, _all_{member}, _notes)"

    def _told(self, member: str, entries: tuple[Any, ...], notes: list[Note]) -> tuple[Any, ...]:
        """The entries without what is noted about them, which goes to `notes`."""
        plain = []
        for entry in entries:
            if isinstance(entry, Noted):
                path = self.mapping.here + join(member, name_of(entry.entry) or "")
                notes.append(Note(code=entry.code, path=path, detail=entry.detail))
                plain.append(entry.entry)
            else:
                plain.append(entry)
        return tuple(plain)

    def _remember(self, key: tuple[Any, ...], entries: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(self.recalled) >= REMEMBERED:
            self.recalled.clear()
        self.recalled[key] = entries
        return entries


def complete(table: type[Layout] | Iterable[str], *parts: Part, elsewhere: Iterable[str] = ()) -> None:
    """Raise `TypeError` for a field that no row names, and that is not said to go elsewhere; and for one said twice."""
    known = set(table.FIELDS if isinstance(table, type) else table)
    listed, named = set(elsewhere), {name for part in parts for name in part.fields}
    if lost := sorted(known - named - listed):
        raise TypeError(f"no row says what becomes of {', '.join(lost)}")
    if wrong := sorted((listed & named) | (listed - known)):
        raise TypeError(f"said to go elsewhere, and does not: {', '.join(wrong)}")


def gather(parts: Iterable[Claimed]) -> Claimed:
    """The claims of each field, where several mappings speak of it."""
    paths: Claimed = {}
    for part in parts:
        for field, made in part.items():
            paths[field] = (*paths.get(field, ()), *made)
    return paths


# what the fields of every platform become; what one platform alone has lies with its type


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
    """Something that was supplied at the start. Without `set_by`, what the row depends on (`by`) says who did."""

    set_by: SetBy | None = None

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"Entered(name={name}, set_by={_said(self.set_by, beside)}, value=Bytes({value}))"


class Numbered(Kind, frozen=True):
    """A security version number. Without `set_by`, what the row depends on (`by`) says who set it."""

    set_by: SetBy | None = None

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"Svn(name={name}, set_by={_said(self.set_by, beside)}, svn={value})"


def _said(word: str | None, beside: str) -> str:
    return beside if word is None else repr(word)


class Identifies(Kind, frozen=True):
    """An identifier in bytes; one of zeros alone is a place that nobody filled, and identifies nobody."""

    scope: Scope
    linkable: bool = False

    def expression(self, name: str, value: str, beside: str) -> str:
        same = f"name={name}, scope={self.scope!r}, linkable={self.linkable}"
        return (
            f'(Identifier({same}, status="present", value=Bytes({value})) if any({value}) '
            f'else Identifier({same}, status="not-populated", raw=Bytes({value})))'
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


def attribute(name: str, value: int, table: type[Bits]) -> Attribute | Noted:
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
    return Noted(entry, "unknown-bits", f"bits {numbers} are set and have no name")


class FlagWord(Kind, frozen=True):
    """A word of the environment that one bit decides."""

    bit: Field
    set: str
    clear: str

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"({self.set!r} if {value} & {self.bit.mask:#x} else {self.clear!r})"
