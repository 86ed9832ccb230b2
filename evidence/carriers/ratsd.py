"""RATSD's record of a device: a token about it, with the words of the collector beside it.

The record is nobody's signature: its nonce, its generation and the device's name are what the collector says, whatever
the token inside says of itself.

Source: veraison, ratsd, the attester `device-evidence` (2026), `application/vnd.veraison.device-evidence+cbor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor, InCbor
from evidence.errors import CarrierError
from evidence.input import Carrier, Input
from evidence.wire import content_formats

NAME: Final = "ratsd"
DEVICE, NONCE, GENERATION, FORMAT, EVIDENCE = "dev-name", "nonce", "generation", "format", "evidence"
KINDS: Final[Mapping[str, tuple[type, str]]] = {
    DEVICE: (str, "text"),
    NONCE: (bytes, "bytes"),
    GENERATION: (int, "a number"),
    FORMAT: (str, "text"),
    EVIDENCE: (bytes, "bytes"),
}
"""The members of a record, all of which are there: what each is in CBOR."""
LONGEST_NONCE: Final = 64
"""Bytes of a nonce, as report data has them at most."""


def unwrap(source: Input, value: Mapping[Any, Any]) -> tuple[Input] | None:
    """The token in a record. Raises `CarrierError` for a member of another kind, and `LimitExceeded`."""
    if value.keys() != KINDS.keys():
        return None
    for name, (kind, words) in KINDS.items():
        if value[name].__class__ is not kind:
            raise CarrierError(carrier=NAME, path=name, reason=f"not {words}")
    if not value[EVIDENCE]:
        raise CarrierError(carrier=NAME, path=EVIDENCE, reason="empty")
    if not value[NONCE]:
        raise CarrierError(carrier=NAME, path=NONCE, reason="empty")
    limits.check("bytes of a record's nonce", LONGEST_NONCE, len(value[NONCE]))
    facts = {
        "device": limits.text("a device's name", value[DEVICE]),
        "generation": str(value[GENERATION]),
        "format": limits.text("a media type", value[FORMAT]),
        "collector_nonce": value[NONCE].hex(),
    }
    hints = {"media_type": content_formats.bare(value[FORMAT])}
    return (source.inside(Carrier(NAME, EVIDENCE, facts), value[EVIDENCE], hints=hints),)


CARRIERS: Final = (
    CarrierDescriptor(
        name=NAME,
        section="spdm",
        told_by="CBOR with `dev-name`, `nonce`, `generation`, `format` and `evidence` alone",
        taken="`evidence`, a token about a device; `format` is its media type",
        rest=(
            "`dev-name` and `generation` are facts; `nonce` becomes the binding `collector_nonce`, which is the collector's word. "
            "The device's own signature is not in a record"
        ),
        source="veraison, ratsd, `application/vnd.veraison.device-evidence+cbor`",
        forms=(InCbor(unwrap),),
    ),
)
