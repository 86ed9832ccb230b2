"""The parts of a CCA token: a map of claims to an `ArmToken`, by the table of its profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from evidence.errors import ConstraintViolation, MissingField, UnexpectedField
from evidence.types._psa.recognise import PRE_1_0, family
from evidence.types._psa.token import ArmToken, Payload
from evidence.types.cca import layout
from evidence.types.cca.key import RealmKey
from evidence.types.cca.key import read as read_key
from evidence.types.cca.layout import (
    CXL_TYPE_3,
    DEVICE_PROFILES,
    DEVICE_TOKEN,
    EXTENSION,
    PLATFORM_1,
    PLATFORM_PROFILES,
    REALM_1,
    REALM_PROFILES,
    WITH_VCA,
)
from evidence.wire import cbor

PROFILE: Final = 265
PUBLIC_KEY: Final = REALM_1.label("public_key")


def platform(data: bytes, payload: Payload, path: str, *, alone: bool = False) -> ArmToken:
    """The platform's claims. Alone, nothing but the profile says that they are a CCA platform's."""
    before = isinstance(payload.value, cbor.Tag) and payload.value.number == PRE_1_0
    if before:
        inside = cbor.head(data, payload.start).end
        payload = replace(payload, value=payload.value.value, start=inside)
    claims = payload.claims("platform claims", path)
    name = claims.get(PROFILE)
    if alone and family(claims) != "cca-platform":
        allowed = "the profile of a CCA platform"
        raise ConstraintViolation(what="profile", path=f"{path}/{PROFILE}", got=name, allowed=allowed)
    known = PLATFORM_PROFILES.get(name) if isinstance(name, str) else None
    profile = layout.PRE_1_0 if before else known or layout.OTHER_PLATFORM
    read = payload.read(profile.table, path)
    for index, device in enumerate(read.values.get("extension") or ()):
        _check_extension(device.values, f"{path}/{PLATFORM_1.label('extension')}/{index}")
    return payload.token("platform", path, profile, read)


def _check_extension(device: Mapping[str, Any], path: str) -> None:
    """Two claims are required with some words of two others, and forbidden with all else."""
    for name, needed in (
        ("vca_digest", device.get("protocol") in WITH_VCA),
        ("encryption_type", device.get("device_type") == CXL_TYPE_3),
    ):
        label = f"{name} ({EXTENSION.label(name)})"
        if needed and device.get(name) is None:
            raise MissingField(what=EXTENSION.what, path=path, name=label, spec=EXTENSION.spec)
        if device.get(name) is not None and not needed:
            raise UnexpectedField(what=EXTENSION.what, path=path, name=label, spec=EXTENSION.spec)


def realm(payload: Payload, path: str) -> tuple[ArmToken, RealmKey]:
    """The realm's claims, and its key. No profile is the oldest one."""
    claims = payload.claims("realm claims", path)
    name = claims.get(PROFILE)
    known = REALM_PROFILES.get(name) if name is None or isinstance(name, str) else None
    profile = known or layout.OTHER_REALM
    read = payload.read(profile.table, path)
    values = read.values
    if "mec_policy" in values and "early_mec_policy" in values:
        label = REALM_1.label("early_mec_policy")
        raise UnexpectedField(what="realm claims", path=path, name=f"mec_policy ({label})", spec=REALM_1.spec)
    alg = payload.message.alg if payload.message else None
    key = read_key(values["public_key"], alg, f"{path}/{PUBLIC_KEY}")
    return payload.token("realm", path, profile, read), key


def devices(payload: Payload, path: str) -> ArmToken:
    """The claims about devices, which nobody signs."""
    payload.claims("device claims", path)
    read = payload.read(DEVICE_TOKEN, path)
    profile = DEVICE_PROFILES.get(read.values["profile"]) or layout.OTHER_DEVICES
    return payload.token("devices", path, profile, read)
