"""Which bytes of a report are signed, and how."""

from __future__ import annotations

from typing import Final

from evidence.input import Input
from evidence.registry import Signed
from evidence.types.snp.layout import SIGNED, KeyInfo, Report, SigningKey
from evidence.types.snp.read import is_signed

BY: Final[dict[int, str]] = {SigningKey.VCEK: "vcek", SigningKey.VLEK: "vlek"}


def signed(report: Report, given: Input) -> tuple[Signed, ...]:
    """The one signature, ECDSA P-384 with SHA-384: r and s, 72 bytes each, little-endian."""
    if not is_signed(report):
        return ()
    signing_key = report.key_info >> KeyInfo.signing_key.low & 7
    return (
        Signed(
            name="report",
            by=BY.get(signing_key, "unknown"),
            alg="ecdsa-p384",
            hash="sha-384",
            encoding="amd-le72",
            construct="plain",
            covers=(SIGNED,),
            value=report.signature_r + report.signature_s,
        ),
    )
