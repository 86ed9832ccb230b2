"""What can go wrong, and whose fault it is.

EvidenceError(ValueError)          the input's fault: all that any bytes can cause
├── UnknownFormat                  no carrier and no type recognises it
├── AmbiguousFormat                several types recognise it with equal strength
├── SeveralEvidence                more pieces of evidence than the one that was asked for
├── UnsupportedVersion             a known type in a version that is not described here
├── NotEvidence                    recognised, and it is something else: a result, an error, a log
├── CarrierError                   what the evidence arrived in is broken, or contradicts its content
├── MalformedEvidence
│   ├── Truncated                  it ends before a structure does
│   ├── TrailingBytes              bytes follow the end of a structure
│   ├── BadEncoding                not well-formed, or not in the required form
│   ├── ConstraintViolation        a value that the specification forbids
│   ├── MissingField
│   └── UnexpectedField
├── LimitExceeded                  a bound of ours, not of the format
├── Noted                          readable, but noted, where the caller allows no notes
├── NotVerified                    read, and a check of its authenticity did not pass
└── Defective                      the code of a type raised something else: nothing is known about the input

RegistryError(Exception)           the author of an evidence type is at fault
├── NotAdmitted                    the gate refused it, with every reason
└── DuplicateType

UsageError(Exception)              the caller's fault: an option or attachment that cannot apply

A class exists where a caller would act differently. Errors carry data; their text is made from it.
Compare `code` and the attributes, never the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, dataclass_transform

QUOTED = 32  # bytes of input that a message quotes at most
LONGEST = 400  # characters of a whole message


def quote(value: object) -> str:
    """A value as it may stand in a message: short, and safe on a terminal. Of what holds others, how many."""
    if isinstance(value, bytes):
        text = value[:QUOTED].hex()
        return text + f"… ({len(value)} bytes)" if len(value) > QUOTED else text
    if isinstance(value, Mapping):
        return f"a map of {len(value)} entries"
    if isinstance(value, tuple | list):
        number = getattr(value, "number", None)
        return f"an array of {len(value)} items" if number is None else f"tag {number}"
    text = ascii(value[: QUOTED + 1] if isinstance(value, str) else value)
    return text[:QUOTED] + "…" if len(text) > QUOTED else text


def safe(text: str, longest: int = LONGEST) -> str:
    """A text as it may be shown: printable characters alone, and not too many of them."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text[:longest])
    return text if len(text) <= longest else text[:longest] + "…"


def _plain(value: object) -> object:
    """A value as it may stand in JSON."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, int):
        return value if abs(value) < 2**53 else quote(value)
    return quote(value)


def _portable(value: object) -> object:
    """A value as it can be pickled: what a decoder has of its own (maps, simple values) is said in Python's."""
    if value is None or isinstance(value, str | bytes | int | float | EvidenceError):
        return value
    if isinstance(value, Mapping):
        return {_portable(key): _portable(item) for key, item in value.items()}
    if value.__class__ in {tuple, list}:
        return type(value)(map(_portable, value))
    return tuple(map(_portable, value)) if isinstance(value, tuple) else quote(value)


def _rebuild(cls: type[EvidenceError], state: dict[str, Any]) -> EvidenceError:
    error = cls.__new__(cls)
    error.__dict__.update(state)
    return error


