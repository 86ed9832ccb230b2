"""The pipeline: unwrap what carries the evidence, identify its type, read it, say what it claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast, overload

from msgspec import Struct
from msgspec.structs import replace

from evidence import limits
from evidence.carriers import nature_of, unwrap
from evidence.claims import Claims
from evidence.document import document
from evidence.errors import (
    AmbiguousFormat,
    BadEncoding,
    CarrierError,
    Defective,
    EvidenceError,
    MalformedEvidence,
    SeveralEvidence,
    UnknownFormat,
    UsageError,
    safe,
    unknown_name,
)
from evidence.input import ATTACHMENT_KINDS, NOTHING, Input, Refusal
from evidence.limits import Budget
from evidence.options import Options
from evidence.paths import canonical, join, parents
from evidence.registry import EvidenceType, Match, N, Recognised, Registry, Signed, Source, defect
from evidence.words import IdentifiedBy

M = TypeVar("M")
BytesLike = bytes | bytearray | memoryview
Matches = tuple[tuple[EvidenceType, Match], ...]
BUILTIN: Final = Registry.builtin()
JOINED: Final = frozenset({"plain", "spdm-transcript"})
"""Constructs whose message may be the covered ranges alone, one after the other."""


class Evidence(Struct, Generic[N], frozen=True, kw_only=True):
    """One piece of evidence: its bytes, its native fields and its claims. Nothing in it is verified."""

    type: EvidenceType[N]
    """The type that it is of."""
    input: Input
    """Its bytes, with what came beside them and what they came in."""
    native: N
    """Every field under its specification's name: a value of the type's own kind."""
    claims: Claims
    """What it says, in the words that all types share."""
    faults: tuple[Defective, ...] = ()
    """Plugins that raised instead of saying whether these bytes are theirs: not what the evidence says, but they
    might have made it ambiguous."""

    def __repr__(self) -> str:
        header = self.claims.evidence
        at = f", {self.at}" if self.at else ""
        return safe(f"<Evidence {header.type} {header.version}, {header.size} bytes{at}, not verified>")

    def __reduce__(self) -> tuple[Any, ...]:
        name = self.type.name
        own = name in BUILTIN and BUILTIN[name] is self.type
        return _reread, (name if own else self.type, self.input, self.claims)

    @property
    def data(self) -> bytes:
        """The evidence proper, without what trails it."""
        return self.input.data[: self.claims.evidence.size]

    @property
    def at(self) -> str:
        """The path of this piece in what carried it."""
        return self.input.at

    def of(self, kind: EvidenceType[M]) -> Evidence[M]:
        """The same piece, for a type checker to know its `native`; `UsageError` for a piece of another type."""
        if self.type is not kind:
            raise UsageError(f"a piece of {self.type.name}, not of {kind.name}")
        return cast("Evidence[M]", self)

    def signed(self) -> tuple[Signed, ...]:
        """The signatures with their messages and values, for a verifier."""
        try:
            return self.type.signed(self.native, self.input)
        except EvidenceError:
            raise
        except (Exception, SystemExit) as error:
            raise defect(self.type, error) from error

    def message(self, signature: Signed) -> bytes:
        """What `signature` was made over: its message, or the ranges that it covers one after the other.

        Raises `LookupError` where signed parts are not at hand (`signature.missing`), or where the message cannot be
        made because its hash is not known here: no bytes, rather than bytes that nobody signed.
        """
        if signature.missing:
            raise LookupError(f"{signature.name}: signed, and not at hand: {', '.join(signature.missing)}")
        if signature.message is not None:
            return signature.message
        if signature.construct not in JOINED:
            raise LookupError(
                f"{signature.name}: the message cannot be made here, with hash {signature.hash}"
            )
        return b"".join(self.input.data[start:end] for start, end in signature.covers)

    def sources(self) -> tuple[Source, ...]:
        """Every field with its place and the claims that are made from it."""
        try:
            return tuple(self.type.sources(self.native, self.input))
        except EvidenceError:
            raise
        except (Exception, SystemExit) as error:
            raise defect(self.type, error) from error

    def where(self, path: str) -> Source:
        """The field that a claim was made from; `LookupError` if no bytes stand for it.

        `path` is a JSON Pointer into the claims; an entry of a list may be named by its `id` or `name`.
        """
        wanted = canonical(self.claims, path)
        by_claim = {claim: source for source in self.sources() for claim in source.claims}
        for known in parents(wanted):
            if known in by_claim:
                return by_claim[known]
        raise LookupError(f"no field stands for {path}")

    def bytes_of(self, source: Source) -> bytes:
        """The bytes of a field."""
        if source.content is not None:
            return source.content
        if source.layer == "evidence":
            return self.input.data[source.start : source.end]
        kind = source.layer.removeprefix("attachment:")
        return self.input.attachments.get(kind, b"")[source.start : source.end]

    def covered(self, path: str, *, by: str) -> bool:
        """Whether the signature of the name `by` covers the field that a claim was made from.

        Nothing is verified by that. `LookupError` if no bytes stand for the claim, or there is no such signature.
        """
        from evidence.coverage import Covers

        for signature in self.claims.signatures:
            if signature.name == by:
                return Covers(signature.covers).hold(self.where(path))
        raise LookupError(f"no signature {by!r}")

    def certificate(self, source: str) -> bytes:
        """A certificate of the claims in DER, by its `source` or its path; `LookupError` if there is none."""
        from evidence.wire import x509

        certificates = x509.read_all(
            self.bytes_of(self.where(source if source[:1] == "/" else join("certificates", source))),
            "certificate",
        )
        if len(certificates) != 1:
            raise LookupError(f"no certificate {source!r}")
        return certificates[0].der

    def unsigned(self) -> tuple[str, ...]:
        """The paths of all claims that no signature covers; see `evidence.coverage`."""
        from evidence.coverage import unsigned

        return unsigned(self.claims, self.sources())


def _reread(kind: EvidenceType | str, source: Input, claims: Claims) -> Evidence:
    """What was pickled or copied: the native fields are read again, as decoders' values cannot be pickled."""
    if isinstance(kind, str):
        kind = BUILTIN[kind]
    return Evidence(type=kind, input=source, native=kind.read(source), claims=claims)


