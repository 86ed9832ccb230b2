"""Who signs whom in CoVE evidence: a chain of tokens, and the certificate around them."""

from __future__ import annotations

from typing import Final

from evidence.input import Input
from evidence.registry import Signed
from evidence.types._cose import signature
from evidence.types.cove.read import Certificate, Evidence
from evidence.wire import x509

SIGNERS: Final = {"platform": "root-of-trust", "tsm": "platform", "tvm": "tsm"}
CERTIFICATE: Final = "certificate"


def signed(evidence: Evidence, given: Input) -> tuple[Signed, ...]:
    """The chain: the root of trust signs the platform's token, its key the TSM's, and that key the TVM's."""
    found = []
    keys = {token.name: token.key.raw for token in evidence.tokens if token.key is not None}
    for token in evidence.tokens:
        by = "tvm" if token.claims is None else SIGNERS[token.name]
        found.append(signature(token.message, token.name, by, token.name, keys.get(by)))
    outer = evidence.certificate
    if isinstance(outer, Certificate):
        found.append(signature(outer.message, CERTIFICATE, "tsm", "tvm", keys.get("tsm")))
    elif outer is not None:
        found.append(_of_certificate(outer, keys.get("tsm")))
    return tuple(found)


def _of_certificate(found: x509.Certificate, key: bytes | None) -> Signed:
    """The TSM's signature over the certificate that holds the tokens."""
    start = found.der.index(found.tbs)
    return Signed(
        name=CERTIFICATE,
        by="tsm",
        alg=found.signature_algorithm.name,
        hash=found.signature_algorithm.hash,
        encoding=found.signature_algorithm.encoding,
        construct="plain",
        covers=((start, start + len(found.tbs)),),
        value=found.signature,
        key=key,
        environment="tvm",
    )