@dataclass_transform(kw_only_default=True, eq_default=False)
class EvidenceError(ValueError):
    """The input cannot be accepted. Every child has a stable `code`.

    The annotated attributes of a child are its data, given by name; one with a value may be left out.
    (Dataclasses in all but name: making them would take a twentieth of every start.)
    """

    code: ClassVar[str] = "evidence-error"
    FIELDS: ClassVar[tuple[str, ...]] = ()
    """The names of the data, those of the parent first."""
    SEVERAL: ClassVar[frozenset[str]] = frozenset()
    """Those of which there are several values; what else holds values came out of the input, and is not shown."""

    def __init_subclass__(cls) -> None:
        own = vars(cls).get("__annotations__", {})
        cls.FIELDS += tuple(name for name, hint in own.items() if not str(hint).startswith("ClassVar"))
        cls.SEVERAL |= {name for name, hint in own.items() if str(hint).startswith("tuple[")}

    def __init__(self, **data: Any) -> None:
        super().__init__()
        needed = {name for name in self.FIELDS if not hasattr(type(self), name)}
        if not needed <= data.keys() <= set(self.FIELDS):
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.FIELDS)}, not {', '.join(data)}")
        self.__dict__.update(data)

    def __repr__(self) -> str:
        data = ", ".join(f"{name}={quote(value)}" for name, value in vars(self).items())
        return f"{type(self).__name__}({data})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), {name: _portable(value) for name, value in vars(self).items()})

    def text(self) -> str:
        """The message, made from the attributes; `str` shows it."""
        return self.code

    def __str__(self) -> str:
        return safe(self.text())

    def data(self) -> dict[str, object]:
        """The attributes that are set, as plain JSON values."""
        values = ((name, getattr(self, name)) for name in self.FIELDS)
        return {
            name: [_plain(item) for item in value] if name in self.SEVERAL else _plain(value)
            for name, value in values
            if value not in (None, "", b"", ())
        }

    def as_dict(self) -> dict[str, object]:
        """`{code, message, …attributes}` for machine-readable output."""
        return {"code": self.code, "message": str(self), **self.data()}


class UnknownFormat(EvidenceError):
    """Nothing recognises the input. `tried` names the types that were asked for, `claimed_by` those that do recognise it.

    `looks_like` says what it is instead, as far as it shows, and what to do.
    """

    code: ClassVar[str] = "unknown-format"

    size: int
    """How many bytes the input has."""
    head: bytes = b""
    """Its first bytes."""
    tried: tuple[str, ...] = ()
    """The names of the types that were asked for."""
    claimed_by: tuple[str, ...] = ()
    """The names of those that do recognise it."""
    looks_like: str = ""
    """What it is instead, as far as it shows."""

    def text(self) -> str:
        what = f"{self.size} bytes" + (f" beginning {quote(self.head[:16])}" if self.head else "")
        if self.claimed_by:
            return f"{what}: not {', '.join(self.tried)} but {', '.join(self.claimed_by)}"
        if self.looks_like:
            return f"{what}: not recognised, it looks like {self.looks_like}"
        return f"{what}: not recognised" + (f" as {', '.join(self.tried)}" if self.tried else "")


class AmbiguousFormat(EvidenceError):
    """Several types recognise the input equally well; name one."""

    code: ClassVar[str] = "ambiguous-format"

    matches: tuple[str, ...]
    """The names of the types that recognise it."""

    def text(self) -> str:
        return f"recognised as {' and as '.join(self.matches)}: name the type"


class SeveralEvidence(EvidenceError):
    """The input holds another number of pieces than one. `paths` gives where they lie in the carrier."""

    code: ClassVar[str] = "several-evidence"

    paths: tuple[str, ...]
    """Where the pieces lie in the carrier."""

    def text(self) -> str:
        return f"{len(self.paths)} pieces of evidence, expected one"


class UnsupportedVersion(EvidenceError):
    """The format is known; this version of it is not."""

    code: ClassVar[str] = "unsupported-version"

    type: str
    """The name of the type."""
    got: int | str
    """The version, a number or a word of the format."""
    known: tuple[int | str, ...]
    """The versions that are read."""
    offset: int | None = None
    """Where in the evidence, in bytes."""
    path: str = ""
    """Where in its tree."""

    def text(self) -> str:
        known = ", ".join(str(version) for version in self.known)
        got = str(self.got) if isinstance(self.got, int) else quote(self.got)
        return f"{self.type}: version {got}{_at(self)} is not known (known: {known})"


class NotEvidence(EvidenceError):
    """Recognised as something that is not evidence, named by `kind`; inside of evidence, at its place."""

    code: ClassVar[str] = "not-evidence"

    kind: str
    """What it is."""
    detail: str = ""
    """What to do with it, or what told it."""
    offset: int | None = None
    """Where inside of evidence, in bytes."""
    path: str = ""
    """Where in its tree."""

    def text(self) -> str:
        return f"not evidence{_at(self)}: {self.kind}" + (f" ({self.detail})" if self.detail else "")