class Failure(NamedTuple):
    """A piece that could not be converted: where it lies in its carrier, and why."""

    at: str
    """The path of the piece in its carrier; empty for a bare one."""
    error: EvidenceError
    """What is wrong with it."""


@overload
def parse(
    data: BytesLike,
    *,
    type: EvidenceType[M],
    options: object = None,
    attachments: Mapping[str, bytes] | None = None,
    registry: Registry | None = None,
    unwrap_results: bool = False,
) -> Evidence[M]: ...
@overload
def parse(
    data: BytesLike,
    *,
    type: str | EvidenceType | None = None,
    options: object = None,
    attachments: Mapping[str, bytes] | None = None,
    registry: Registry | None = None,
    unwrap_results: bool = False,
) -> Evidence: ...
def parse(
    data: BytesLike,
    *,
    type: str | EvidenceType | None = None,
    options: object = None,
    attachments: Mapping[str, bytes] | None = None,
    registry: Registry | None = None,
    unwrap_results: bool = False,
) -> Evidence:
    """The one piece of evidence in `data`; see `parse_all` for the arguments.

    Raises `EvidenceError`: what is wrong with it, or `SeveralEvidence`; `TypeError` and `UsageError` for what the caller
    gave.
    """
    source = make_input(data, attachments)
    pieces = convert_all(source, type=type, options=options, registry=registry, unwrap_results=unwrap_results)
    return only(tuple(pieces))


def parse_all(
    data: BytesLike,
    *,
    type: str | EvidenceType | None = None,
    options: object = None,
    attachments: Mapping[str, bytes] | None = None,
    registry: Registry | None = None,
    unwrap_results: bool = False,
) -> tuple[Evidence | Failure, ...]:
    """Every piece of evidence in `data`, in order; a bad piece is a `Failure` beside the others.

    `type` forces a type, by any of its names or as the value of `evidence.natives` (content that contradicts it is a
    failure), `options` are a mapping, or a type's own value: each goes to the pieces whose type has it, and there must be
    one. `attachments` go by kind (`ATTACHMENT_KINDS`).
    `registry` has the types to choose from, all built-in ones where it is left out. `unwrap_results` takes evidence out of
    attestation results, which are refused otherwise. Raises `TypeError` and `UsageError` alone.
    """
    source = make_input(data, attachments)
    return tuple(
        convert_all(source, type=type, options=options, registry=registry, unwrap_results=unwrap_results)
    )


