"""The parts of a CCA token: a map of claims to a `Token`, by the table of its profile."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from evidence.errors import ConstraintViolation, MissingField, UnexpectedField
from evidence.types._psa.layout import Profile
from evidence.types._psa.recognise import PRE_1_0, family
from evidence.types._psa.token import Opened, Token
from evidence.types.cca.key import RealmKey
from evidence.types.cca.key import read as read_key
from evidence.types.cca.layout import (
    CXL_TYPE_3,
    DEVICE_PROFILES,
    DEVICE_TOKEN,
    EXTENSION,
    PLATFORM_0,
    PLATFORM_1,
    PLATFORM_OTHER,
    PLATFORM_PROFILES,
    REALM_1,
    REALM_PROFILES,
    WITH_VCA,
)
from evidence.wire import cbor
from evidence.wire.claimset import Found

PROFILE: Final = 265
UNKNOWN: Final = "unknown"
PRE: Final = Profile("pre-1.0", PLATFORM_0)


def platform(data: bytes, opened: Opened, path: str, *, alone: bool = False) -> Token:
    """The platform's claims. Alone, nothing but the profile says that they are a CCA platform's."""
    found = None
    if isinstance(opened.value, cbor.Tag) and opened.value.number == PRE_1_0:
        inside = cbor.head(data, opened.start).end
        opened, found = replace(opened, value=opened.value.value, start=inside), PRE
    claims = opened.claims("platform claims", path)
    said = claims.get(PROFILE)
    if alone and family(claims) != "cca-platform":
        allowed = "the profile of a CCA platform"
        raise ConstraintViolation(what="profile", path=f"{path}/{PROFILE}", got=said, allowed=allowed)
    if found is None:
        known = PLATFORM_PROFILES.get(said) if isinstance(said, str) else None
        found = known or Profile(UNKNOWN, PLATFORM_OTHER)
    read = opened.read(found.table, path)
    for index, device in enumerate(read.get("extension") or ()):
        _check_extension(device, f"{path}/{PLATFORM_1.label('extension')}/{index}")
    return opened.token("platform", path, found, read)


def _check_extension(device: Found, path: str) -> None:
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


def realm(opened: Opened, path: str) -> tuple[Token, RealmKey]:
    """The realm's claims, and its key. No profile is the oldest one."""
    claims = opened.claims("realm claims", path)
    said = claims.get(PROFILE)
    known = REALM_PROFILES.get(said) if said is None or isinstance(said, str) else None
    found = known or Profile(UNKNOWN, REALM_1)
    read = opened.read(found.table, path)
    if read.get("mec_policy") is not None and read.get("early_mec_policy") is not None:
        label = REALM_1.label("early_mec_policy")
        raise UnexpectedField(what="realm claims", path=path, name=f"mec_policy ({label})", spec=REALM_1.spec)
    alg = opened.message.alg if opened.message else None
    key = read_key(read.values["public_key"], alg, f"{path}/{REALM_1.label('public_key')}")
    return opened.token("realm", path, found, read), key


def devices(opened: Opened, path: str) -> Token:
    """The claims about devices, which nobody signs."""
    opened.claims("device claims", path)
    read = opened.read(DEVICE_TOKEN, path)
    found = DEVICE_PROFILES.get(read.get("profile")) or Profile(UNKNOWN, DEVICE_TOKEN)
    return opened.token("devices", path, found, read)
