"""Who signs whom in CoVE evidence: a chain of tokens, and the certificate around them."""

from __future__ import annotations

from typing import Final

from evidence.input import Input
from evidence.registry import Signed
from evidence.types._cose import signature
from evidence.types.cove.read import CoveCertificate, CoveEvidence
from evidence.wire import x509

SIGNERS: Final = {"platform": "root-of-trust", "tsm": "platform", "tvm": "tsm"}
CERTIFICATE: Final = "certificate"


def signed(evidence: CoveEvidence, source: Input) -> tuple[Signed, ...]:
    """The chain: the root of trust signs the platform's token, its key the TSM's, and that key the TVM's."""
    signatures = []
    keys = {token.name: token.key.raw for token in evidence.tokens if token.key is not None}
    for token in evidence.tokens:
        by = "tvm" if token.claims is None else SIGNERS[token.name]
        signatures.append(signature(token.message, token.name, by, token.name, keys.get(by)))
    outer = evidence.certificate
    if isinstance(outer, CoveCertificate):
        signatures.append(signature(outer.message, CERTIFICATE, "tsm", "tvm", keys.get("tsm")))
    elif outer is not None:
        signatures.append(_of_certificate(outer, keys.get("tsm")))
    return tuple(signatures)


def _of_certificate(certificate: x509.X509Certificate, key: bytes | None) -> Signed:
    """The TSM's signature over the certificate that holds the tokens."""
    start = certificate.der.index(certificate.tbs)
    return Signed(
        name=CERTIFICATE,
        by="tsm",
        alg=certificate.signature_algorithm.name,
        hash=certificate.signature_algorithm.hash,
        encoding=certificate.signature_algorithm.encoding,
        construct="plain",
        covers=((start, start + len(certificate.tbs)),),
        value=certificate.signature,
        key=key,
        environment="tvm",
    )
