"""The set of evidence types: what a type is, and the registry that refuses one without proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import update_wrapper
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, NamedTuple, Self, TypeVar

import msgspec
from msgspec import Struct

from evidence.claims import Binding, Certificate, Consistency, Environment, Fact, Log, Note
from evidence.errors import Defective, DuplicateType, EvidenceError, UsageError, defective, unknown_name
from evidence.input import NOTHING, Input
from evidence.words import Construct, Missing, Protection, SignatureEncoding, Status

if TYPE_CHECKING:  # loads much that converting does not need
    from importlib.resources.abc import Traversable

    from evidence.corim import Profile
    from evidence.mapping import Mapping as Meaning
    from evidence.wire.claimset import ClaimTable
    from evidence.wire.decoded import Decoded
    from evidence.wire.layout import Layout

    TypeTable = Meaning | ClaimTable | type[Layout]
else:  # the names must be there for whoever asks for a signature, as `help` does
    Traversable = Profile = TypeTable = object


class Match(NamedTuple):
    """A type's word that bytes are its own. Only a catch-all type is `generic`."""

    version: str
    variant: str | None = None
    strength: Literal["exact", "generic"] = "exact"


class Signed(Struct, frozen=True, kw_only=True):
    """One signature of a piece of evidence, and all that checking it needs but the key.

    `covers` are `[start, end)` offsets (bytes) into the evidence; `message` is the signed message
    where it is not just those ranges one after the other (COSE, SPDM, JWS). `alg` and `hash` are None
    where the evidence does not say; `Evidence.message` gives the message, unless `missing` names parts of it
    that are not at hand. `key` is the public key where the evidence holds it, as an uncompressed point (it begins with 04), a COSE_Key (a
    CBOR map) or the 32 bytes of Ed25519: what the evidence says, not whom to trust. `certificates` are the
    paths of those that may hold the key and lead to an authority, the leaf first: candidates, judged by nobody.
    """

    name: str
    """The name of the signature, as the claims have it."""
    by: str
    """What holds the key: a kind of key, or where it is described."""
    alg: str | None
    hash: str | None
    encoding: SignatureEncoding | None
    """How the value is written; None where the format does not say."""
    construct: Construct
    """How the signed message is made."""
    covers: tuple[tuple[int, int], ...]
    value: bytes
    """The signature as it lies in the evidence, in bytes."""
    message: bytes | None = None
    key: bytes | None = None
    certificates: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    environment: str | None = None
    """The id of the environment that it is of."""

    def public_key(self) -> bytes:
        """The key that the evidence holds, in the form that other tools take: DER of a SubjectPublicKeyInfo.

        Nobody has judged it, nor whether its point is on its curve. `LookupError` if there is none, or none of a
        known form.
        """
        from evidence.wire import curves

        if self.key is None:
            raise LookupError(f"{self.name}: the evidence does not hold its key")
        try:
            return curves.of_bytes(self.key, self.alg)[1]
        except EvidenceError as error:
            raise LookupError(f"{self.name}: {error}") from None

    def signature_der(self) -> bytes:
        """The signature in the form that other tools take: of ECDSA r and s in DER, any other one as it is.

        `LookupError` for an ECDSA signature that has not two halves of one size.
        """
        from evidence.wire import curves

        if self.encoding not in HALVES:
            return self.value
        half, order = len(self.value) // 2, HALVES[self.encoding]
        if not half or 2 * half != len(self.value) or half > curves.LARGEST:
            raise LookupError(f"{self.name}: {len(self.value)} bytes are not two numbers")
        r, s = (int.from_bytes(part, order) for part in (self.value[:half], self.value[half:]))
        return curves.to_der(r, s)


HALVES: Final[Mapping[SignatureEncoding | None, Literal["big", "little"]]] = {
    "p1363": "big",
    "amd-le72": "little",
}
"""How r and s are written, one after the other in the same number of bytes."""


class Source(NamedTuple):
    """Where one field lies, and which claims are made from it.

    `layer` is `evidence`, `attachment:KIND`, or a decoded layer of its own (`payload`); `start` and
    `end` are offsets (bytes) into it. `outer` is the range of the evidence that a decoded layer was
    made from. `claims` are paths such as `/environments/guest/measurements/measurement`. `content` are
    the bytes of a field in a decoded layer, which no range of the input holds. `bare` is a field of a decoded
    layer that no signature covers, although one covers something else in that layer: `outer` is the same for both.
    """

    field: str
    """The field's name in the specification, behind that of its structure where there are several."""
    start: int
    end: int
    claims: tuple[str, ...] = ()
    layer: str = "evidence"
    outer: tuple[int, int] | None = None
    content: bytes | None = None
    bare: bool = False


