"""Sets of labelled claims, written as the specification's own table and read by one loop.

    SOFTWARE = Table("software component", "RFC 9783, section 4.4.1", (
        Row(1, "measurement_type",  tstr()),
        Row(2, "measurement_value", bstr(32, 48, 64), required=True),
    ))
    PLATFORM = Table("platform claims", "…", (
        Row(10,   "challenge",           bstr(32, 48, 64),                  required=True),
        Row(2399, "software_components", array(mapping(SOFTWARE), least=1), required=True),
    ))

`PLATFORM.read(value, "/platform")` gives the known claims by name and the unknown ones by label. Every
error names the path (labels, as they stand) and the rule. Labels are integers or texts, so the same
loop reads a JSON claim set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from evidence.errors import ConstraintViolation, MissingField
from evidence.wire.cbor import Tag

Label = int | str
Check = Callable[[Any, str], Any]
"""Takes a value and its path; gives the value to keep, or raises `Refused`."""


class Refused(Exception):
    """A value is not what its row allows."""


class Kind(NamedTuple):
    """What a claim's value may be: in words, and as a check."""

    words: str
    check: Check


class Row(NamedTuple):
    """One claim: its label, its name in the specification, what it may be, whether it must be there."""

    label: Label
    name: str
    kind: Kind
    required: bool = False
    source: str = ""


class Found(NamedTuple):
    """A claim set that was read: known claims by name, in the order of the table, unknown ones by label."""

    values: Mapping[str, Any]
    unknown: Mapping[Any, Any]

    def get(self, name: str) -> Any:
        """The claim of this name; None if it is not there."""
        return self.values.get(name)


class Table:
    """A claim set of a specification. Labels and names are unique."""

    def __init__(self, what: str, spec: str, rows: tuple[Row, ...]) -> None:
        self.what, self.spec, self.rows = what, spec, rows
        self._rows: Final = {row.label: row for row in rows}
        if len(self._rows) != len(rows) or len({row.name for row in rows}) != len(rows):
            raise TypeError(f"{what}: a label or a name is there twice")

    def label(self, name: str) -> Label:
        """The label of a name."""
        return next(row.label for row in self.rows if row.name == name)

    def read(self, value: Any, path: str) -> Found:
        """The claims in `value`, a decoded map, that lies at `path` of the evidence.

        Raises `ConstraintViolation` or `MissingField` with the path.
        """
        if not isinstance(value, Mapping):
            raise self._violation(self.what, path, value, "a map")
        values: dict[str, Any] = {}
        for row in self.rows:
            if row.label in value:
                values[row.name] = self._one(row, value[row.label], f"{path}/{row.label}")
            elif row.required:
                raise MissingField(
                    what=self.what, path=path, name=f"{row.name} ({row.label})", spec=self.spec
                )
        unknown = {label: item for label, item in value.items() if label not in self._rows}
        return Found(values, unknown)

    def _one(self, row: Row, value: Any, path: str) -> Any:
        try:
            return row.kind.check(value, path)
        except Refused:
            what = f"{self.what} {row.name}"
            raise self._violation(what, path, value, row.kind.words, row.source) from None

    def _violation(
        self, what: str, path: str, value: Any, allowed: str, source: str = ""
    ) -> ConstraintViolation:
        spec = source or self.spec
        return ConstraintViolation(what=what, path=path, got=value, allowed=allowed, spec=spec)


def _is(words: str, test: Callable[[Any], bool]) -> Kind:
    def check(value: Any, _: str) -> Any:
        if not test(value):
            raise Refused
        return value

    return Kind(words, check)


def bstr(*sizes: int, least: int = 0, most: int | None = None) -> Kind:
    """A byte string: of one of `sizes` (bytes), or of `least` to `most`."""
    words = _sized("a byte string", "bytes", sizes, least, most)
    return _is(words, lambda value: isinstance(value, bytes) and _fits(len(value), sizes, least, most))


def tstr(*words: str, least: int = 0, most: int | None = None) -> Kind:
    """A text: one of `words`, or of `least` to `most` characters."""
    if words:
        return _is(f"one of {', '.join(words)}", lambda value: value.__class__ is str and value in words)
    said = _sized("a text", "characters", (), least, most)
    return _is(said, lambda value: value.__class__ is str and _fits(len(value), (), least, most))


