"""DICE certificates in CBOR, without a protocol around them: the chains of open-dice and Android. Provisional."""

from __future__ import annotations

from typing import Final

from evidence.registry import EvidenceType, Match, Reference, late
from evidence.types._builtin import built_in

FIRST: Final = frozenset((*range(0x82, 0x98), 0x98))
"""How the forms begin: an array, of a key and certificates or of the four parts of one certificate."""
CODE_HASH: Final = bytes.fromhex("3a00474450")
"""The label of a code hash, -4670545: no certificate is without it."""

TEXT: Final = frozenset(b" \t\r\n{")
ALIAS: Final = b'"alias_cert"'
"""A name in every DPU's document."""

_identify: Final = late(f"{__name__}.identify:identify")


def recognise(data: bytes) -> Match | None:
    """By a certificate's form, and the label of the code hash in it."""
    if not data or not ((data[0] in FIRST and CODE_HASH in data) or (data[0] in TEXT and ALIAS in data)):
        return None
    match: Match | None = _identify(data)
    return match


TYPE: Final = EvidenceType(
    **built_in("dice", __name__, __file__),
    title="DICE certificate chain",
    versions=("open-dice", "nvidia-dpu-1"),
    status="provisional",
    change_controller="the maintainers of this library",
    references=(
        Reference("Open Profile for DICE", "Open Profile for DICE, CBOR certificates"),
        Reference("Android Profile for DICE", "the configuration descriptors and profile names of Android"),
        Reference("guest-components", "confidential-containers, guest-components: the attester nvidia-dpu"),
        Reference("RFC 8392", "CBOR Web Token (CWT)"),
        Reference("RFC 9052", "CBOR Object Signing and Encryption (COSE): Structures and Process"),
    ),
    identify=recognise,
    unobserved={
        "version -> *": "any other version is refused",
        "*/certificate-layer/properties/svns/items/optional/svn": "one above 2^53 has its bytes",
    },
    unclaimed={"*signature": "signature values stand in the native fields alone"},
    inapplicable={
        "reserved-bytes": "no part is reserved",
    },
)