class Body(Struct, frozen=True, kw_only=True):
    """What only the type can say: the claims document without its header and its signatures.

    `size` (bytes) is where the evidence proper ends; what follows it is counted as trailing.
    `attachment_facts` are pairs of a kind of attachment and what the type found out about its form. `converted` says that
    these are claims that this library converted: evidence because the caller says so, and for nobody else.
    """

    version: str
    variant: str | None = None
    size: int
    protection: Protection
    environments: tuple[Environment, ...]
    bindings: tuple[Binding, ...] = ()
    consistency: tuple[Consistency, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    logs: tuple[Log, ...] = ()
    notes: tuple[Note, ...] = ()
    attachment_facts: tuple[tuple[str, Fact], ...] = ()
    converted: bool = False


class NoOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """The options of a type that has none."""


class Reference(NamedTuple):
    """A document that the type is read from."""

    name: str
    title: str


class Deprecated(NamedTuple):
    """Since which release a type is deprecated, why, and which type is read instead, if there is one."""

    since: str
    why: str
    instead: str | None = None


def no_tables() -> tuple[TypeTable, ...]:
    """The tables of a type that lists none."""
    return ()


if TYPE_CHECKING:
    from typing_extensions import (
        TypeVar as TypeVarOfLater,  # for type checkers alone: it need not be installed
    )

    N = TypeVarOfLater("N", default=Any)
else:
    N = TypeVar("N")


class EvidenceType(Struct, Generic[N], frozen=True, kw_only=True):
    """One evidence type, as a value. `N` is the kind of its native values.

    `name` is lower-kebab and never reused. `identify(data)` (or `decoding`) is cheap and never raises: a plugin that does recognises
    nothing, and whoever asked is told (`Evidence.faults`, or the error `Defective` where nothing else matches).
    `read(Input)` parses everything or raises `EvidenceError`; `claims(native, Input)` normalises;
    `signed(native, Input)` names the signatures; `sources(native, Input)` says where each field lies.
    `options` is a frozen struct class. `schema` is a JSON Schema file, `fixtures` a folder with
    `valid/`, `invalid/` and `real/`, `spec` the type's SPEC.md, `released` the schema last released.
    `tables()` gives the tables that the type is made of: mappings from fields to claims, structures, claim sets; fixtures must
    show every row. `workload` says whether its evidence speaks of a workload: one that does has a value of the caller.
    `codes` are note codes of its own, each with a sentence; those of everyone are in `evidence.codes`.
    A `catch_all` never answers `exact`, and is not asked where another type does. `marks` is for a type whose `identify` believes whoever says that there
    is evidence: it tells whether bytes that lie anywhere are its own, broken or not; None is for all others.

    What cannot be as the gate wants it is listed with the reason; names may be patterns (`*`). `unclaimed`: native fields that change no claim.
    `elsewhere`: claims that a field decides and is not said to become, as `FIELD -> /path`. `unobserved`: schema words, rows, and
    claims of fields (`FIELD -> /path`) that no fixture shows. `inapplicable`: classes of invalid fixtures that cannot exist.
    `corim()` gives the tables of a vendor's profile for concise evidence.
    `aliases` are short names, by which a caller may ask for it; documents have the `name` alone.
    `content_types` are the media types to wrap evidence with, by variant ("" is every other one): only those that somebody
    registered for just that. `deprecated` says since when and what replaces it, on its pages and in lists: documents do not change.
    """

    name: str
    title: str
    """What it is, for people."""
    versions: tuple[str, ...]
    """The versions of the format that are read."""
    status: Status
    """How sure this library is of it."""
    change_controller: str
    """Who decides about it."""
    references: tuple[Reference, ...]
    """The documents that it is read from."""
    identify: Callable[[bytes], Match | None]
    read: Callable[[Input], N]
    claims: Callable[[N, Input], Body]
    signed: Callable[[N, Input], tuple[Signed, ...]]
    sources: Callable[[N, Input], Iterable[Source]]
    schema: Traversable | None
    fixtures: Traversable | None
    spec: Traversable | None
    released: Traversable | None = None
    media_types: tuple[str, ...] = ()
    """The media types that stand for it."""
    providers: tuple[str, ...] = ()
    """The providers of configfs-tsm that stand for it."""
    attachments: tuple[str, ...] = ()
    """The kinds of attachments that it reads."""
    options: type[Struct] = NoOptions
    tables: Callable[[], tuple[TypeTable, ...]] = no_tables
    workload: Literal["always", "sometimes", "never"] = "never"
    codes: Mapping[str, str] = NOTHING
    unclaimed: Mapping[str, str] = NOTHING
    elsewhere: Mapping[str, str] = NOTHING
    unobserved: Mapping[str, str] = NOTHING
    inapplicable: Mapping[str, str] = NOTHING
    catch_all: bool = False
    marks: Callable[[bytes], bool] | None = None
    content_types: Mapping[str, str] = NOTHING
    corim: Callable[[], Profile] | None = None
    deprecated: Deprecated | None = None
    aliases: tuple[str, ...] = ()

    def has_marks(self, data: bytes) -> bool:
        """Whether bytes that nobody names are this type's: what `identify` says, where it needs no stricter look."""
        if self.marks is not None:
            return self.marks(data)
        match = None if self.catch_all else self.identify(data)
        return match is not None and match.strength == "exact"

    def match(self, source: Input) -> Match | None:
        """What `identify` says of an input. Raises whatever a plugin does."""
        identify = self.identify
        return identify.match(source) if isinstance(identify, decoding) else identify(source.data)

    def content_type(self, variant: str | None) -> str | None:
        """The media type of evidence of a variant; None where none is known."""
        return self.content_types.get(variant or "", self.content_types.get(""))

    def make_options(self, options: object) -> Struct:
        """The type's options from a mapping (texts allowed), or from such a value itself."""
        if not options:
            return self.options()
        if isinstance(options, self.options):
            return options
        known = self.options.__struct_fields__
        for name in options if isinstance(options, Mapping) else ():
            if name not in known:
                raise unknown_name(f"option of {self.name}", str(name), known)
        try:
            return msgspec.convert(options, self.options, strict=False)
        except (msgspec.ValidationError, TypeError) as error:
            raise UsageError(f"{self.name}: {error}") from None


class late:  # noqa: N801 (it stands for a function, as `functools.partial` does)
    """The function at `module:name`, imported when it is first called, so that descriptors stay cheap."""

    __slots__ = ("_function", "_target")

    def __init__(self, target: str) -> None:
        self._target = target
        self._function: Callable[..., Any] | None = None

    def __call__(self, *args: Any) -> Any:
        if self._function is None:
            module, _, name = self._target.partition(":")
            self._function = getattr(import_module(module), name)
        return self._function(*args)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, late) and self._target == other._target

    def __hash__(self) -> int:
        return hash(self._target)

    def __repr__(self) -> str:
        return f"late({self._target!r})"

    def __reduce__(self) -> tuple[type[late], tuple[str]]:
        return late, (self._target,)


