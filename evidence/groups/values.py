"""Values that may tie members: which are worth it, where they stand, and how two are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import shake_128, shake_256
from typing import Final, NamedTuple

from evidence.claims import Claims
from evidence.groups.document import GroupPlace, Tie
from evidence.groups.members import MemberPart
from evidence.groups.words import How, TieName, Why
from evidence.paths import join, steps_to

SHORTEST: Final = 16
"""Bytes that a value has at least before zeros: two attesters may have a shorter one by accident."""
FEWEST: Final = 5
"""Different bytes that it has at least: neither zeros nor a pattern of fill."""
FIRST: Final = 32
"""Bytes of a device's nonce; what is longer is cut to them."""
SHAKE: Final[dict[How, Callable[[bytes, int], bytes]]] = {
    "shake-128": lambda value, size: shake_128(value).digest(size),
    "shake-256": lambda value, size: shake_256(value).digest(size),
}


def telling(value: bytes) -> bool:
    """Whether a value is long and various enough that two who have it have it from one place."""
    proper = value.rstrip(b"\0")
    return len(proper) >= SHORTEST and len(set(proper)) >= FEWEST


class Nonce(NamedTuple):
    """A value that a verifier chose, and where it stands."""

    place: GroupPlace
    value: bytes


def nonces(part: MemberPart) -> tuple[Nonce, ...]:
    """What was asked with: the caller data of a member, or else its challenges."""
    if part.claims is None:
        return ()
    return tuple(_bindings(part.id, part.claims, "caller-data")) or tuple(
        _bindings(part.id, part.claims, "challenge")
    )


def _bindings(id: str, claims: Claims, role: str) -> Iterator[Nonce]:
    for step, binding in zip(steps_to(claims.bindings), claims.bindings, strict=True):
        if binding.role == role:
            yield Nonce(GroupPlace(member=id, path=join("bindings", step)), bytes(binding.value))


def same(one: bytes, other: bytes) -> How | None:
    """How two values are the same: whole, or in the 32 bytes that the shorter one has; None if they are not.

    What stands behind the 32 bytes of the longer one is not compared.
    """
    if one == other:
        return "equal"
    if min(len(one), len(other)) == FIRST and one[:FIRST] == other[:FIRST]:
        return "equal-first-32"
    return None


def padded(value: bytes, digest: bytes) -> bool:
    """Whether a value is a digest, with zeros behind it."""
    return value == digest.ljust(len(value), b"\0")


class TieTerms(NamedTuple):
    """What is the same for all ties of one way between two members."""

    name: TieName
    way: str
    how: How
    of: str
    first: str | None
    to: str | None

    def tie(
        self, *, fits: bool, value: GroupPlace | None = None, size: int | None = None, how: How | None = None
    ) -> Tie:
        """The tie, where it can be computed."""
        return Tie(
            name=self.name,
            way=self.way,
            first=self.first,
            to=self.to,
            how=how or self.how,
            of=self.of,
            value=value,
            size=size,
            status="matches" if fits else "differs",
        )

    def unknown(self, why: Why, *, value: GroupPlace | None = None, size: int | None = None) -> Tie:
        """The tie, where it cannot."""
        return Tie(
            name=self.name,
            way=self.way,
            first=self.first,
            to=self.to,
            how=self.how,
            of=self.of,
            value=value,
            size=size,
            status="not-computable",
            why=why,
        )
