"""Bytes to a PSA token: one message around one map of claims, or that map alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from evidence.errors import ConstraintViolation, MissingField, UnexpectedField
from evidence.input import Input
from evidence.types._psa import token
from evidence.types._psa.layout import ClaimsProfile
from evidence.types._psa.recognise import EAT_PROFILE, IOT_LABELS, family
from evidence.types._psa.token import ArmToken, Payload
from evidence.types.psa.layout import IOT_1, IOT_PROFILES, OTHER, OTHER_IOT, PROFILES
from evidence.wire import cbor, cose
from evidence.wire.claimset import ClaimTable

WHAT: Final = "PSA token"


class PsaToken(Struct, frozen=True, kw_only=True):
    """What was read. `variant` is the message around the claims; `size` is without what trails it (bytes)."""

    variant: str
    size: int
    token: ArmToken


def read(source: Input) -> PsaToken:
    """The token at the start of the input; zeros may follow it, anything else may not.

    Raises `Truncated`, `BadEncoding`, `TrailingBytes`, `LimitExceeded`, `MissingField`,
    `UnexpectedField` or `ConstraintViolation`.
    """
    data = source.data
    start = cbor.begin(data)
    if cbor.head(data, start).major == 5:
        claims, end = cbor.loads_prefix(data, WHAT, start)
        payload, variant = Payload(None, claims, start, end), "claims-set"
    else:
        payload = token.payload(source.decoded, WHAT, start, None, ("sign1", "mac0"))
        variant = cose.CONSTRUCT[payload.message.kind] if payload.message else "claims-set"
    inside = _token(payload)
    return PsaToken(variant=variant, size=token.finish(data, payload.end, WHAT), token=inside)


def _token(payload: Payload) -> ArmToken:
    claims = payload.claims("PSA claims", "")
    whose = family(claims)
    if whose == "cca-platform":
        got, allowed = claims.get(EAT_PROFILE), "the profile of a PSA token"
        raise ConstraintViolation(what="profile", path=f"/{EAT_PROFILE}", got=got, allowed=allowed)
    profile = _profile(claims, named=whose is not None)
    known = payload.read(profile.table, "")
    for error in _alternatives(known.values, profile.table):
        raise payload.placed(error, "")
    return payload.token("token", "", profile, known)


def _profile(claims: Mapping[Any, Any], *, named: bool) -> ClaimsProfile:
    """The newer labels go with claim 265; the older ones have a profile of their own, or none."""
    profile = claims.get(EAT_PROFILE)
    older = (
        profile in IOT_PROFILES and not IOT_LABELS.isdisjoint(claims)
        if isinstance(profile, str)
        else profile is None
    )
    if not older or not named:
        known = PROFILES.get(profile) if isinstance(profile, str) else None
        return known or OTHER
    profile = claims.get(IOT_1.table.label("profile"))
    return IOT_1 if profile is None or profile in IOT_PROFILES else OTHER_IOT


def _alternatives(claims: Mapping[str, Any], table: ClaimTable) -> Iterator[MissingField | UnexpectedField]:
    """Software components, or the word that there are none; one boot seed."""
    there, without = claims.get("software_components"), claims.get("no_software_measurements")
    if there is None and without is None:
        name = f"software_components ({table.label('software_components')})"
        yield MissingField(what=table.what, path="", name=name, spec=table.spec)
    if there is not None and without is not None:
        name = f"no_software_measurements ({table.label('no_software_measurements')})"
        yield UnexpectedField(what=table.what, path="", name=name, spec=table.spec)
    if claims.get("boot_seed") is not None and claims.get("early_boot_seed") is not None:
        name = f"boot_seed ({table.label('early_boot_seed')})"
        yield UnexpectedField(what=table.what, path="", name=name, spec=table.spec)
