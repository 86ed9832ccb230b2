"""Arbitrary claims documents, made from the annotations of the claims types, and mended until they are possible."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st
from msgspec import Meta, Struct
from msgspec.structs import replace

from evidence import chain
from evidence.claims import (
    BootEntry,
    Bytes,
    Claims,
    Digest,
    Environment,
    EvidenceInfo,
    Identifier,
    Log,
    Measurement,
    Note,
    Signer,
    Svn,
    Target,
    Tcb,
    Value,
)
from evidence.limits import SAFE_INTEGER
from evidence.paths import join, steps_to
from evidence.wire.hashes import SIZES
from evidence.words import LOUD

E = TypeVar("E")
_DIGEST = Digest(alg="sha-256", digest=Bytes(32))


def claims() -> st.SearchStrategy[Claims]:
    """Documents that keep the rules between fields (`evidence.possible`)."""
    result: st.SearchStrategy[Claims] = of(Claims)
    return result.map(mended)


def mended(claims: Claims) -> Claims:
    """The document with what contradicts itself made right, rule by rule."""
    environments = _environments(claims.environments)
    ids = [environment.id for environment in environments]
    here = {"environment": ids[0]}
    signatures = tuple(
        replace(s, covers=((0, 1), (2, 3))[: len(s.covers)], missing=(), **here)
        for s in unique(claims.signatures, name)
    )
    bindings = tuple(
        replace(b, value=b.value or Bytes(1), role="context", backed_by=None, **here)
        for b in unique(claims.bindings, name)
    )
    consistency = tuple(
        replace(
            f,
            compared_to="/evidence/sha256",
            computed=None,
            prefix=f.prefix if f.status == "differs" else None,
        )
        for f in unique(claims.consistency, name)
    )
    certificates = tuple(
        replace(c, sha256=Bytes(32), spki_sha256=Bytes(32), not_after=c.not_before, **here)
        for c in claims.certificates
    )
    attachments = tuple(replace(a, sha256=Bytes(32)) for a in unique(claims.attachments, lambda a: a.kind))
    loud = [
        Note(code=LOUD[fact.name.rpartition("-")[2]], path=join("consistency", step), detail="")
        for step, fact in zip(steps_to(consistency), consistency, strict=True)
        if fact.status == "differs"
    ]
    environments = tuple(_unbacked(environment) for environment in environments)
    id = chain.target(environments)
    return replace(
        claims,
        evidence=_header(claims.evidence, signed=bool(signatures)),
        attested=None if id is None else Target(environment=id, debug=chain.word(environments, id)),
        bindings=bindings,
        environments=environments,
        signatures=signatures,
        consistency=consistency,
        certificates=certificates,
        attachments=attachments,
        logs=tuple(map(_log, claims.logs)),
        notes=unique((*claims.notes, *loud), lambda note: note),
    )


def unique(entries: Iterable[E], key: Callable[[E], Hashable]) -> tuple[E, ...]:
    """The first entry of every key."""
    by_key: dict[Hashable, E] = {}
    for entry in entries:
        by_key.setdefault(key(entry), entry)
    return tuple(by_key.values())


def name(entry: Any) -> str:
    result: str = entry.name
    return result


def _header(header: EvidenceInfo, *, signed: bool) -> EvidenceInfo:
    protection = header.protection if signed and header.protection != "none" else "signed"
    return replace(
        header,
        sha256=Bytes(32),
        size=max(header.size, 4),
        trailing=0,
        protection=protection if signed else "none",
    )


def _log(log: Log) -> Log:
    """The log with as many events as it speaks of, and one statement for each that it makes."""
    boot = tuple(map(_stated, log.boot))
    most = max((entry.event + 1 for entry in boot), default=0)
    sha256 = None if log.sha256 is None else Bytes(32)
    return replace(log, sha256=sha256, events=max(log.events, most), boot=boot)


def _stated(entry: BootEntry) -> BootEntry:
    backed = entry.backing in {"data", "data-part", "name", "derived"}
    kind = "digests" if entry.digests or not backed else "text" if entry.bool is None else "bool"
    return replace(
        entry,
        event=min(entry.event, SAFE_INTEGER - 1),
        bool=entry.bool if kind == "bool" else None,
        text=entry.text or "" if kind == "text" else None,
        digests=entry.digests or (_DIGEST,) if kind == "digests" else (),
        committed="not-extended" if entry.backing == "not-extended" else "unchecked",
    )


def _environments(environments: tuple[Environment, ...]) -> tuple[Environment, ...]:
    """One at least; each leans on the one before it, and lies in the first."""
    done: list[Environment] = []
    for environment in unique(environments, lambda e: e.id) or (_BARE,):
        before = [e.id for e in done if e.role != "certificate-subject"][-1:]
        role = "platform" if environment.role == "paravisor" else environment.role
        done.append(
            replace(
                environment,
                role=role,
                debug="not-defined" if role == "certificate-subject" else environment.debug,
                parent=done[0].id if done and environment.parent is not None else None,
                depends_on=tuple(before) if environment.depends_on else (),
                missing=(),
                measurements=tuple(
                    map(_measurement, unique(environment.measurements, lambda m: (m.name, m.index)))
                ),
                identifiers=tuple(map(_identifier, unique(environment.identifiers, name))),
                signers=tuple(map(_signer, unique(environment.signers, name))),
                svns=tuple(map(_svn, unique(environment.svns, name))),
                values=tuple(map(_value, unique(environment.values, name))),
                tcb=tuple(map(_tcb, unique(environment.tcb, name))),
                attributes=tuple(
                    replace(a, fields=unique(a.fields, name)) for a in unique(environment.attributes, name)
                ),
                **{
                    list: unique(getattr(environment, list), name)
                    for list in ("inputs", "versions", "keys", "manifests")
                },
            )
        )
    return tuple(done)


def _unbacked(environment: Environment) -> Environment:
    """The environment whose entries no fact backs."""
    lists = {
        list: tuple(replace(entry, backed_by=None) for entry in getattr(environment, list))
        for list in ("identifiers", "values", "keys")
    }
    return replace(environment, **lists)


_BARE = Environment(
    id="bare", role="device", origin="evidence", debug="not-reported", migration="not-defined"
)


def _measurement(entry: Measurement) -> Measurement:
    digests = tuple(
        replace(d, digest=Bytes(SIZES[d.alg])) if d.alg in SIZES else replace(d, raw=d.raw or Bytes(1))
        for d in entry.digests
    )
    value = entry.value or Bytes(1) if entry.form == "raw" else None
    populated = entry.populated if digests or entry.form == "raw" else False
    return replace(entry, digests=digests, value=value, populated=populated, flags=unique(entry.flags, name))


def _identifier(entry: Identifier) -> Identifier:
    if entry.status != "present":
        raw = None if entry.status == "withheld" else entry.raw
        return replace(entry, value=None, text=None, raw=raw, linkable=False)
    text = entry.text if entry.value is None else None
    value = Bytes(1) if text is None else None
    return replace(entry, value=value, text=text, raw=None, linkable=False)


def _signer(entry: Signer) -> Signer:
    if entry.status == "present":
        return replace(entry, value=entry.value or Bytes(1), raw=None)
    return replace(entry, value=None, raw=None)


def _svn(entry: Svn) -> Svn:
    empty = (entry.svn, entry.text, entry.raw) == (None, None, None)
    return replace(entry, svn=0) if empty else entry


def _value(entry: Value) -> Value:
    for kind in ("int", "text", "bytes", "bool"):
        content = getattr(entry, kind)
        if content is not None:
            return Value(name=entry.name, origin=entry.origin, **{kind: content})
    return replace(entry, int=0)


def _tcb(entry: Tcb) -> Tcb:
    components = unique(entry.components, name)
    if components and entry.layout is not None and entry.layout_source != "unknown":
        return replace(entry, components=components)
    return replace(entry, components=(), layout=None, layout_source="unknown")


@cache
def of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type as the claims types use them; `TypeError` for what they may not use."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _limited(args[0], next(meta for meta in args[1:] if isinstance(meta, Meta)))
    if origin is Literal:
        return st.sampled_from(args)
    if origin in {Union, UnionType}:
        return st.one_of([of(arg) for arg in args])
    if origin is tuple:
        if args[1:] == (...,):
            return st.lists(of(args[0]), max_size=2).map(tuple)
        return st.tuples(*map(of, args))
    simple: dict[Any, st.SearchStrategy[Any]] = {
        NoneType: st.none(),
        bool: st.booleans(),
        str: st.text(max_size=6),
        Bytes: st.binary(max_size=6).map(Bytes),
    }
    if hint in simple:
        return simple[hint]
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _struct(hint)
    raise TypeError(f"{hint} has no place in a claims document")


def _limited(kind: type, meta: Meta) -> st.SearchStrategy[Any]:
    if kind is int:
        assert isinstance(meta.ge, int)
        assert isinstance(meta.le, int)
        return st.integers(meta.ge, meta.le)
    if meta.pattern is not None:
        text = st.from_regex(meta.pattern, fullmatch=True)
        return text.filter(lambda result: len(result) <= (meta.max_length or len(result)))
    return st.text(min_size=meta.min_length or 0, max_size=min(8, meta.max_length or 8))


def _struct(kind: type[Struct]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind, include_extras=True)
    fields = msgspec.structs.fields(kind)
    return st.fixed_dictionaries(
        {field.name: of(hints[field.name]) for field in fields if field.required},
        optional={field.name: of(hints[field.name]) for field in fields if not field.required},
    ).map(lambda values: kind(**values))
