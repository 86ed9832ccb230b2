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

import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Self

from evidence.errors import ConstraintViolation, LimitExceeded, MalformedEvidence, MissingField
from evidence.wire import cbor
from evidence.wire.places import Entry

Label = int | str
PLANS: Final = 64
"""Sets of labels of one table for which it is remembered what is to be done: tokens of a kind have the same."""
LABELS: Final = 64
"""Labels of a set that is remembered."""
Check = Callable[[Any, str], Any]
"""Takes a value and its path in what is being read; gives the value to keep, or raises `ValueRefused`."""

Step = tuple[Label, str, Check, int]
"""One row of a table with the value that is there: label, name, check, which value; -1: it must be there, and is not."""
NONE: Final[Mapping[Any, Any]] = MappingProxyType({})


class ValueRefused(Exception):
    """A value is not what its row allows; in an array `inside` leads to the item that is meant."""

    def __init__(self, inside: str = "", got: Any = None, allowed: str = "") -> None:
        super().__init__()
        self.inside, self.got, self.allowed = inside, got, allowed


class ClaimKind(NamedTuple):
    """What a claim's value may be: in words, and as a check; `inner` is the table of a map, or of an array of maps."""

    words: str
    check: Check
    inner: ClaimTable | None = None


class ClaimLabel(NamedTuple):
    """One claim: its label, its name in the specification, what it may be, whether it must be there."""

    label: Label
    name: str
    kind: ClaimKind
    required: bool = False
    source: str = ""


class ClaimPlace(NamedTuple):
    """Where one claim lies, known (`row`) or not: the labels and indices that lead to it, and its bytes."""

    steps: tuple[Any, ...]
    row: ClaimLabel | None
    entry: Entry


class ClaimSet(NamedTuple):
    """A claim set that was read: known claims by name, in the order of the table, unknown ones by label."""

    values: Mapping[str, Any]
    unknown: Mapping[Any, Any]

    def get(self, name: str) -> Any:
        """The claim of this name; None if it is not there."""
        return self.values.get(name)


_new: Final = tuple.__new__
"""What a named tuple's own constructor does after some detours."""


class ClaimTable:
    """A claim set of a specification. Labels and names are unique."""

    def __init__(self, what: str, spec: str, rows: tuple[ClaimLabel, ...]) -> None:
        self.what, self.spec, self.rows = what, spec, rows
        self._rows: Final = {row.label: row for row in rows}
        if len(self._rows) != len(rows) or len({row.name for row in rows}) != len(rows):
            alike = [
                row.name
                for row in rows
                if sum(row.label == other.label or row.name == other.name for other in rows) > 1
            ]
            raise TypeError(f"{what}: a label or a name is there twice: {', '.join(alike)}")
        self.arrays: Final = tuple(row.name for row in rows if row.kind.inner is not None)
        """The claims that are maps of a table of their own, or arrays of them."""
        self._plans: Final[dict[tuple[Any, ...], tuple[Step, ...]]] = {}

    def label(self, name: str) -> Label:
        """The label of a name."""
        return next(row.label for row in self.rows if row.name == name)

    def requiring(self, spec: str, *names: str) -> Self:
        """The same claims in a later version, `spec`, in which these are required too."""
        if not {row.name for row in self.rows}.issuperset(names):
            raise TypeError(f"{self.what}: no such claim among {', '.join(names)}")
        rows = (row._replace(required=row.required or row.name in names) for row in self.rows)
        return type(self)(self.what, spec, tuple(rows))

    def read(self, value: Any, path: str) -> ClaimSet:
        """The claims in `value`, a decoded map, that lies at `path` of the evidence.

        Raises `ConstraintViolation` or `MissingField` with the path.
        """
        if type(value) not in cbor.MAPS:
            raise ConstraintViolation(what=self.what, path=path, got=value, allowed="a map", spec=self.spec)
        return self.read_map(value, path)

    def read_map(self, value: Mapping[Any, Any], path: str) -> ClaimSet:
        """The same for what is known to be a map."""
        values: dict[str, Any] = {}
        label: Label = ""
        try:
            items = (*value.values(),)  # a look-up in what the decoder makes takes ten times as long
            for label, name, check, index in self._plans.get((*value,)) or self._plan(value):
                if index < 0:
                    raise MissingField(what=self.what, path=path, name=f"{name} ({label})", spec=self.spec)
                values[name] = check(items[index], "")
        except ValueRefused as refused:
            raise self._violation(self._rows[label], value[label], path, refused) from None
        except (MalformedEvidence, LimitExceeded) as error:
            if label in value:  # from inside of this claim; else it is the one that is missing
                error.path = f"{path}/{label}{error.path}"
            raise
        if len(values) == len(value):
            return _new(ClaimSet, (values, NONE))
        return ClaimSet(values, {label: item for label, item in value.items() if label not in self._rows})

    def _plan(self, value: Mapping[Any, Any]) -> tuple[Step, ...]:
        """The rows that concern `value`, in their order. Kept where the labels are few, and short."""
        indices = {label: index for index, label in enumerate(value)}
        plan = tuple(
            (row.label, row.name, row.kind.check, indices.get(row.label, -1))
            for row in self.rows
            if row.required or row.label in value
        )
        few = len(self._plans) < PLANS and len(value) <= LABELS
        if few and all(label.__class__ is int or label in self._rows for label in value):
            self._plans[tuple(value)] = plan
        return plan

    def places(self, data: bytes, start: int, steps: tuple[Any, ...] = ()) -> Iterator[ClaimPlace]:
        """Where the claims of the CBOR map at `start` lie, those of maps inside of it after their own entry.

        Meant for bytes whose value `read` has accepted.
        """
        for entry in cbor.entries(data, start):
            row, here = self._rows.get(entry.key), (*steps, entry.key)
            yield ClaimPlace(here, row, entry)
            inner = row.kind.inner if row else None
            if inner is None:
                continue
            if cbor.head(data, entry.value).major == 5:
                yield from inner.places(data, entry.value, here)
            else:
                for item in cbor.entries(data, entry.value):
                    yield from inner.places(data, item.value, (*here, item.key))

    def _violation(
        self, row: ClaimLabel, value: Any, path: str, refused: ValueRefused
    ) -> ConstraintViolation:
        return ConstraintViolation(
            what=f"{self.what} {row.name}",
            path=f"{path}/{row.label}{refused.inside}",
            got=refused.got if refused.inside else value,
            allowed=refused.allowed or row.kind.words,
            spec=row.source or self.spec,
        )


