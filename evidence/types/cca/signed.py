"""Which bytes of a CCA token are signed, and by whom."""

from __future__ import annotations

from evidence.input import Input
from evidence.registry import Signed
from evidence.types._cose import signature
from evidence.types._x5chain import candidates
from evidence.types.cca.read import CcaToken


def signed(found: CcaToken, given: Input) -> tuple[Signed, ...]:
    """The realm's signature, whose key is in the evidence, and the platform's, whose key is not.

    That the platform vouches for the realm's key is a third fact: `consistency` has it.
    """
    signatures = []
    if found.realm is not None and found.realm.message is not None:
        key = found.realm.claims.values["public_key"]
        signatures.append(signature(found.realm.message, "realm", "rak", "realm", key))
    if found.platform is not None and found.platform.message is not None:
        chain = candidates(found.platform.certificates, "platform/")
        signatures.append(
            signature(found.platform.message, "platform", "cpak", "platform", certificates=chain)
        )
    return tuple(signatures)
