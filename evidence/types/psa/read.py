"""Bytes to a PSA token: one message around one map of claims, or that map alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from evidence.errors import ConstraintViolation, MissingField, UnexpectedField
from evidence.input import Input
from evidence.types._psa import token
from evidence.types._psa.layout import Profile
from evidence.types._psa.recognise import EAT_PROFILE, IOT_LABELS, family
from evidence.types._psa.token import Opened, Token
from evidence.types.psa.layout import IOT_1, IOT_PROFILES, PROFILES, TOKEN_2
from evidence.wire import cbor, cose
from evidence.wire.claimset import Found

WHAT: Final = "PSA token"


class PsaToken(Struct, frozen=True, kw_only=True):
    """What was read. `variant` is the message around the claims; `size` is without what trails it (bytes)."""

    variant: str
    size: int
    token: Token


def read(given: Input) -> PsaToken:
    """The token at the start of the input; zeros may follow it, anything else may not.

    Raises `Truncated`, `BadEncoding`, `TrailingBytes`, `LimitExceeded`, `MissingField`,
    `UnexpectedField` or `ConstraintViolation`.
    """
    data = given.data
    start = cbor.begin(data)
    if cbor.head(data, start).major == 5:
        claims, end = cbor.loads_prefix(data, WHAT, start)
        opened, variant = Opened(None, claims, start, end), "claims-set"
    else:
        opened = token.opened(data, WHAT, start, None, ("sign1", "mac0"))
        variant = cose.CONSTRUCT[opened.message.kind] if opened.message else "claims-set"
    found = _token(opened)
    return PsaToken(variant=variant, size=token.finish(data, opened.end, WHAT), token=found)


def _token(opened: Opened) -> Token:
    claims = opened.claims("PSA claims", "")
    if family(claims) == "cca-platform":
        got, allowed = claims.get(EAT_PROFILE), "the profile of a PSA token"
        raise ConstraintViolation(what="profile", path=f"/{EAT_PROFILE}", got=got, allowed=allowed)
    profile = _profile(claims)
    read = opened.read(profile.table, "")
    for error in _alternatives(read, profile):
        raise opened.placed(error, "")
    return opened.token("token", "", profile, read)


def _profile(claims: Mapping[Any, Any]) -> Profile:
    """The newer labels go with claim 265; the older ones have a profile of their own, or none."""
    said = claims.get(EAT_PROFILE)
    older = (
        said in IOT_PROFILES and not IOT_LABELS.isdisjoint(claims) if isinstance(said, str) else said is None
    )
    if not older or family(claims) is None:
        known = PROFILES.get(said) if isinstance(said, str) else None
        return known or Profile("unknown", TOKEN_2)
    said = claims.get(IOT_1.table.label("profile"))
    return IOT_1 if said is None or said in IOT_PROFILES else Profile("unknown", IOT_1.table)


def _alternatives(read: Found, profile: Profile) -> Iterator[MissingField | UnexpectedField]:
    """Software components, or the word that there are none; one boot seed."""
    table = profile.table
    there, without = read.get("software_components"), read.get("no_software_measurements")
    if there is None and without is None:
        name = f"software_components ({table.label('software_components')})"
        yield MissingField(what=table.what, path="", name=name, spec=table.spec)
    if there is not None and without is not None:
        name = f"no_software_measurements ({table.label('no_software_measurements')})"
        yield UnexpectedField(what=table.what, path="", name=name, spec=table.spec)
    if read.get("boot_seed") is not None and read.get("early_boot_seed") is not None:
        name = f"boot_seed ({table.label('early_boot_seed')})"
        yield UnexpectedField(what=table.what, path="", name=name, spec=table.spec)
