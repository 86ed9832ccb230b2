"""Which bytes of a PSA token are signed, or authenticated."""

from __future__ import annotations

from evidence.input import Input
from evidence.registry import Signed
from evidence.types._cose import signature
from evidence.types._x5chain import candidates
from evidence.types.psa.read import PsaToken


def signed(piece: PsaToken, _: Input) -> tuple[Signed, ...]:
    """The one signature or authentication code, by the initial attestation key."""
    message = piece.token.message
    if message is None:
        return ()
    chain = candidates(piece.token.certificates)
    return (signature(message, "token", "iak", "device", certificates=chain),)
