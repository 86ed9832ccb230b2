"""Who signs whom in a chain: the device's key the first certificate, the key of each layer the next one."""

from __future__ import annotations

from evidence.input import Input
from evidence.registry import Signed
from evidence.types._cose import signature
from evidence.types.dice import dpu_claims
from evidence.types.dice.dpu import DpuEvidence
from evidence.types.dice.read import DiceChain


def signed(native: DiceChain | DpuEvidence, source: Input) -> tuple[Signed, ...]:
    """The signature of each certificate, with the key before it; a certificate alone comes without its issuer's."""
    if isinstance(native, DpuEvidence):
        return dpu_claims.signed(native, source.attachments.get("request"))
    chain = native
    first = "uds" if chain.key is not None else "issuer"
    return tuple(
        signature(
            certificate.message,
            f"dice-{number}",
            f"dice-{number - 1}" if number else first,
            f"dice-{number}",
            chain.signer(number),
        )
        for number, certificate in enumerate(chain.certificates)
    )
