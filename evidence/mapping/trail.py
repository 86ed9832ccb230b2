"""The claims that the fields of a piece became: the same rows, walked with the entries at hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from evidence.mapping.rows import LISTS, Each, Part, Row
from evidence.paths import join

Claimed = dict[str, tuple[str, ...]]
"""The paths of the claims that a field became, by its name."""
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


def gather(parts: Iterable[Claimed]) -> Claimed:
    """The claims of each field, where several mappings speak of it."""
    paths: Claimed = {}
    for part in parts:
        for field, made in part.items():
            paths[field] = (*paths.get(field, ()), *made)
    return paths
