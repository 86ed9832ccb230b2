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

A claim that is an array of claim sets is an `Each`, with the rows of one item, whose entries are made item by item:

    Each("software_components", "component", Part(
        None,
        Row({"measurement_value": "", "component_type": "name"}, "measurements", component),
    ), also=("measurements",)),

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
from evidence.paths import join, steps_to
from evidence.wire.bits import Bits, Field
from evidence.wire.claimset import Table
from evidence.wire.layout import Layout, Place
from evidence.wire.memo import Memo
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
    """An entry, and what is to be noted at its path, or at a `part` of it. The entry may be `Noted` as well."""

    entry: Any
    code: str
    detail: str
    part: str = ""


def bare(entry: Any) -> Any:
    """An entry without what is to be noted about it."""
    while entry.__class__ is Noted:
        entry = entry.entry
    return entry


def tell(entry: Any, path: str, notes: list[Note]) -> Any:
    """An entry without what is to be noted about it, which goes to `notes`: it stands at `path`."""
    if entry.__class__ is not Noted:
        return entry
    plain = tell(entry.entry, path, notes)
    place = f"{path}/{entry.part}" if entry.part else path
    notes.append(Note(code=entry.code, path=place, detail=entry.detail))
    return plain


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


FURTHER: Final = ("depends_on", "unknown")
"""Members of an environment that whoever makes it may give: what its rows cannot know."""
ZERO: Final = b"\0"
"""What is taken off the end of a value to see whether there is anything else: three times as fast as `any`."""
INDEX: Final = "_index"
"""The variable that holds the index of an item of an `Each`."""
NUMBER: Final = "_number"
"""The variable that holds the index of an item of a field that is an array."""


class Row(NamedTuple):
    """What becomes of a field.

    `field` is its name, or the names of several that make one entry; in a dictionary each has the part of the entry that it
    becomes, as a path (`digests/0/alg`), or "" for the entry itself. `member` is the list of the environment that the
    entry stands in, or the word of the environment that it decides; a row without one only decides, and one without a maker
    decides a part of the entry that another row of that list makes. `name` is the entry's
    where it is not the field's. `also` are further claims that the field decides: paths from the environment, or from the
    document where they begin with a slash. `by` gives, as one hashable value, what else the entry depends on. A row that is
    `always` made is made also where the version lacks the field. `recurs`: a fleet has few such values, so that
    their entries are remembered. `each`: the field is an array, and every value in it makes an entry, with its index for the
    `{}` in the name. A row that only decides may do so `when` the value of the field says so.
    """

    field: str | tuple[str, ...] | dict[str, str]
    member: str = ""
    make: Kind | None = None
    name: str = ""
    also: tuple[str, ...] = ()
    by: Callable[[Any], Any] | None = None
    always: bool = False
    recurs: bool = False
    each: bool = False
    when: Callable[[Any], bool] | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field,) if isinstance(self.field, str) else tuple(self.field)

    @property
    def entry_name(self) -> str:
        return self.name or self.fields[0]

    def part(self, field: str) -> str:
        """The path from the entry to what a field becomes."""
        return f"/{part}" if isinstance(self.field, dict) and (part := self.field[field]) else ""


class Each(NamedTuple):
    """A claim that is an array of claim sets (`wire.claimset`), and what becomes of one of them.

    The rows of a part make entries of the environment around it, with the index for the `{}` in their names. Of a mapping,
    each item is an environment of its own, with the index for the `{}` in its id; its structures are the values of the item
    and, in a second part, those around it. `name` is what one item is called in a list of all fields, its index behind it.
    `also` are claims that the array as a whole decides.
    """

    field: str
    name: str
    of: Part | Mapping
    also: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.of,) if isinstance(self.of, Part) else self.of.parts


