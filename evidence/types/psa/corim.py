"""Arm's profile for concise evidence of PSA, as the validator of veraison/corim (53b3014e, profiles/psa) has it."""

from __future__ import annotations

from typing import Final

from evidence.corim import Profile, ProfilePart, ProfileRow
from evidence.types._psa.corim import by_implementation, software_component
from evidence.wire import corim

DEVICE: Final = ("device",)
ROWS: Final = (ProfileRow("psa.software-component", DEVICE, "measurements", None, software_component),)


def profile() -> Profile:
    """The profile, of one part."""
    return Profile((ProfilePart(corim.ARM_PSA, DEVICE, by_implementation("device"), ROWS),))
