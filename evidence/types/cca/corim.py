"""Arm's profiles for concise evidence of CCA, as the validators of veraison/corim (53b3014e, profiles/cca) have them."""

from __future__ import annotations

from typing import Any, Final

from evidence.claims import Claims
from evidence.corim import Profile, ProfilePart, ProfileRow, digests, raw
from evidence.types._psa.corim import by_implementation, software_component
from evidence.wire import corim
from evidence.wire.cbor import Tag

PLATFORM, REALM = ("platform",), ("realm",)

# fmt: off
OF_PLATFORM: Final = (
    ProfileRow("cca.software-component", PLATFORM, "measurements", None,     software_component),
    ProfileRow("cca.platform-config",    PLATFORM, "values",       "config", raw),
)
OF_REALM: Final = (
    ProfileRow("cca.rim",  REALM, "measurements", "rim",                   digests),
    ProfileRow("cca.rem0", REALM, "measurements", "rem0",                  digests),
    ProfileRow("cca.rem1", REALM, "measurements", "rem1",                  digests),
    ProfileRow("cca.rem2", REALM, "measurements", "rem2",                  digests),
    ProfileRow("cca.rem3", REALM, "measurements", "rem3",                  digests),
    ProfileRow("cca.rpv",  REALM, "inputs",       "personalization_value", raw),
)
# fmt: on


def realm(claims: Claims) -> dict[int, Any] | None:
    """The class of a realm is its initial measurement."""
    for environment in claims.environments:
        for entry in environment.measurements if environment.id in REALM else ():
            if entry.name == "rim" and entry.digests:
                return {0: {0: Tag(corim.BYTES, bytes(entry.digests[0].digest))}}
    return None


def profile() -> Profile:
    """The profiles of the platform and of the realm."""
    return Profile(
        (
            ProfilePart(corim.ARM_CCA_PLATFORM, PLATFORM, by_implementation("platform"), OF_PLATFORM),
            ProfilePart(corim.ARM_CCA_REALM, REALM, realm, OF_REALM),
        )
    )
