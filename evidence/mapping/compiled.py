"""A mapping as one function, written from its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from evidence import claims
from evidence.claims import Note
from evidence.mapping.makers import INDEX, Kind
from evidence.mapping.noted import NotedEntry, bare, tell
from evidence.mapping.rows import LISTS, Each, Part, Row
from evidence.paths import join, steps_to
from evidence.wire.memo import Memo

if TYPE_CHECKING:
    from evidence.mapping.environments import Mapping

REMEMBERED: Final = 1024
"""Entries that one mapping remembers: a fleet has few values of the rows that recur."""
FURTHER: Final = ("depends_on", "unknown")
"""Members of an environment that whoever makes it may give: what its rows cannot know."""
NUMBER: Final = "_number"
"""The variable that holds the index of an item of a field that is an array."""


class Expression(NamedTuple):
    """An entry as an expression, whether it may be None or `NotedEntry`, whether it recurs, and the variables it depends on."""

    text: str
    optional: bool
    notes: bool
    recurs: bool = False
    depends_on: tuple[str, ...] = ()


Lists = dict[str, list[Expression]]


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
            "NotedEntry": NotedEntry,
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
            lists.setdefault(member, []).append(Expression(f"*{name}", optional, notes))

    @staticmethod
    def _beside(row: Row) -> str:
        """The variable that holds what else an entry depends on. What is remembered depends on nothing else."""
        return f"_with_{row.by.__name__}" if row.by else "None" if row.recurs else "_piece"

    def _entry(self, part: Part, row: Row, make: Kind, at: tuple[str, int, tuple[str, ...]]) -> Expression:
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
        return Expression(text, may_lack or make.optional, make.notes, row.recurs, (*variables, *beside))

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
                condition = (
                    f"{'_noted and ' if member in recurring else ''}NotedEntry in map(type, _all_{member})"
                )
                yield f"if {condition}: _all_{member} = _told({member!r}, _all_{member}, _notes, _index)"

    def _text(self, entries: list[Expression]) -> str:
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
        noted = any(entry.__class__ is NotedEntry for entries in lists for entry in entries)
        return self.recalled.keep(key, (*lists, noted))
