"""Which bytes of a quote are signed, by whom, and how."""

from __future__ import annotations

from typing import Any, Final

from evidence.paths import join
from evidence.registry import Signed
from evidence.types._dcap.layout import SgxReport
from evidence.types._dcap.quote import Quote, qe_report_start

UNCOMPRESSED: Final = b"\x04"
"""SEC 1, 2.3.3: both coordinates follow."""


def signed(quote: Quote[Any], workload: str) -> tuple[Signed, ...]:
    """The quote's signature over header and body, and the PCK's over the QE report: r and s, 32 bytes each.

    No signature covers the length of the signature data, nor anything in it but the QE report; what the
    certificates hold is bound by their own chain.
    """
    data = quote.signature_data
    chain = data.certification.chain
    leaf = chain.leaf if chain is not None else None
    report = qe_report_start(quote)
    return (
        Signed(
            name="quote",
            by="attestation-key",
            alg="ecdsa-p256",
            hash="sha-256",
            encoding="p1363",
            construct="plain",
            covers=((0, quote.signed),),
            value=data.signature,
            key=UNCOMPRESSED + data.attestation_key,
            environment=workload,
        ),
        Signed(
            name="qe-report",
            by="pck",
            alg="ecdsa-p256",
            hash="sha-256",
            encoding="p1363",
            construct="plain",
            covers=((report, report + SgxReport.SIZE),),
            value=data.qe_report_signature,
            key=leaf.key.raw if leaf else None,
            certificates=tuple(join("certificates", name) for name in chain.certificates) if chain else (),
            environment="qe",
        ),
    )