ANY: Final = frozenset(range(256))
"""What evidence may begin with where its type says nothing about it."""


class decoding:  # noqa: N801 (it stands for a function, as `late` does)
    """The `identify` of a type that tells its evidence by what the bytes decode to: a function of `Input.decoded`.

    What it decodes, carriers and `read` have as well. It is asked about bytes alone that begin with one of `first`, so
    that others load no decoder.
    """

    def __init__(self, of: Callable[[Decoded], Match | None], first: frozenset[int] = ANY) -> None:
        self.of, self.first = of, first
        update_wrapper(self, of)

    def match(self, source: Input) -> Match | None:
        """What the function says of an input."""
        return self.of(source.decoded) if source.data[:1] and source.data[0] in self.first else None

    def __call__(self, data: bytes) -> Match | None:
        return self.match(Input(data=data))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, decoding) and (self.of, self.first) == (other.of, other.first)

    def __hash__(self) -> int:
        return hash(self.of)

    def __reduce__(self) -> tuple[type[decoding], tuple[Callable[[Decoded], Match | None], frozenset[int]]]:
        return decoding, (self.of, self.first)


class Recognised(Struct, frozen=True):
    """The types that recognise bytes, and the plugins that raised instead of saying whether they do."""

    matches: tuple[tuple[EvidenceType, Match], ...]
    faults: tuple[Defective, ...] = ()


