"""Which bytes of a quote are signed, and how."""

from __future__ import annotations

from typing import Final

from evidence.input import Input
from evidence.paths import join
from evidence.registry import Signed
from evidence.types.tpm2_quote.read import Tpm2Quote
from evidence.wire.hashes import CANDIDATES
from evidence.wire.tpm.algorithms import CURVES, ECC, ECDSA, HASHES, RSAPSS, RSASSA, SCHEMES

DEFAULT: Final = RSASSA
"""What a number of RSA is by, where neither it nor its key says: the scheme of every tool."""


def signed(quote: Tpm2Quote, source: Input) -> tuple[Signed, ...]:
    """The signature over the whole TPMS_ATTEST, by the attestation key; none where none is beside it."""
    signature = quote.signature
    if signature is None:
        return ()
    key = quote.ak.public if quote.ak else None
    size = len(quote.attest.pcr_digest)
    scheme = signature.scheme
    if scheme is None:
        number = key.scheme if key and key.scheme in {RSASSA, RSAPSS} else DEFAULT
        scheme = SCHEMES[number]
    point = b"\x04" + key.x + key.y if key and key.kind == ECC else None
    curve = CURVES.get(key.curve) if key and key.kind == ECC else None
    return (
        Signed(
            name="quote",
            by="ak",
            alg=f"{scheme}-{curve}" if curve and scheme == SCHEMES[ECDSA] else scheme,
            hash=signature.hash or (CANDIDATES[size][0] if size in CANDIDATES else HASHES[0x0004]),
            encoding=signature.encoding,
            construct="plain",
            covers=((0, len(source.data)),),
            value=signature.value,
            key=point,
            certificates=tuple(
                join("certificates", f"certificate-{index}") for index in range(len(quote.certificates))
            ),
        ),
    )
