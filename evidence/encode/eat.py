"""EAT claims sets (RFC 9711): CBOR as an unprotected claims set (UCCS), and JSON. A submodule for each environment.

The root says nothing but the profile: no issuer, no nonce, no time but the one that the caller gives. What an EAT has no
claim for is concise evidence in the submodule's measurements.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from evidence.claims import Binding, Claims
from evidence.encode.canonical import to_canonical_json
from evidence.encode.coev import concise_of_one
from evidence.encode.elements import says_debug
from evidence.encode.names import ueid
from evidence.encode.states import State, States, states
from evidence.encode.written import Loss, Written
from evidence.errors import UsageError
from evidence.limits import SAFE_INTEGER
from evidence.paths import join
from evidence.wire import cbor, corim
from evidence.wire.cbor import Tag

UCCS: Final = 601
CE_CBOR: Final = 10571
"""The content format of concise evidence: its map, without the tag."""
DBGSTAT: Final = (
    *("enabled", "disabled", "disabled-since-boot", "disabled-permanently", "disabled-fully-and-permanently"),
)
"""The words of RFC 9711, 4.2.9, each at its number. `not-reported` and `not-defined` are none of them."""
LEAST_NONCE, MOST_NONCE = 8, 64
OF_TEXT: Final = frozenset({"jwt", "claims-set-json", "bundle-json"})
"""Variants of a token whose nonces are texts."""


class Label(NamedTuple):
    """One claim in both encodings: a number in CBOR, a name in JSON."""

    number: int
    name: str


IAT = Label(6, "iat")
EAT_NONCE = Label(10, "eat_nonce")
UEID = Label(256, "ueid")
DEBUG = Label(263, "dbgstat")
PROFILE = Label(265, "eat_profile")
SUBMODS = Label(266, "submods")
MEASUREMENTS = Label(273, "measurements")

Claim = tuple[Label, Any]


def to_uccs(claims: Claims, iat: int | None = None) -> Written:
    """The document as an unprotected CWT claims set (tag 601). `iat` is a time of the caller's, in seconds."""
    statements = states(claims)
    whole = _number(root(claims, statements, corim.UNVERIFIED, iat=iat, in_cbor=True))
    return Written(cbor.dumps(Tag(UCCS, whole)), (*statements.losses, *losses(claims, statements)))


def to_eat_json(claims: Claims, iat: int | None = None) -> Written:
    """The same in JSON, in the form of RFC 8785."""
    statements = states(claims)
    whole = _name(root(claims, statements, corim.UNVERIFIED, iat=iat, in_cbor=False))
    return Written(to_canonical_json(whole), (*statements.losses, *losses(claims, statements)))


def root(
    claims: Claims, statements: States, profile: str, *, iat: int | None, in_cbor: bool
) -> Iterator[Claim]:
    """The claims of the root: the profile, and a submodule for each environment."""
    yield PROFILE, profile
    encode = _number if in_cbor else _name
    yield (
        SUBMODS,
        {
            state.id: encode(_submodule(claims, state, profile, in_cbor=in_cbor))
            for state in statements.states
        },
    )
    if iat is not None:
        if iat.__class__ is not int or not 0 <= iat <= SAFE_INTEGER:
            raise UsageError("iat is a whole number of seconds")
        yield IAT, iat


def _submodule(claims: Claims, state: State, profile: str, *, in_cbor: bool) -> Iterator[Claim]:
    word = state.source.debug
    if says_debug(state.source) is not None:
        yield DEBUG, DBGSTAT.index(word) if in_cbor else word
    if (identity := ueid(state.source)) is not None:
        yield UEID, identity
    nonces = [bytes(one.value) for one in state.bindings if _is_nonce(one) and not _wrong_size(one)]
    if nonces:
        yield EAT_NONCE, nonces[0] if len(nonces) == 1 else nonces
    yield MEASUREMENTS, [[CE_CBOR, cbor.dumps(concise_of_one(claims, state, profile))]]


def losses(claims: Claims, statements: States) -> Iterator[Loss]:
    """What an EAT does not say beyond what concise evidence does not."""
    is_text = claims.evidence.type == "eat" and claims.evidence.variant in OF_TEXT
    for state in statements.states:
        here = join("environments", state.id)
        known = [other.id for one, others in statements.dependencies() if one is state for other in others]
        if known:
            yield Loss(f"{here}/depends_on", "no-home", ",".join(known))
        for binding in filter(_is_nonce, state.bindings):
            if _wrong_size(binding):
                yield Loss(join("bindings", binding.name), "nonce-size", f"{len(binding.value)} bytes")
            elif is_text:
                yield Loss(join("bindings", binding.name), "nonce-form", "a text, written as bytes")


def _is_nonce(binding: Binding) -> bool:
    """Whether a binding is a nonce by its format's own word: opaque report data is none."""
    return binding.role == "challenge" or (binding.role == "caller-data" and binding.declared == "nonce")


def _wrong_size(binding: Binding) -> bool:
    return not LEAST_NONCE <= len(binding.value) <= MOST_NONCE


def _number(claims: Iterator[Claim]) -> dict[Any, Any]:
    return {label.number: value for label, value in claims}


def _name(claims: Iterator[Claim]) -> dict[Any, Any]:
    return {label.name: value for label, value in claims}
