"""DICE certificates in CBOR, without a protocol around them: the chains of open-dice and Android. Provisional."""

from __future__ import annotations

from typing import Final

from evidence.registry import EvidenceType, Match, Reference, late
from evidence.types._builtin import built_in

FIRST: Final = frozenset((*range(0x82, 0x98), 0x98))
"""How the forms begin: an array, of a key and certificates or of the four parts of one certificate."""
CODE_HASH: Final = bytes.fromhex("3a00474450")
"""The label of a code hash, -4670545: no certificate is without it."""

_identify: Final = late(f"{__name__}.identify:identify")


def recognise(data: bytes) -> Match | None:
    """By a certificate's form, and the label of the code hash in it."""
    if not data or data[0] not in FIRST or CODE_HASH not in data:
        return None
    match: Match | None = _identify(data)
    return match


TYPE: Final = EvidenceType(
    **built_in("dice", __name__, __file__),
    title="DICE certificate chain",
    versions=("open-dice",),
    status="provisional",
    change_controller="the maintainers of this library",
    references=(
        Reference("Open Profile for DICE", "Open Profile for DICE, CBOR certificates"),
        Reference("Android Profile for DICE", "the configuration descriptors and profile names of Android"),
        Reference("RFC 8392", "CBOR Web Token (CWT)"),
        Reference("RFC 9052", "CBOR Object Signing and Encryption (COSE): Structures and Process"),
    ),
    identify=recognise,
    unclaimed={"*.signature": "signature values stand in the native fields alone"},
    inapplicable={
        "wrong-version": "a certificate has no version: a profile's name says what it follows, and any is read",
        "reserved-bytes": "no part is reserved",
    },
)
