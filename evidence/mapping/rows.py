"""The rows of a table: what becomes of a field, of an array of claim sets, of a whole structure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from evidence.claims import Environment
from evidence.mapping.makers import Kind
from evidence.wire.layout import Layout, Place

if TYPE_CHECKING:
    from evidence.mapping.environments import Mapping


LISTS: Final = frozenset(
    name
    for name, default in zip(
        reversed(Environment.__struct_fields__), reversed(Environment.__struct_defaults__), strict=False
    )
    if default == ()
)
"""The members of an environment that are lists; the others are words."""


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
