"""Bytes to a checked quote, with what lies beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from evidence.errors import LimitExceeded, MalformedEvidence
from evidence.input import Input
from evidence.types.tpm2_quote import ak
from evidence.types.tpm2_quote.ak import Ak
from evidence.wire import x509
from evidence.wire.tpm import attest, pcrs, signature
from evidence.wire.tpm.attest import Attest
from evidence.wire.tpm.pcrs import Values
from evidence.wire.tpm.signature import TpmSignature
from evidence.wire.x509 import X509Certificate

T = TypeVar("T")


class Tpm2Quote(Struct, frozen=True, kw_only=True):
    """A quote, and what was read of each attachment; None for one that is not there."""

    attest: Attest
    signature: TpmSignature | None = None
    values: Values | None = None
    ak: Ak | None = None
    certificates: tuple[X509Certificate, ...] = ()


def read(source: Input) -> Tpm2Quote:
    """The quote that the input is, and its attachments.

    Raises `NotEvidence` for what else a TPM attests, `MalformedEvidence` or `LimitExceeded`; the path of an error in an
    attachment begins with the attachment's kind.
    """
    quote = attest.read(source.data)
    if not source.attachments:
        return Tpm2Quote(attest=quote)
    return Tpm2Quote(
        attest=quote,
        signature=_beside(source, "signature", signature.read),
        values=_beside(source, "pcr-values", lambda data: pcrs.read(data, quote.pcr_select)),
        ak=_beside(source, "ak", ak.read),
        certificates=_beside(source, "certificates", lambda data: x509.read_all(data, "certificates")) or (),
    )


def _beside(source: Input, kind: str, reader: Callable[[bytes], T]) -> T | None:
    """What a reader of an attachment gives; its errors say that their offsets lie there."""
    content = source.attachments.get(kind)
    if content is None:
        return None
    try:
        return reader(content)
    except (MalformedEvidence, LimitExceeded) as error:
        error.path = f"{kind}: {error.path}" if error.path else kind
        raise
