"""Which bytes of a CCA token are signed, and by whom."""

from __future__ import annotations

from evidence.input import Input
from evidence.registry import Signed
from evidence.types._cose import signature
from evidence.types._x5chain import candidates
from evidence.types.cca.read import CcaToken


def signed(piece: CcaToken, _: Input) -> tuple[Signed, ...]:
    """The realm's signature, whose key is in the evidence, and the platform's, whose key is not.

    That the platform vouches for the realm's key is a third fact: `consistency` has it.
    """
    signatures = []
    realm, platform = piece.realm, piece.platform
    if realm is not None and realm.message is not None:
        signatures.append(signature(realm.message, "realm", "rak", "realm", realm.values["public_key"]))
    if platform is not None and platform.message is not None:
        signatures.append(
            signature(
                platform.message,
                "platform",
                "cpak",
                "platform",
                certificates=candidates(platform.certificates, "platform/"),
            )
        )
    return tuple(signatures)
