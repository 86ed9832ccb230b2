"""What the AlgorithmIdentifier of a certificate or a list says, where it is an algorithm that may be used.

Sources: RFC 5280 (4.1.1.2), RFC 4055 (RSASSA-PSS).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from evidence.verify.signature import SignatureForm
from evidence.verify.words import StepRefused
from evidence.wire import der
from evidence.wire.algorithms import SIGNATURES
from evidence.wire.hashes import OIDS

ALLOWED: Final = frozenset(
    {"ecdsa", "rsassa", "rsapss", "ed25519", "ed448", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87"}
)
MGF1: Final = "1.2.840.113549.1.1.8"
SALTS: Final = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
"""Bytes of the salt of RSASSA-PSS: as many as the hash has."""
HASH, MASK, SALT, TRAILER = 0xA0, 0xA1, 0xA2, 0xA3
"""The fields of RSASSA-PSS-params; the last one is often left out, and is 1 where it is not."""


@lru_cache(64)
def form_of(identifier: bytes) -> SignatureForm:
    """What an AlgorithmIdentifier (DER that `x509` has read) says. PSS with another salt, mask or trailer is refused."""
    oid, *parameters = der.children(identifier, 0)
    name = der.oid(identifier[oid.content : oid.end])
    known = SIGNATURES.get(name)
    if known is None or known.name not in ALLOWED:
        raise StepRefused("unsupported-algorithm", name)
    if known.hash == "sha-1":
        raise StepRefused("refused-algorithm", "SHA-1")
    if known.name != "rsapss":
        return SignatureForm(known.name, known.hash, known.encoding)
    if not parameters:
        raise StepRefused("refused-algorithm", "RSASSA-PSS with SHA-1")
    return SignatureForm("rsapss", _pss_hash(identifier, parameters[0]), "rsa")


def _pss_hash(data: bytes, parameters: der.Item) -> str:
    """The hash of RSASSA-PSS-params (RFC 4055, 3.1): of the message and of the mask, as long as the salt."""
    inside = _inside(data, parameters, der.SEQUENCE)
    fields = {field.tag: field for field in inside}
    if [field.tag for field in inside] not in ([HASH, MASK, SALT], [HASH, MASK, SALT, TRAILER]):
        raise StepRefused("refused-algorithm", "RSASSA-PSS with SHA-1, or a salt of 20 bytes")
    of_message, _ = _algorithm(data, _only(data, fields[HASH]))
    generator, inner = _algorithm(data, _only(data, fields[MASK]))
    of_mask = None if inner is None else _algorithm(data, inner)[0]
    name = OIDS.get(of_message, "")
    same = (generator, of_mask, _integer(data, fields[SALT])) == (MGF1, of_message, SALTS.get(name))
    if not same or (TRAILER in fields and _integer(data, fields[TRAILER]) != 1):
        raise _other()
    return name


def _inside(data: bytes, outer: der.Item, tag: int) -> list[der.Item]:
    """The values inside of one with this tag."""
    if outer.tag != tag:
        raise _other()
    return [*der.children(data, outer.start)]


def _only(data: bytes, field: der.Item) -> der.Item:
    """The one value of a field."""
    match _inside(data, field, field.tag):
        case [one]:
            return one
    raise _other()


def _algorithm(data: bytes, item: der.Item) -> tuple[str, der.Item | None]:
    """The object identifier of an AlgorithmIdentifier, and its parameters if there are any."""
    match _inside(data, item, der.SEQUENCE):
        case [oid, *parameters] if oid.tag == der.OBJECT_IDENTIFIER and len(parameters) < 2:
            return der.oid(data[oid.content : oid.end]), parameters[0] if parameters else None
    raise _other()


def _integer(data: bytes, field: der.Item) -> int:
    item = _only(data, field)
    if item.tag != der.INTEGER:
        raise _other()
    return der.integer(data[item.content : item.end])


def _other() -> StepRefused:
    return StepRefused("refused-algorithm", "RSASSA-PSS with other parameters")
