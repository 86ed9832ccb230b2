"""Arbitrary claims documents, made from the annotations of the claims types alone."""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st
from msgspec import Meta, Struct

from evidence.claims import Bytes, Claims, repeated


def claims() -> st.SearchStrategy[Claims]:
    """Documents that keep the rules: nothing twice that must be unique."""
    found: st.SearchStrategy[Claims] = of(Claims)
    return found.filter(lambda document: not repeated(document))


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
        return text.filter(lambda found: len(found) <= (meta.max_length or len(found)))
    return st.text(min_size=meta.min_length or 0, max_size=min(8, meta.max_length or 8))


def _struct(kind: type[Struct]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind, include_extras=True)
    fields = msgspec.structs.fields(kind)
    return st.fixed_dictionaries(
        {field.name: of(hints[field.name]) for field in fields if field.required},
        optional={field.name: of(hints[field.name]) for field in fields if not field.required},
    ).map(lambda values: kind(**values))