def only(pieces: tuple[Evidence | Failure, ...]) -> Evidence:
    """The only one of `pieces`; raises its error, or `SeveralEvidence`."""
    if len(pieces) != 1:
        raise SeveralEvidence(paths=tuple(piece.at for piece in pieces))
    (piece,) = pieces
    if isinstance(piece, Failure):
        raise piece.error
    return piece


def make_input(data: BytesLike, attachments: Mapping[str, bytes] | None = None) -> Input:
    """An `Input` of what a caller has; `TypeError` or `UsageError` for what cannot be one."""
    if not isinstance(data, BytesLike):
        raise TypeError(f"evidence is bytes, not {data.__class__.__name__}; load() takes a path")
    if not attachments:
        return Input(data=bytes(data))
    return Input(data=bytes(data), attachments=attached(attachments), by_caller=frozenset(attachments))


def attached(attachments: Mapping[str, BytesLike] | None) -> Mapping[str, bytes]:
    """A copy of a caller's attachments, which the caller may change; raises what `make_input` does."""
    if not attachments:
        return NOTHING
    for kind, content in attachments.items():
        if kind not in ATTACHMENT_KINDS:
            raise unknown_name("attachment kind", str(kind), ATTACHMENT_KINDS)
        if not isinstance(content, BytesLike):
            raise TypeError(f"attachment {kind} is bytes, not {content.__class__.__name__}")
    return {kind: bytes(content) for kind, content in attachments.items()}


def convert_all(
    source: Input,
    *,
    type: str | EvidenceType | None = None,
    options: object = None,
    registry: Registry | None = None,
    unwrap_results: bool = False,
) -> Iterable[Evidence | Failure]:
    """`parse_all` for an `Input` that a carrier of files made: its one piece, or one after the other where it holds several.

    Whoever gives `Options` for several inputs settles them.
    """
    if unwrap_results:
        source = replace(source, unwrap_results=True)
    known = BUILTIN if registry is None else registry
    shared = options if isinstance(options, Options) else None
    own = shared or make_options(options, type, known)
    pieces = _walk(source, _Request(known, _forced(type, known), own, Budget(_size(source))), 0)
    if not isinstance(pieces, tuple):
        return _counted(pieces, own if shared is None else None)
    if shared is None:
        own.settle()
    return pieces


def make_options(options: object, type: str | EvidenceType | None, registry: Registry | None) -> Options:
    """The `Options` of a caller for inputs that may hold any type of the registry, or this one; `UsageError` for a name of none."""
    known = BUILTIN if registry is None else registry
    forced = _forced(type, known)
    return Options(options, known if forced is None else (forced,))


def _forced(type: str | EvidenceType | None, known: Registry) -> EvidenceType | None:
    """The type that a caller names, or has; `UsageError` for one that is not in the registry: nothing has proven it."""
    if type is None or isinstance(type, str):
        return None if type is None else known[type]
    if type.name not in known or known[type.name] is not type:
        raise UsageError(f"the type {type.name} is not in the registry")
    return type


def _counted(pieces: Iterable[Evidence | Failure], options: Options | None) -> Iterator[Evidence | Failure]:
    """The pieces, up to `limits.PIECES`; behind the last one the options are settled."""
    for count, piece in enumerate(pieces, 1):
        if count > limits.PIECES:
            yield _failure(piece.at, limits.exceeded("pieces", limits.PIECES, count))
            return
        yield piece
    if options is not None:
        options.settle()


def _size(source: Input) -> int:
    """Bytes of an input and its attachments: what is beside several pieces is read with each."""
    return len(source.data) + (sum(map(len, source.attachments.values())) if source.attachments else 0)