def integer(least: int | None = None, most: int | None = None) -> Kind:
    """An integer (no boolean) from `least` to `most`."""

    def test(value: Any) -> bool:
        return (
            value.__class__ is int and (least is None or value >= least) and (most is None or value <= most)
        )

    if least is None and most is None:
        return _is("an integer", test)
    bounds = [f"from {least}"] * (least is not None) + [f"to {most}"] * (most is not None)
    return _is(f"an integer {' '.join(bounds)}", test)


def uint(size: int = 8) -> Kind:
    """An unsigned integer of at most `size` bytes."""
    return integer(0, (1 << 8 * size) - 1)


def boolean() -> Kind:
    """True or false."""
    return _is("a boolean", lambda value: value.__class__ is bool)


def number() -> Kind:
    """An integer or a float."""
    return _is("a number", lambda value: value.__class__ in {int, float})


def anything() -> Kind:
    """Any value, kept as it is."""
    return Kind("anything", lambda value, _: value)


def mapping(table: Table) -> Kind:
    """A map of another table."""
    return Kind(f"a map of {table.what}", table.read)


def array(of: Kind, *, least: int = 0, most: int | None = None) -> Kind:
    """An array of `least` to `most` items of one kind."""
    words = _sized("an array", "items", (), least, most) + f", each {of.words}"

    def check(value: Any, path: str) -> Any:
        if not _is_array(value) or not _fits(len(value), (), least, most):
            raise Refused
        return tuple(of.check(item, f"{path}/{index}") for index, item in enumerate(value))

    return Kind(words, check)


def items(*kinds: Kind, optional: int = 0) -> Kind:
    """An array with one item of each kind, in order; the last `optional` ones may be missing."""
    words = f"an array of {', then '.join(kind.words for kind in kinds)}"

    def check(value: Any, path: str) -> Any:
        if not _is_array(value) or not len(kinds) - optional <= len(value) <= len(kinds):
            raise Refused
        pairs = zip(kinds, value, strict=False)
        return tuple(kind.check(item, f"{path}/{index}") for index, (kind, item) in enumerate(pairs))

    return Kind(words, check)


def label_map(of: Kind, *, least: int = 0, texts: bool = False) -> Kind:
    """A map of integers and texts (or of `texts` alone) to values of one kind, with at least so many entries."""
    words = f"a map of {'texts' if texts else 'labels'} to {of.words}"

    def check(value: Any, path: str) -> Any:
        if not isinstance(value, Mapping) or len(value) < least:
            raise Refused
        for label in value:
            if label.__class__ is not str and (texts or label.__class__ is not int):
                raise Refused
        return {label: of.check(item, f"{path}/{label}") for label, item in value.items()}

    return Kind(f"{words}, with at least {least}" if least else words, check)


def tagged(number: int, of: Kind) -> Kind:
    """A value of one kind inside of one CBOR tag; the tag stays."""

    def check(value: Any, path: str) -> Any:
        if not isinstance(value, Tag) or value.number != number:
            raise Refused
        return Tag(number, of.check(value.value, path))

    return Kind(f"tag {number} on {of.words}", check)


def _is_array(value: Any) -> bool:
    """Whether a value is an array; a `Tag` is a tuple as well, and is none."""
    return value.__class__ is tuple or value.__class__ is list


def either(*kinds: Kind) -> Kind:
    """The first of several kinds that allows the value."""

    def check(value: Any, path: str) -> Any:
        for kind in kinds:
            try:
                return kind.check(value, path)
            except Refused:
                continue
        raise Refused

    return Kind(", or ".join(kind.words for kind in kinds), check)


def _fits(size: int, sizes: tuple[int, ...], least: int, most: int | None) -> bool:
    return size in sizes if sizes else size >= least and (most is None or size <= most)


def _sized(what: str, unit: str, sizes: tuple[int, ...], least: int, most: int | None) -> str:
    if sizes:
        return f"{what} of {' or '.join(str(size) for size in sizes)} {unit}"
    if most is not None:
        return f"{what} of {least} to {most} {unit}"
    return f"{what} of at least {least} {unit}" if least else what
