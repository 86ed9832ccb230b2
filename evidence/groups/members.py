"""The members of a group: what each piece is, told by its type and its roles, never by its name or its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from evidence import limits
from evidence.claims import Claims
from evidence.convert import Evidence, Failure
from evidence.groups.document import GroupPlace
from evidence.groups.words import Kind
from evidence.input import Input

Piece = Evidence | Failure
OF_TYPE: Final[dict[str, Kind]] = {
    "pci-tdisp": "interface",
    "tpm2-quote": "vtpm",
    "dmtf-spdm": "device",
    "dice": "device",
}
OF_ROLE: Final[dict[str, Kind]] = {
    "workload": "cpu",
    "paravisor": "cpu",
    "tee-firmware": "cpu",
    "platform": "cpu",
    "device": "device",
}
"""The first that any environment has decides, in this order."""
BUNDLES: Final = frozenset({"bundle-cbor", "bundle-json"})
"""Variants of tokens that have digests of claims sets beside them."""
LEADS: Final = frozenset({"tag:github.com,2026:veraison/ratsd/v2", "tag:github.com,2024:veraison/ratsd"})
"""Profiles of tokens that collectors of evidence write about themselves."""


class GroupSource(NamedTuple):
    """An input: the pieces in it, in order, and, where they are at hand, its bytes and what it is called."""

    pieces: Iterable[Piece]
    """The pieces in the input, in their order."""
    data: bytes = b""
    """Its bytes, where they are at hand."""
    name: str | None = None
    """What it is called."""


class MemberPart(NamedTuple):
    """A member as the ways look at it: its id and kind, the number of its source, and the piece."""

    id: str
    kind: Kind
    source: int
    piece: Piece

    @property
    def at(self) -> str:
        return self.piece.at

    @property
    def claims(self) -> Claims | None:
        return self.piece.claims if isinstance(self.piece, Evidence) else None

    @property
    def input(self) -> Input | None:
        return self.piece.input if isinstance(self.piece, Evidence) else None


class Parts(NamedTuple):
    """All members, the bytes of their sources, and the nonce that the caller asked with."""

    members: tuple[MemberPart, ...]
    sources: tuple[GroupSource, ...]
    nonce: bytes | None = None
    made: frozenset[GroupPlace] = frozenset()
    """Nonces of which an earlier way says what they are made of: no later one compares them again."""

    def of(self, source: int) -> tuple[MemberPart, ...]:
        """The members of one source."""
        return tuple(part for part in self.members if part.source == source)


def gather(sources: Iterable[GroupSource], nonce: bytes | None) -> Parts:
    """The members in the order of their sources, or `LimitExceeded`."""
    kinds: Counter[str] = Counter()
    members: list[MemberPart] = []
    kept: list[GroupSource] = []
    size = 0
    for number, source in enumerate(sources):
        size += len(source.data)
        limits.check("bytes of the sources of a group", limits.GROUP_BYTES, size)
        limits.check("sources of a group", limits.GROUP_MEMBERS, number + 1)
        kept.append(source._replace(pieces=()))
        for piece in source.pieces:
            limits.check("members of a group", limits.GROUP_MEMBERS, len(members) + 1)
            kind = kind_of(piece)
            members.append(MemberPart(f"{kind}-{kinds[kind]}", kind, number, piece))
            kinds[kind] += 1
    return Parts(tuple(members), tuple(kept), nonce)


def kind_of(piece: Piece) -> Kind:
    """What a piece is the evidence of."""
    if isinstance(piece, Failure):
        return "unread"
    claims = piece.claims
    of_type = OF_TYPE.get(claims.evidence.type)
    if of_type is not None:
        return of_type
    roles = {environment.role for environment in claims.environments if environment.parent is None}
    for role, kind in OF_ROLE.items():
        if role in roles:
            return kind
    if any(environment.role == "device" for environment in claims.environments):
        return "device"  # a token whose submodules are devices
    leads = claims.evidence.variant in BUNDLES or any(
        environment.profile in LEADS for environment in claims.environments if environment.parent is None
    )
    return "collector" if leads else "other"


def repeated(parts: Parts) -> Iterator[MemberPart]:
    """The members whose evidence stands before them already."""
    known: set[tuple[str, bytes]] = set()
    for part in parts.members:
        if part.claims is not None:
            header = part.claims.evidence
            key = header.type, bytes(header.sha256)
            if key in known:
                yield part
            known.add(key)