class _Request(Struct, frozen=True):
    """What a caller wants beside the bytes: types to choose from, or the one it must be, and its options."""

    known: Registry
    forced: EvidenceType | None
    options: Options
    budget: Budget


def _failure(at: str, error: EvidenceError) -> Failure:
    """The failure without the frames in which it was raised: they would hold the bytes of every piece that failed.

    What a plugin raised stays, for its author.
    """
    error.__context__ = error.__traceback__ = None
    if not isinstance(error, Defective):
        error.__cause__ = None
    return Failure(limits.shortened(at), error)


def _walk(source: Input, request: _Request, depth: int) -> Iterable[Evidence | Failure]:
    """The one piece that the input is, or all that are in the carrier that it is.

    A catch-all type comes after the carriers, and so does a search in what no carrier recognised: what it finds
    has marks of its own, and is a piece beside what the catch-all makes of the rest.
    """
    try:
        if len(source.data) > limits.INPUT_BYTES:
            raise limits.exceeded("input", limits.INPUT_BYTES, len(source.data))
        if source.carriers:
            limits.check("characters of a path", limits.PATH, len(source.at))
        for expect in source.expects:  # it is repeated in every document
            limits.check("bytes of an expected value", limits.PATH, len(expect.digest))
        recognised = request.known.recognise(source)
        if source.broken is not None:
            return (_broken(source, source.broken, recognised, request),)
        matches, inner = recognised.matches, None
        if not (source.type or _is_exact(matches) or request.forced in _types(matches)):
            is_evidence = bool(matches) and request.forced is None
            inner = unwrap(source, request.known.has_marks, request.budget, is_evidence=is_evidence)
        if inner is None:
            return (_itself(source, recognised, request),)
        limits.check("carrier depth", limits.CARRIER_DEPTH, depth + 1)
    except EvidenceError as error:
        return (_failure(source.at, error),)
    return _inside(inner, source, recognised, request, depth + 1)


def _itself(source: Input, recognised: Recognised, request: _Request) -> Evidence | Failure:
    try:
        choose = _carried if source.type else _choose
        kind, how = choose(source, recognised, request)
        return _convert(source, kind, how, request.options, recognised.faults)
    except EvidenceError as error:
        return _failure(source.at, error)


def _broken(source: Input, error: BadEncoding, recognised: Recognised, request: _Request) -> Failure:
    """What is wrong with bytes whose text breaks off: what their type says that is lacking, else the text's own error."""
    is_known = bool(recognised.matches) or request.forced is not None
    piece = _itself(source, recognised, request) if is_known else None
    if isinstance(piece, Failure) and isinstance(piece.error, MalformedEvidence):
        return piece
    *outer, last = source.carriers
    fault = CarrierError(carrier=last.name, path=last.at, reason=error.reason)
    return _failure(replace(source, carriers=tuple(outer)).at, fault)


def _inside(
    pieces: Iterable[Input | Refusal | EvidenceError],
    source: Input,
    recognised: Recognised,
    request: _Request,
    depth: int,
) -> Iterator[Evidence | Failure]:
    """What is in the pieces of a carrier; what it raises between two of them is the last one."""
    try:
        for piece in pieces:
            if isinstance(piece, EvidenceError):
                yield _failure(source.at, piece)
            elif isinstance(piece, Refusal):
                yield _failure(piece.at, piece.error)
            elif piece is source:  # evidence itself, with more inside of it
                yield _itself(source, recognised, request)
            else:
                request.budget.add(_size(piece))
                yield from _walk(piece, request, max(depth, len(piece.carriers)))
    except EvidenceError as error:
        yield _failure(source.at, error)


def _is_exact(matches: Matches) -> bool:
    return bool(matches) and matches[0][1].strength == "exact"


def _types(matches: Matches) -> tuple[EvidenceType, ...]:
    return tuple(kind for kind, _ in matches)


def _is_own(kind: EvidenceType, source: Input) -> bool:
    """Whether a type recognises the bytes, whatever the others do."""
    try:
        return kind.match(source) is not None
    except (Exception, SystemExit) as error:
        raise defect(kind, error) from error


