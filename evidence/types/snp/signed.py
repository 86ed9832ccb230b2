"""Which bytes of a report are signed, and how."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.input import Input
from evidence.paths import join
from evidence.registry import Signed
from evidence.types.snp.layout import SIGNED
from evidence.types.snp.read import Snp
from evidence.types.snp.report import SIGNERS, is_signed, signing_key


def signed(native: Snp, source: Input) -> tuple[Signed, ...]:
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
            certificates=tuple(_candidates(native)) if native.certificates else (),
        ),
    )


def _candidates(native: Snp) -> Iterator[str]:
    """The leaf, then all others in the order of the bytes."""
    named = native.certificates.named if native.certificates else ()
    for certificate in sorted(named, key=lambda certificate: certificate is not native.leaf):
        yield join("certificates", certificate.source)
