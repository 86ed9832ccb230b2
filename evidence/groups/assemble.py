"""A group from its pieces: the members, every way of tying them, and what follows."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from evidence import limits
from evidence.claims import Bytes
from evidence.convert import Evidence, Failure
from evidence.errors import UsageError
from evidence.groups.document import Group, GroupNote, GroupPlace, Member, SourceInfo, Tie
from evidence.groups.members import GroupSource, MemberPart, Parts, gather, repeated
from evidence.groups.reach import untied, workload
from evidence.groups.table import WAYS


def group(pieces: Iterable[Evidence | Failure | GroupSource], *, nonce: bytes | None = None) -> Group:
    """The group of pieces, as `parse_all` gives them, or of sources, each with its pieces and its own bytes.

    Some ties are of what stands beside the pieces: without the bytes of their source they are not computable. Loose
    pieces are of one source. `nonce` is what the caller asked with. Raises `LimitExceeded`, and `UsageError` for a
    nonce that is empty.
    """
    if nonce is not None and not nonce:
        raise UsageError("an empty nonce, which asks for nothing; None is for no nonce")
    parts = gather(_sources(pieces), nonce)
    ties: list[Tie] = []
    for way in WAYS:
        for tie in way.ties(parts):
            ties.append(tie)
            limits.check("ties of a group", limits.GROUP_TIES, len(ties))
        parts = parts._replace(made=parts.made | _made(ties))
    environment, notes = workload(parts.members, ties)
    read = [part for part in parts.members if part.claims is not None]
    places = {part.id: number for number, part in enumerate(read)}
    return Group(
        schema="evidence-group/1",
        sources=tuple(_source(source) for source in parts.sources),
        members=tuple(_member(part, places.get(part.id)) for part in parts.members),
        ties=tuple(ties),
        untied=untied(parts.members, ties),
        workload=environment,
        documents=tuple(part.claims for part in read if part.claims is not None),
        notes=(*_repeated(parts), *notes),
    )


MADE: Final = frozenset({"nonce-derivation", "content-hash"})
"""Ties that say what a value is made of."""


def _made(ties: Iterable[Tie]) -> frozenset[GroupPlace]:
    return frozenset(tie.value for tie in ties if tie.name in MADE and tie.value is not None)


def _sources(pieces: Iterable[Evidence | Failure | GroupSource]) -> Iterable[GroupSource]:
    loose: list[Evidence | Failure] = []
    for piece in pieces:
        if isinstance(piece, GroupSource):
            yield piece
        else:
            limits.check("members of a group", limits.GROUP_MEMBERS, len(loose) + 1)
            loose.append(piece)
    if loose:
        yield GroupSource(loose)


def _source(source: GroupSource) -> SourceInfo:
    if not source.data:
        return SourceInfo(name=source.name)
    return SourceInfo(name=source.name, sha256=Bytes(sha256(source.data).digest()), size=len(source.data))


def _member(part: MemberPart, document: int | None) -> Member:
    return Member(
        id=part.id,
        kind=part.kind,
        source=part.source,
        at=part.at,
        type=None if part.claims is None else part.claims.evidence.type,
        document=document,
        error=part.piece.error.code if isinstance(part.piece, Failure) else None,
    )


def _repeated(parts: Parts) -> tuple[GroupNote, ...]:
    return tuple(GroupNote(code="member-repeated", member=part.id) for part in repeated(parts))