def _is(words: str, test: Callable[[Any], bool]) -> ClaimKind:
    def check(value: Any, _: str) -> Any:
        if not test(value):
            raise ValueRefused
        return value

    return ClaimKind(words, check)


def _of_class(words: str, kind: type) -> ClaimKind:
    def check(value: Any, _: str) -> Any:
        if value.__class__ is kind:
            return value
        raise ValueRefused

    return ClaimKind(words, check)


def _one_of(words: tuple[str, ...]) -> ClaimKind:
    def check(value: Any, _: str) -> Any:
        if value.__class__ is str and value in words:
            return value
        raise ValueRefused

    return ClaimKind(f"one of {', '.join(words)}", check)


def bstr(*sizes: int, least: int = 0, most: int | None = None) -> ClaimKind:
    """A byte string: of one of `sizes` (bytes), or of `least` to `most`."""
    words = _sized("a byte string", "bytes", sizes, least, most)
    if not sizes:
        return _is(words, lambda value: value.__class__ is bytes and _fits(len(value), least, most))

    def check(value: Any, _: str) -> Any:
        if value.__class__ is bytes and len(value) in sizes:
            return value
        raise ValueRefused

    return ClaimKind(words, check)


def tstr(*words: str, least: int = 0, most: int | None = None) -> ClaimKind:
    """A text: one of `words`, or of `least` to `most` characters."""
    if words:
        return _one_of(words)
    sized = _sized("a text", "characters", (), least, most)
    if least or most is not None:
        return _is(sized, lambda value: value.__class__ is str and _fits(len(value), least, most))
    return _of_class(sized, str)


def integer(least: int | None = None, most: int | None = None) -> ClaimKind:
    """An integer (no boolean) from `least` to `most`."""
    low, high = -math.inf if least is None else least, math.inf if most is None else most
    bounds = [f" from {least}"] * (least is not None) + [f" to {most}"] * (most is not None)
    return _is("an integer" + "".join(bounds), lambda value: value.__class__ is int and low <= value <= high)


def uint(size: int = 8) -> ClaimKind:
    """An unsigned integer of at most `size` bytes."""
    return integer(0, (1 << 8 * size) - 1)


def boolean() -> ClaimKind:
    """True or false."""
    return _of_class("a boolean", bool)


def number() -> ClaimKind:
    """An integer or a float."""
    return _is("a number", lambda value: value.__class__ in {int, float})