class CarrierError(EvidenceError):
    """What the evidence arrived in is broken, or contradicts its content."""

    code: ClassVar[str] = "carrier-error"

    carrier: str
    """The name of the carrier."""
    reason: str
    """What is wrong with it."""
    offset: int | None = None
    """Where in the carrier, in bytes."""
    path: str = ""
    """Which of its members."""

    def text(self) -> str:
        return f"{self.carrier}{_at(self)}: {self.reason}"


class MalformedEvidence(EvidenceError):
    """The bytes do not follow the format.

    `what` is the structure or field, `offset` where in the evidence (bytes), `path` where in its
    tree, `spec` the source of the rule.
    """

    code: ClassVar[str] = "malformed-evidence"

    what: str
    """The structure or field."""
    offset: int | None = None
    """Where in the evidence, in bytes."""
    path: str = ""
    """Where in its tree."""
    spec: str = ""
    """The source of the rule."""

    def _end(self) -> str:
        return f" [{self.spec}]" if self.spec else ""

    def _start(self) -> str:
        return f"{self.what}{_at(self)}"

    def text(self) -> str:
        return self._start() + self._end()

    def of_carrier(self, carrier: str) -> CarrierError:
        """The same where the structure is no evidence, but what evidence arrived in."""
        reason = self.text().removeprefix(f"{self._start()}: ")
        return CarrierError(carrier=carrier, offset=self.offset, path=self.path, reason=reason)


class Truncated(MalformedEvidence):
    """A structure needs `need` bytes and `have` are left."""

    code: ClassVar[str] = "truncated"

    need: int
    """How many bytes the structure has."""
    have: int
    """How many bytes are left."""

    def text(self) -> str:
        return f"{self._start()}: need {self.need} bytes, have {self.have}{self._end()}"


class TrailingBytes(MalformedEvidence):
    """`extra` bytes follow the end of a structure."""

    code: ClassVar[str] = "trailing-bytes"

    extra: int
    """How many bytes follow."""

    def text(self) -> str:
        return f"{self._start()}: {self.extra} bytes follow its end{self._end()}"


class BadEncoding(MalformedEvidence):
    """Not well-formed, or not in the form that the format requires."""

    code: ClassVar[str] = "bad-encoding"

    reason: str
    """What is wrong with it."""

    def text(self) -> str:
        return f"{self._start()}: {self.reason}{self._end()}"


class ConstraintViolation(MalformedEvidence):
    """A value breaks a rule of the specification: `got` where `allowed` is a text."""

    code: ClassVar[str] = "constraint-violation"

    got: object
    """The value."""
    allowed: str
    """What may stand there, in words."""

    def text(self) -> str:
        return f"{self._start()}: {quote(self.got)}, allowed is {self.allowed}{self._end()}"


class MissingField(MalformedEvidence):
    """A required field is not there."""

    code: ClassVar[str] = "missing-field"

    name: str
    """The field that is not there."""

    def text(self) -> str:
        return f"{self._start()}: {quote(self.name)} is missing{self._end()}"


class UnexpectedField(MalformedEvidence):
    """A field that may not be there."""

    code: ClassVar[str] = "unexpected-field"

    name: str
    """The field that may not be there."""

    def text(self) -> str:
        return f"{self._start()}: {quote(self.name)} may not be here{self._end()}"


class LimitExceeded(EvidenceError):
    """One of our own bounds (`evidence.limits`), which an operator may know to be too low."""

    code: ClassVar[str] = "limit-exceeded"

    limit: str
    """What is bounded, in words."""
    maximum: int
    """How many, or how many bytes, there may be."""
    got: int | None = None
    """How many there are, as far as that is known."""
    offset: int | None = None
    """Where in the input, in bytes."""
    path: str = ""
    """Where in its tree."""

    def text(self) -> str:
        got = "" if self.got is None else f", got {self.got}"
        return f"limit {self.limit}{_at(self)}: at most {self.maximum}{got}"


class Noted(EvidenceError):
    """The evidence was read, with `notes` (code and path), and the caller allows none."""

    code: ClassVar[str] = "noted"

    notes: tuple[str, ...]
    """The code and the path of each note."""

    def text(self) -> str:
        return f"read, but with notes: {'; '.join(self.notes)}"


