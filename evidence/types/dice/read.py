"""Bytes to a checked chain of DICE certificates, or to one of them alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from evidence import limits
from evidence.errors import EvidenceError, LimitExceeded, MalformedEvidence
from evidence.input import Input
from evidence.types._cose import refuse_results
from evidence.types._eat import Region
from evidence.types._recorder import Layer
from evidence.types.dice import dpu
from evidence.types.dice.dpu import DpuEvidence
from evidence.types.dice.layout import CERTIFICATE, CONFIGURATION
from evidence.wire import cbor, cose
from evidence.wire.claimset import ClaimSet
from evidence.wire.places import Entry, Path

PARTS: Final = 4
WHITE: Final = b" \t\r\n"
LEAST: Final = 2
"""Entries of a chain: a key and one certificate."""


class DiceCertificate(NamedTuple):
    """One certificate: its message, its claims, and where the claims set lies.

    `configuration` is the descriptor, where that is a map as Android writes it.
    """

    message: cose.CoseMessage
    claims: ClaimSet
    region: Region
    configuration: ClaimSet | None

    def claims_at(self, path: Path) -> Entry:
        """Where the claim at a path lies."""
        return cbor.places(self.region.whole, self.region.start, (path,))[path]


class DiceChain(NamedTuple):
    """Certificates from the device's on. `key` is the COSE_Key that signed the first; one alone comes without."""

    variant: Literal["chain", "certificate"]
    key: bytes | None
    certificates: tuple[DiceCertificate, ...]
    size: int

    def signer(self, number: int) -> bytes | None:
        """The key, as a COSE_Key, that signs the certificate of this number; None if it is not here."""
        return self.certificates[number - 1].claims.values["subject_public_key"] if number else self.key


def read(source: Input) -> DiceChain | DpuEvidence:
    """The certificates that fill the input, or a DPU's document.

    Raises `MissingField`, `ConstraintViolation`, `BadEncoding`, `Truncated`, …
    """
    data = source.data
    if data.lstrip(WHITE)[:1] == b"{":
        return dpu.read(source)
    region = Region(Layer(data, decoded=source.decoded), 0, len(data))
    value = region.cbor("DICE chain")
    if value.__class__ is not tuple or len(value) < LEAST:
        raise region.violation("DICE chain", data, "an array of a key and certificates, or one certificate")
    if not isinstance(value[0], Mapping):
        return DiceChain("certificate", None, (_certificate(region),), len(data))
    limits.check("certificates", limits.CERTIFICATES, len(value) - 1, offset=0)
    first, *others = (region.part(entry.value, entry.end, entry.key) for entry in cbor.entries(data, 0))
    return DiceChain("chain", first.data, tuple(map(_certificate, others)), len(data))


def _certificate(region: Region) -> DiceCertificate:
    """An untagged COSE_Sign1 over a claims set."""
    head = region.head()
    if (head.major, head.argument) != (4, PARTS):
        raise region.violation("DICE certificate", region.data, "a COSE_Sign1 without a tag")
    message = region.cose(region.start, "DICE certificate")
    region.ends("DICE certificate", message.span.end)
    payload = region.part(*message.payload_span)
    if payload.head().major != 5:
        raise payload.violation("claims", payload.data, "a map")
    value: Mapping[Any, Any] = payload.cbor("claims")
    refuse_results(value, payload.path)
    claims = CERTIFICATE.read(value, payload.path)
    _check_key(claims.values["subject_public_key"], f"{payload.path}/subject_public_key")
    return DiceCertificate(message, claims, payload, _configuration(claims.get("configuration_descriptor")))


def _check_key(encoded: bytes, path: str) -> None:
    try:
        cbor.loads(encoded, "COSE key")
    except (MalformedEvidence, LimitExceeded) as error:
        error.offset, error.path = None, path
        raise


def _configuration(descriptor: bytes | None) -> ClaimSet | None:
    """Android's descriptor. Its form is left to each profile: what is none of Android's is kept as bytes."""
    if not descriptor or descriptor[0] >> 5 != 5:
        return None
    try:
        return CONFIGURATION.read(cbor.loads(descriptor, "configuration descriptor"), "")
    except EvidenceError:
        return None