def defect(kind: EvidenceType, error: BaseException) -> Defective:
    """What an exception of a plugin's code becomes. A type of our own must not raise: its exception is raised again."""
    from evidence.types import BUILTIN

    if any(kind is own for own in BUILTIN):
        raise error
    return defective(error, kind.name)


Question = tuple[EvidenceType, Callable[[Any], Match | None], frozenset[int] | None, bool]
"""A type with its `identify`, how evidence begins about which that takes what the bytes decode to, and whether it is last."""


def _question(kind: EvidenceType) -> Question:
    identify = kind.identify
    if isinstance(identify, decoding):
        return kind, identify.of, identify.first, kind.catch_all
    return kind, identify, None, kind.catch_all


def _by_name(types: Iterable[EvidenceType]) -> dict[str, EvidenceType]:
    """The types by all of their names; `DuplicateType` where one would mean two."""
    names: dict[str, EvidenceType] = {}
    for kind in types:
        for name in (kind.name, *kind.aliases):
            if name in names:
                raise DuplicateType(f"{kind.name}: the name {name} is that of {names[name].name}")
            names[name] = kind
    return names


class Registry:
    """An immutable set of evidence types. `Registry()` is empty; `admit` returns a larger one."""

    __slots__ = ("_names", "_questions", "_types")

    def __init__(self) -> None:
        self._types: Mapping[str, EvidenceType] = {}
        self._names: Mapping[str, EvidenceType] = {}
        self._questions: tuple[Question, ...] = ()

    @classmethod
    def _of(cls, types: Iterable[EvidenceType]) -> Self:
        registry = cls()
        registry._types = {kind.name: kind for kind in types}
        registry._names = _by_name(registry._types.values())
        registry._questions = tuple(_question(kind) for kind in registry)
        return registry

    @classmethod
    def builtin(cls) -> Self:
        """The types that come with this library, proven by its tests instead of at run time."""
        from evidence.types import BUILTIN

        return cls._of(BUILTIN)

    def admit(self, kind: EvidenceType) -> Self:
        """A registry with `kind` as well, or `NotAdmitted` with every reason, or `DuplicateType`."""
        from evidence.authoring.gate import prove

        if kind.name in self._types:
            raise DuplicateType(f"{kind.name} is already registered")
        larger = self._of((*self, kind))
        prove(kind, larger)
        return larger

    def __iter__(self) -> Iterator[EvidenceType]:
        return iter(self._types.values())

    def __len__(self) -> int:
        return len(self._types)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> EvidenceType:
        """The type of this name, which may be a short one, or `UsageError`."""
        try:
            return self._names[name]
        except KeyError:
            raise unknown_name("evidence type", str(name), self._types, self._names) from None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a type may be asked for by, the short ones of a type behind its own."""
        return tuple(self._names)

    def by_provider(self, provider: str) -> tuple[EvidenceType, ...]:
        """The types that a configfs-tsm provider stands for."""
        return tuple(kind for kind in self if provider in kind.providers)

    def by_media_type(self, media_type: str) -> tuple[EvidenceType, ...]:
        """The types that a media type (without parameters) stands for."""
        return tuple(kind for kind in self if media_type in kind.media_types)

    def has_marks(self, data: bytes) -> bool:
        """Whether bytes that nobody names are evidence of one of the types."""
        return any(kind.has_marks(data) for kind in self._types.values())

    def identify(self, data: bytes) -> tuple[tuple[EvidenceType, Match], ...]:
        """The types that recognise `data`, only those of the greatest strength; `recognise` tells more."""
        return self.recognise(Input(data=data)).matches

    def recognise(self, source: Input) -> Recognised:
        """The types that recognise an input, only those of the greatest strength, and the plugins that raised.

        A plugin that raises recognises nothing, and the others are asked as if it were not there. A built-in type
        must not raise: its exception passes through.
        """
        faults: list[Defective] = []
        exact: list[tuple[EvidenceType, Match]] = []
        generic: list[tuple[EvidenceType, Match]] = []
        data = source.data
        begins = data[0] if data else -1
        for kind, identify, first, is_last in self._questions:
            if (is_last and exact) or (first is not None and begins not in first):
                continue
            try:
                match = identify(data if first is None else source.decoded)
            except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever the code of others raises)
                faults.append(defect(kind, error))
                continue
            if match is not None:
                (exact if match.strength == "exact" else generic).append((kind, match))
        return Recognised(tuple(exact or generic), tuple(faults))