def _choose(source: Input, recognised: Recognised, request: _Request) -> tuple[EvidenceType, IdentifiedBy]:
    """The type of the bytes, and who said so. What a carrier hints must agree with the content.

    A hint that stands in the input narrows and never forces: content that shows no type is that of a catch-all
    at most, which says of nobody what made it. Else the hint leads to the error of the type that it means, which
    says more than that nobody knows the bytes.
    """
    known, forced, matches = request.known, request.forced, recognised.matches
    if forced is not None:
        if forced in _types(matches) or _is_own(forced, source):
            return forced, "content"
        if _is_exact(matches):
            raise _unknown(source, (forced,), _types(matches))
        return forced, "caller"
    for hint, word in source.hints.items() if source.hints else ():
        hinted = known.by_provider(word) if hint == "provider" else known.by_media_type(word)
        agreeing = tuple(match for match in matches if match[0] in hinted)
        if hinted and matches and not agreeing and not any(_is_own(kind, source) for kind in hinted):
            reason = f"{hint} {word!r} stands for {hinted[0].name}, the content is {matches[0][0].name}"
            raise CarrierError(carrier=source.at or hint, reason=reason)
        if len(hinted) == 1 and not matches:
            if not (source.forces or hinted[0].catch_all):
                _convert(source, hinted[0], "carrier", request.options)
                raise _unknown(source, known)
            return hinted[0], "carrier"
        matches = agreeing or matches
    if not matches:  # nobody knows the bytes, or it is not known whether nobody does
        raise recognised.faults[0] if recognised.faults else _unrecognised(source, known)
    if len(matches) > 1:
        raise AmbiguousFormat(matches=tuple(kind.name for kind, _ in matches))
    return matches[0][0], "content"


def _carried(source: Input, recognised: Recognised, request: _Request) -> tuple[EvidenceType, IdentifiedBy]:
    """The type that a carrier says bytes are: neither the caller nor the content may know better."""
    matches = recognised.matches
    if source.type not in request.known:
        raise _unknown(source, request.known)
    kind, forced = request.known[source.type], request.forced
    if forced is not None and forced is not kind:
        raise CarrierError(carrier=source.at, reason=f"holds {kind.name} here, not {forced.name}")
    if kind in _types(matches):
        return kind, "content"
    if _is_exact(matches):
        raise CarrierError(carrier=source.at, reason=f"says {kind.name}, the content is {matches[0][0].name}")
    return kind, "carrier"


def _unrecognised(source: Input, known: Registry) -> EvidenceError:
    """The error for bytes that nobody recognises: with the name of what they are instead, as far as it shows."""
    kind = nature_of(source.data)
    if not isinstance(kind, str):
        return kind
    error = _unknown(source, known)
    error.looks_like = kind
    return error


def _unknown(
    source: Input, tried: Iterable[EvidenceType], others: tuple[EvidenceType, ...] = ()
) -> UnknownFormat:
    return UnknownFormat(
        size=len(source.data),
        head=source.data[:16],
        tried=tuple(kind.name for kind in tried),
        claimed_by=tuple(kind.name for kind in others),
    )


def _convert(
    source: Input,
    kind: EvidenceType,
    how: IdentifiedBy,
    options: Options,
    faults: tuple[Defective, ...] = (),
) -> Evidence:
    if len(source.data) > limits.EVIDENCE_BYTES:
        raise limits.exceeded("evidence", limits.EVIDENCE_BYTES, len(source.data))
    for name, content in source.attachments.items() if source.attachments else ():
        limits.check(f"attachment {name}", limits.ATTACHMENT_BYTES, len(content))
    source = source.with_options(options.of(kind))
    try:
        native = kind.read(source)
        body = kind.claims(native, source)
        for environment in body.environments:  # the paths of all its entries begin with it
            if len(environment.id) > limits.PATH:
                limits.check("characters of an environment's id", limits.PATH, len(environment.id))
        claims = document(kind, source, body, kind.signed(native, source), how)
    except (EvidenceError, UsageError):
        raise
    except (Exception, SystemExit) as error:
        raise defect(kind, error) from error
    return Evidence(type=kind, input=source, native=native, claims=claims, faults=faults)
