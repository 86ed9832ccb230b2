"""Which bytes of a report are signed, and how."""

from __future__ import annotations

from evidence.input import Input
from evidence.registry import Signed
from evidence.types.snp.layout import SIGNED
from evidence.types.snp.read import Snp
from evidence.types.snp.report import SIGNERS, is_signed, signing_key


def signed(native: Snp, given: Input) -> tuple[Signed, ...]:
    """The one signature, ECDSA P-384 with SHA-384: r and s, 72 bytes each, little-endian."""
    report = native.report
    if not is_signed(report):
        return ()
    return (
        Signed(
            name="report",
            by=SIGNERS.get(signing_key(report), "unknown"),
            alg="ecdsa-p384",
            hash="sha-384",
            encoding="amd-le72",
            construct="plain",
            covers=(SIGNED,),
            value=report.signature_r + report.signature_s,
        ),
    )