def anything() -> ClaimKind:
    """Any value, kept as it is."""
    return ClaimKind("anything", lambda value, _: value)


def mapping(table: ClaimTable) -> ClaimKind:
    """A map of another table."""
    read = table.read_map

    def check(value: Any, path: str) -> ClaimSet:
        if type(value) not in cbor.MAPS:
            raise ValueRefused
        return read(value, path)

    return ClaimKind(f"a map of {table.what}", check, table)


def array(of: ClaimKind, *, least: int = 0, most: int | None = None) -> ClaimKind:
    """An array of `least` to `most` items of one kind."""
    words = _sized("an array", "items", (), least, most) + f", each {of.words}"
    check_one = of.check

    def check(value: Any, _: str) -> Any:
        if not _is_array(value) or not _fits(len(value), least, most):
            raise ValueRefused
        checked: list[Any] = []
        try:
            for item in value:
                checked.append(check_one(item, ""))  # noqa: PERF401 (its length tells where an error is)
        except ValueRefused as refused:
            index = len(checked)
            got = refused.got if refused.inside else value[index]
            raise ValueRefused(f"/{index}{refused.inside}", got, refused.allowed or of.words) from None
        except (MalformedEvidence, LimitExceeded) as error:
            error.path = f"/{len(checked)}{error.path}"
            raise
        return tuple(checked)

    return ClaimKind(words, check, of.inner)


def items(*kinds: ClaimKind, optional: int = 0) -> ClaimKind:
    """An array with one item of each kind, in order; the last `optional` ones may be missing."""
    words = f"an array of {', then '.join(kind.words for kind in kinds)}"

    def check(value: Any, _: str) -> Any:
        if not _is_array(value) or not len(kinds) - optional <= len(value) <= len(kinds):
            raise ValueRefused
        pairs = zip(kinds, value, strict=False)
        return tuple(_within(f"/{index}", kind, item) for index, (kind, item) in enumerate(pairs))

    return ClaimKind(words, check)


def label_map(of: ClaimKind, *, least: int = 0, texts: bool = False) -> ClaimKind:
    """A map of integers and texts (or of `texts` alone) to values of one kind, with at least so many entries."""
    words = f"a map of {'texts' if texts else 'labels'} to {of.words}"

    def check(value: Any, _: str) -> Any:
        if type(value) not in cbor.MAPS or len(value) < least:
            raise ValueRefused
        for label in value:
            if label.__class__ is not str and (texts or label.__class__ is not int):
                raise ValueRefused
        return {label: _within(f"/{label}", of, item) for label, item in value.items()}

    return ClaimKind(f"{words}, with at least {least}" if least else words, check)


def tagged(number: int, of: ClaimKind) -> ClaimKind:
    """A value of one kind inside of one CBOR tag; the tag stays."""

    def check(value: Any, path: str) -> Any:
        if not isinstance(value, cbor.Tag) or value.number != number:
            raise ValueRefused
        return cbor.Tag(number, of.check(value.value, path))

    return ClaimKind(f"tag {number} on {of.words}", check)


def _within(step: str, of: ClaimKind, item: Any) -> Any:
    """An item checked, with the step that leads to it in whatever is wrong with it."""
    try:
        return of.check(item, "")
    except ValueRefused as refused:
        got = refused.got if refused.inside else item
        raise ValueRefused(f"{step}{refused.inside}", got, refused.allowed or of.words) from None
    except (MalformedEvidence, LimitExceeded) as error:
        error.path = f"{step}{error.path}"
        raise


def _is_array(value: Any) -> bool:
    """Whether a value is an array; a `Tag` is a tuple as well, and is none."""
    return value.__class__ is tuple or value.__class__ is list


def either(*kinds: ClaimKind) -> ClaimKind:
    """The first of several kinds that allows the value."""

    def check(value: Any, path: str) -> Any:
        for kind in kinds:
            try:
                return kind.check(value, path)
            except ValueRefused:
                continue
        raise ValueRefused

    return ClaimKind(", or ".join(kind.words for kind in kinds), check)


def _fits(size: int, least: int, most: int | None) -> bool:
    return size >= least and (most is None or size <= most)


def _sized(what: str, unit: str, sizes: tuple[int, ...], least: int, most: int | None) -> str:
    if sizes:
        return f"{what} of {' or '.join(str(size) for size in sizes)} {unit}"
    if most is not None:
        return f"{what} of {most} {unit}" if least == most else f"{what} of {least} to {most} {unit}"
    return f"{what} of at least {least} {unit}" if least else what