class Part:
    """The rows of one structure.

    The values of the fields are a `Layout`'s, where `table` is one; else they go by name in a mapping, and one that is not
    there is None. Some pieces lack an `optional` part as a whole.
    """

    def __init__(self, table: type[Layout] | None, *items: Row | Each, optional: bool = False) -> None:
        self.table, self.items, self.optional = table, items, optional
        self.rows = tuple(item for item in items if isinstance(item, Row))
        self.arrays = {item.field: item for item in items if isinstance(item, Each)}
        self.fields = frozenset(name for row in self.rows for name in row.fields) | frozenset(self.arrays)
        for row in self.rows:
            self._check(row)
        if deeper := [
            each.field for each in self.arrays.values() if isinstance(each.of, Part) and each.of.arrays
        ]:
            raise TypeError(
                f"arrays in the items of {', '.join(deeper)}: they need environments of their own"
            )

    def _check(self, row: Row) -> None:
        """Raise `TypeError` for a row that cannot be meant."""
        name = row.entry_name
        if unknown := sorted(self.fields - set(self.table.FIELDS) if self.table else ()):
            raise TypeError(f"no field {', '.join(unknown)}")
        if row.member and row.member not in Environment.__struct_fields__:
            raise TypeError(f"{name}: an environment has no {row.member}")
        makes = row.make and row.member
        decides = not row.make and (self.maker(row.member) is not None if row.member else row.also)
        if not makes and not decides:
            raise TypeError(f"the row of {name} makes nothing and decides nothing")
        if row.when and row.make:
            raise TypeError(f"{name}: a maker says itself when there is an entry")
        if row.each and not (row.make and isinstance(row.field, str)):
            raise TypeError(f"{name}: only the values of one field make an entry each")

    def maker(self, member: str) -> int | None:
        """The position of the first row that makes something of `member`."""
        makers = (
            at
            for at, row in enumerate(self.items)
            if isinstance(row, Row) and row.make and row.member == member
        )
        return next(makers, None)

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

    Without `words` its rows decide about other claims of the document, and there is no environment. A `{}` in the id is the
    index of one of several environments of a kind.
    """

    def __init__(self, *parts: Part, **words: Any) -> None:
        self.parts, self.words = parts, words
        self.id: str = words.get("id", "")
        self.here = join("environments", self.id) if words else ""
        if not words and (makers := [row.entry_name for part in parts for row in part.rows if row.make]):
            raise TypeError(f"no environment for {', '.join(makers)}")

    @cached_property
    def environment(self) -> Callable[..., Environment]:
        """The environment, of the structures, the piece, the notes to which it may add, its index if its id has one, and
        further members.
        """
        return Compiled(self).function()

    @cached_property
    def _entries(self) -> Callable[[Structures, Any], dict[str, tuple[tuple[Made, Any], ...]]]:
        """The entries of every list, each behind its origin."""
        return Compiled(self, origins=True).function()

    def claimed(self, structures: Structures, piece: Any, index: int | None = None) -> tuple[Claimed, ...]:
        """The claims that each field became here and now, part by part.

        The fields of an item of an `Each` go by `NAME-INDEX.FIELD`, the values of an array by `FIELD.INDEX`.
        """
        here = self.here if index is None else self.here.format(index)
        made: dict[Made, str] = {}
        for member, entries in self._entries(structures, piece).items():
            there = [(origin, bare(entry)) for origin, entry in entries if entry is not None]
            for step, (origin, entry) in zip(steps_to([entry for _, entry in there]), there, strict=True):
                if entry.origin not in ELSEWHERE:
                    made[origin] = f"{here}/{member}{join(step)}"
        parts = []
        for number, (part, values) in enumerate(zip(self.parts, structures, strict=True)):
            trail = Trail(here, made, piece, {})
            trail.part(part, values, f"{number}")
            parts.append(trail.paths)
        return tuple(parts)


Made = tuple[str, int, tuple[int, ...]]
"""The row that made an entry (its part and its position in it), and the indices of the items that it made it of."""


class Trail(NamedTuple):
    """The claims that the fields of one part became: `paths`, from where each entry stands (`made`)."""

    here: str
    made: dict[Made, str]
    piece: Any
    paths: Claimed

    def add(self, field: str, *paths: str) -> None:
        """Further claims of a field."""
        self.paths[field] = (*self.paths[field], *paths) if field in self.paths else paths

    def part(
        self, part: Part, values: Any, scope: str, indices: tuple[int, ...] = (), prefix: str = ""
    ) -> None:
        """The fields of a part, or of one item of an array of them."""
        for at, item in enumerate(part.items):
            if isinstance(item, Each):
                self.each(item, values, f"{scope}_{at}")
                continue
            maker = at if item.make else part.maker(item.member)
            for field in (item.field,) if isinstance(item.field, str) else item.field:
                value = part.value(values, field)
                if value is None or (item.when and not item.when(value)):
                    continue
                if item.each:
                    for number in range(len(value)):
                        origin = (scope, maker, (*indices, number))
                        self.add(f"{prefix}{field}.{number}", *self.entry(origin), *self.also(item))
                    continue
                if item.member in LISTS:
                    made = self.entry((scope, maker, indices), item.part(field))
                else:
                    made = (self.here + join(item.member),) if item.member else ()
                self.add(prefix + field, *made, *self.also(item))

    def also(self, item: Row | Each) -> tuple[str, ...]:
        """What a row, or an array as a whole, decides beside an entry."""
        if not item.also:
            return ()
        return tuple([path if path.startswith("/") else f"{self.here}/{path}" for path in item.also])

    def entry(self, origin: Any, part: str = "") -> tuple[str, ...]:
        """The path of an entry, or of a part of it; none where there is no entry."""
        return (self.made[origin] + part,) if origin in self.made else ()

    def each(self, each: Each, values: Any, scope: str) -> None:
        """The fields of the items of an array, and the array itself."""
        items = None if values is None else values.get(each.field)
        if items is None:
            return
        self.add(each.field, *self.also(each))
        for index, item in enumerate(items):
            prefix = f"{each.name}-{index}."
            if isinstance(each.of, Part):
                self.part(each.of, item.values, scope, (index,), prefix)
                continue
            structures = (item.values, values)[: len(each.of.parts)]
            inside, *around = each.of.claimed(structures, self.piece, index)
            for field, paths in inside.items():
                self.add(prefix + field, *paths)
            for field, paths in (pair for part in around for pair in part.items()):
                self.add(field, *paths)


class Written(NamedTuple):
    """An entry as an expression, whether it may be None or `Noted`, whether it recurs, and the variables it depends on."""

    text: str
    optional: bool
    notes: bool
    recurs: bool = False
    depends_on: tuple[str, ...] = ()


Lists = dict[str, list[Written]]


class Compiled:
    """A mapping as one function, written from its rows: a call for each of them would take as long as the entries.

    def environment(_structures, _piece, _notes, _index=None, depends_on=(), unknown=()):
        (_part_0,) = _structures
        (version_0, policy_0, …) = _part_0
        _with_id_block = _by_id_block(_piece)
        _all_inputs = (Entered(name="family_id", set_by=_with_id_block, value=Bytes(family_id_0)), …)
        …
        return Environment(id="guest", role="workload", inputs=_all_inputs, …, depends_on=depends_on, unknown=unknown)

    A field has the variable of its name and the number of its part; all others begin with an underscore, as no field does.
    An `Each` is a loop, which fills one list for each member of the environment that its rows make something of. With
    `origins` the function gives the entries alone, also those that are None, each behind the row and the indices that it
    comes from.
    """

    def __init__(self, mapping: Mapping, *, origins: bool = False) -> None:
        self.mapping, self.origins = mapping, origins
        self.recalled: Memo[tuple[Any, ...], tuple[Any, ...]] = Memo(REMEMBERED)
        self.known: dict[str, Any] = {
            **vars(claims),
            "Noted": Noted,
            "_told": self._told,
            "_recall": self.recalled.get,
            "_remember": self._remember,
        }

    def function(self) -> Callable[..., Any]:
        lists: Lists = {}
        words = dict(self._words())
        body = [*self._variables(), *self._conditions()]
        for number, part in enumerate(self.mapping.parts):
            for at, item in enumerate(part.items):
                if isinstance(item, Each):
                    body += self._loop(item, f"{number}", f"{number}_{at}", lists)
                elif item.make:
                    entry = self._entry(part, item, item.make, (f"{number}", at, ()))
                    if item.member in LISTS:
                        lists.setdefault(item.member, []).append(entry)
                    elif item.member in words:
                        raise TypeError(f"{self.mapping.id}: {item.member} is said twice")
                    else:
                        words[item.member] = entry.text
        body += self._lists(lists)
        if self.origins:
            head = "_structures, _piece"
            body.append(f"return {{{', '.join(f'{member!r}: _all_{member}' for member in lists)}}}")
        else:
            further = [member for member in FURTHER if member not in lists and member not in words]
            head = ", ".join(
                ["_structures, _piece, _notes, _index=None", *(f"{member}=()" for member in further)]
            )
            members = [f"{word}={text}" for word, text in words.items()]
            members += [f"{member}=_all_{member}" for member in lists]
            members += [f"{member}={member}" for member in further]
            body.append(f"return Environment({', '.join(members)})")
        text = "\n    ".join([f"def environment({head}):", *body])
        exec(compile(text, f"<mapping of {self.mapping.id}>", "exec"), self.known)  # noqa: S102 (our own tables)
        made: Callable[..., Any] = self.known["environment"]
        return made

    def _words(self) -> Iterator[tuple[str, str]]:
        """The words that are always the same, as expressions."""
        for word, value in self.mapping.words.items():
            numbered = word == "id" and "{}" in value
            yield word, f"{value!r}.format(_index)" if numbered else repr(value)

    def _variables(self) -> Iterator[str]:
        """The lines that give each field a variable."""
        parts = [f"_part_{number}" for number in range(len(self.mapping.parts))]
        yield f"({', '.join(parts)}{',' if parts else ''}) = _structures"
        for number, (name, part) in enumerate(zip(parts, self.mapping.parts, strict=True)):
            if part.table is not None:
                fields = part.table.FIELDS
                names = [f"{field}_{number}" if field in part.fields else "_" for field in fields]
                there = (
                    f"{name} if {name} is not None else {(None,) * len(fields)}" if part.optional else name
                )
                yield f"({', '.join(names)},) = {there}"
            else:
                yield from self._named(part, f"({name} or {{}})" if part.optional else name, f"{number}")

    @staticmethod
    def _named(part: Part, values: str, scope: str) -> Iterator[str]:
        """The same where the fields go by their names."""
        if part.fields:
            yield f"_get = {values}.get"
        yield from (f"{field}_{scope} = _get({field!r})" for field in sorted(part.fields))

    def _conditions(self) -> Iterator[str]:
        """The lines that give each thing that entries depend on a variable."""
        arrays = (each.of for part in self.mapping.parts for each in part.arrays.values())
        parts = [*self.mapping.parts, *(of for of in arrays if isinstance(of, Part))]
        for by in dict.fromkeys(row.by for part in parts for row in part.rows if row.by):
            self._know(f"_by_{by.__name__}", by)
            yield f"_with_{by.__name__} = _by_{by.__name__}(_piece)"

    def _know(self, name: str, value: Any) -> None:
        if self.known.setdefault(name, value) is not value:
            raise TypeError(f"{self.mapping.id}: two things go by {name}")

    def _loop(self, each: Each, outer: str, scope: str, lists: Lists) -> Iterator[str]:
        """The lines that fill a list for each member of which the items of an array make something."""
        part = each.of
        if not isinstance(part, Part):  # environments of their own
            return
        made: Lists = {}
        for at, row in enumerate(part.rows):
            if row.make:
                made.setdefault(row.member, []).append(
                    self._entry(part, row, row.make, (scope, at, (INDEX,)))
                )
        yield from (f"_made_{scope}_{member} = []" for member in made)
        yield f"for {INDEX}, _item in enumerate({each.field}_{outer} or ()):"
        yield from (f"    {line}" for line in self._named(part, "_item.values", scope))
        for member, entries in made.items():
            name = f"_made_{scope}_{member}"
            yield f"    {name} += ({', '.join(entry.text for entry in entries)},)"
            optional, notes = any(entry.optional for entry in entries), any(entry.notes for entry in entries)
            lists.setdefault(member, []).append(Written(f"*{name}", optional, notes))

    @staticmethod
    def _beside(row: Row) -> str:
        """The variable that holds what else an entry depends on. What is remembered depends on nothing else."""
        return f"_with_{row.by.__name__}" if row.by else "None" if row.recurs else "_piece"

    def _entry(self, part: Part, row: Row, make: Kind, at: tuple[str, int, tuple[str, ...]]) -> Written:
        """One entry, or None where there is none, as an expression; of an array, one for each of its values."""
        for name, used in make.names().items():
            self._know(name, used)
        scope, position, indices = at
        variables = tuple(f"{field}_{scope}" for field in row.fields)
        value = variables[0] if len(variables) == 1 else f"({', '.join(variables)})"
        if row.each:
            value, indices = "_value", (*indices, NUMBER)
        name = repr(row.entry_name)
        if "{}" in row.entry_name:
            name = "f" + repr(row.entry_name.format(*(f"{{{variable}}}" for variable in indices)))
        text = make.expression(name, value, self._beside(row))
        may_lack = not row.always and not row.each and part.may_lack(row.fields[0])
        if may_lack:
            text = f"({text} if {variables[0]} is not None else None)"
        if self.origins:
            text = f"(({scope!r}, {position}, ({''.join(f'{variable}, ' for variable in indices)})), {text})"
        if row.each:
            text = f"*[{text} for {NUMBER}, _value in enumerate({variables[0]} or ())]"
        beside = (self._beside(row),) if row.by else ()
        return Written(text, may_lack or make.optional, make.notes, row.recurs, (*variables, *beside))

    def _lists(self, lists: Lists) -> Iterator[str]:
        """The lines that make the lists, and those that tell what is noted about entries, both in the lists' order."""
        texts = {member: self._text(entries) for member, entries in lists.items()}
        recurring = [member for member, entries in lists.items() if all(entry.recurs for entry in entries)]
        if self.origins:
            recurring = []
        yield from (f"_all_{member} = {text}" for member, text in texts.items() if member not in recurring)
        if recurring:
            keys = dict.fromkeys(
                key for member in recurring for entry in lists[member] for key in entry.depends_on
            )
            yield f"_key = ({', '.join(keys)},)"
            made = f"({', '.join(texts[member] for member in recurring)},)"
            variables = ", ".join(f"_all_{member}" for member in recurring)
            yield f"{variables}, _noted = _recall(_key) or _remember(_key, {made})"
        for member, entries in lists.items():
            if not self.origins and any(entry.notes for entry in entries):
                condition = f"{'_noted and ' if member in recurring else ''}Noted in map(type, _all_{member})"
                yield f"if {condition}: _all_{member} = _told({member!r}, _all_{member}, _notes, _index)"

    def _text(self, entries: list[Written]) -> str:
        """A list as an expression."""
        text = f"({', '.join(entry.text for entry in entries)},)"
        optional = not self.origins and any(entry.optional for entry in entries)
        return f"tuple(filter(None, {text}))" if optional else text

    def _told(
        self, member: str, entries: tuple[Any, ...], notes: list[Note], index: int | None
    ) -> tuple[Any, ...]:
        """The entries without what is noted about them, which goes to `notes`."""
        here = self.mapping.here if index is None else self.mapping.here.format(index)
        steps = steps_to([bare(entry) for entry in entries])
        return tuple(
            [
                tell(entry, here + join(member, step), notes)
                for step, entry in zip(steps, entries, strict=True)
            ]
        )

    def _remember(self, key: tuple[Any, ...], lists: tuple[Any, ...]) -> tuple[Any, ...]:
        """The lists, and whether anything is noted about their entries; kept by what they were made of."""
        noted = any(entry.__class__ is Noted for entries in lists for entry in entries)
        return self.recalled.keep(key, (*lists, noted))


