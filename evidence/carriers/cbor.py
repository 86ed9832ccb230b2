"""CBOR maps that carry evidence, told by their text keys: read once and strictly, for all of them.

Sources: veraison (see `tsm_report`); oasis-core, `QuoteBundle`; Parsec's key attestation with Arm CCA
(veraison, services, `parsec-cca`), and draft-bft-rats-kat, whose bundle has both tokens in byte strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evidence.carriers.descriptor import CarrierDescriptor, InCbor
from evidence.errors import MalformedEvidence
from evidence.input import Carrier, Input
from evidence.wire import cbor

NAME: Final = "cbor"
KEYS: Final = tuple(cbor.dumps(name) for name in ("outblob", "quote", "kat", "pat", "dev-name"))
"""One of these is in every map that is known here."""


def document(data: bytes) -> Mapping[Any, Any] | None:
    """The map that `data` is, or None where it has none of the keys. Raises `CarrierError`, `LimitExceeded`."""
    if len(data) < 2 or data[0] >> 5 != 5 or data[1] >> 5 != 3 or not any(key in data for key in KEYS):
        return None
    try:
        value: Mapping[Any, Any] = cbor.loads(data, NAME)
    except MalformedEvidence as error:
        raise error.of_carrier(NAME) from None
    return value


def quote_bundle(source: Input, value: Mapping[Any, Any]) -> tuple[Input] | None:
    """oasis-core: a quote, and the TCB bundle as collateral."""
    quote = value.get("quote")
    if value.keys() != {"quote", "tcb"} or not isinstance(quote, bytes):
        return None
    attachments = {"collateral": _item(source.data, "tcb")}
    return (source.inside(Carrier("oasis-quote-bundle", "quote"), quote, attachments=attachments),)


def parsec_cca(source: Input, value: Mapping[Any, Any]) -> tuple[Input, ...] | None:
    """Parsec: the key attestation token and the platform's, which are pieces of their own."""
    if value.keys() != {"kat", "pat"}:
        return None
    return tuple(
        source.inside(
            Carrier("parsec-cca", name), item if isinstance(item, bytes) else _item(source.data, name)
        )
        for name in ("kat", "pat")
        for item in (value[name],)
    )


def _item(data: bytes, name: str) -> bytes:
    """The bytes of a member as they lie in the map."""
    return next(data[entry.value : entry.end] for entry in cbor.entries(data) if entry.key == name)


CARRIERS: Final = (
    CarrierDescriptor(
        name="oasis-quote-bundle",
        section="intel",
        told_by="CBOR with `quote` and `tcb` alone",
        taken="`quote`",
        rest="`tcb` becomes `collateral`",
        source="oasis-core, `QuoteBundle`",
        forms=(InCbor(quote_bundle),),
    ),
    CarrierDescriptor(
        name="parsec-cca",
        section="any",
        told_by="CBOR with `kat` and `pat` alone",
        taken="both, as pieces, in byte strings or not: the key's token and the platform's",
        rest="-",
        source="veraison, services; draft-bft-rats-kat",
        forms=(InCbor(parsec_cca),),
    ),
)