class NotVerified(EvidenceError):
    """A check of authenticity did not pass: `failed` names the first one. `check` is that, `report` has all of them."""

    code: ClassVar[str] = "not-verified"

    failed: str
    """The first check that did not pass, by its id."""
    by: str
    """Whose key should have made it pass."""
    reason: str
    """Why it did not: a word of `evidence.verify.words`."""
    detail: str = ""
    """More of that, for people."""

    @property
    def check(self) -> Any:
        """The `evidence.verify.Check` that did not pass."""
        return self.report.check(self.failed) if self.report is not None else None

    @property
    def report(self) -> Any:
        """The `evidence.verify.Report` that it is one of; None where the error came from elsewhere."""
        return self.__dict__.get("_report")

    def of(self, report: object) -> NotVerified:
        """The same error, with the report that it is about."""
        self.__dict__["_report"] = report
        return self

    def text(self) -> str:
        detail = f" ({quote(self.detail)[1:-1]})" if self.detail else ""
        return f"not verified: {quote(self.failed)[1:-1]} by {quote(self.by)[1:-1]}: {self.reason}{detail}"


class Defective(EvidenceError):
    """The code of an evidence type raised what it may not: its author's fault. `where` its author can look.

    An `EvidenceError` so that one plugin does not end the work on the others; the cause is the exception itself.
    `type` is the type's name, where it is known.
    """

    code: ClassVar[str] = "defective-type"

    reason: str
    """What was raised."""
    where: str
    """The place in its code."""
    type: str = ""
    """The name of the type, where it is known."""

    def text(self) -> str:
        return f"the code of {self.type or 'a type'} raised {self.reason} ({self.where})"


def defective(error: BaseException, type: str = "") -> Defective:
    """The error of a type whose code raised `error`, with the last place that its author can look at."""
    trace, where = error.__traceback__, "nowhere"
    while trace is not None:
        where = f"{trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno}"
        trace = trace.tb_next
    defect = Defective(reason=safe(shown(error)), where=where, type=type)
    defect.__cause__ = error
    return defect


def shown(error: BaseException) -> str:
    """An exception as a text, also one that cannot be shown."""
    try:
        return repr(error)
    except Exception:  # noqa: BLE001 (of its own making as well)
        return type(error).__name__


def _at(error: Any) -> str:
    """` at 0x1f (path)`, as far as the error knows."""
    where = "" if error.offset is None else f" at {error.offset:#x}"
    return where + (f" ({quote(error.path)[1:-1]})" if error.path else "")


class RegistryError(Exception):
    """The author of an evidence type is at fault."""


class NotAdmitted(RegistryError):
    """The gate refused `name`; `reasons` holds all of them."""

    def __init__(self, name: str, reasons: tuple[str, ...]) -> None:
        super().__init__(name, reasons)
        self.name, self.reasons = name, reasons

    def __str__(self) -> str:
        return f"{self.name} is not admitted:" + "".join(f"\n  - {reason}" for reason in self.reasons)


class DuplicateType(RegistryError):
    """A type of this name is already registered."""


class UsageError(Exception):
    """The caller asked for something that cannot apply, whatever the bytes are."""


def unknown_name(what: str, name: str, known: Iterable[str], others: Iterable[str] = ()) -> UsageError:
    """What a caller is told who wrote a name that there is not: the nearest one, and the `known` ones. `others` are names too."""
    names = tuple(known)
    near = nearest(name, (*names, *others))
    meant = f", did you mean {near}?" if near else ""
    return UsageError(f"no {what} {quote(name)}{meant} (known: {', '.join(names) or 'none'})")


CLOSE = 0.65
"""How alike two words are (by `difflib`) of which one may be a slip for the other."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of the `known` names that somebody may have meant; None where none is like it."""
    from difflib import get_close_matches

    names = {word.lower(): word for word in known}
    wanted = name[:QUOTED].lower()
    longer = sorted((word for word in names if word.startswith(f"{wanted}-")), key=len)
    near = longer or get_close_matches(wanted, names, 1, CLOSE)
    return names[near[0]] if near else None