def complete(
    table: type[Layout] | Table | Iterable[str], *parts: Part, elsewhere: Iterable[str] = ()
) -> None:
    """Raise `TypeError` for a field that no row names, and that is not said to go elsewhere; and for one said twice.

    A claim that is an array of claim sets needs an `Each`, whose rows name every claim of these.
    """
    if isinstance(table, Table):
        what, known = table.what, {row.name for row in table.rows}
    elif isinstance(table, type):
        what, known = table.__name__, set(table.FIELDS)
    else:
        what, known = "fields", set(table)
    listed, named = set(elsewhere), {name for part in parts for name in part.fields}
    if lost := sorted(known - named - listed):
        raise TypeError(f"{what}: no row says what becomes of {', '.join(lost)}")
    if wrong := sorted((listed & named) | (listed - known)):
        raise TypeError(f"{what}: said to go elsewhere, and does not: {', '.join(wrong)}")
    for row in table.rows if isinstance(table, Table) else ():
        if row.kind.inner is not None and row.name not in listed:
            arrays = [part.arrays[row.name] for part in parts if row.name in part.arrays]
            complete(row.kind.inner, *(inner for each in arrays for inner in each.parts))


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


class Word(Kind, frozen=True):
    """A word of the environment that the field itself holds."""

    def expression(self, name: str, value: str, beside: str) -> str:
        return value


class FlagWord(Kind, frozen=True):
    """A word of the environment that one bit decides."""

    bit: Field
    set: str
    clear: str

    def expression(self, name: str, value: str, beside: str) -> str:
        return f"({self.set!r} if {value} & {self.bit.mask:#x} else {self.clear!r})"
