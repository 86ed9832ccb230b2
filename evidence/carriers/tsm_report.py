"""The attributes of a configfs-tsm entry in one JSON object or CBOR map (veraison, ratsd).

Sources: media types `application/vnd.veraison.tsm-report+json` and `+cbor` (veraison, services and
ratsd): the kernel's names, and `service` around what SVSM adds. JSON has base64url.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evidence.carriers import configfs
from evidence.carriers.descriptor import CarrierDescriptor, InCbor, InJson
from evidence.carriers.json import in_base64, octets
from evidence.errors import CarrierError
from evidence.input import Carrier, Input

NAME: Final = "tsm-report"
BLOBS: Final = frozenset({"outblob", "auxblob", "manifestblob"})
RENAMED: Final = {"privlevel": "privilege_level"}
"""Attributes that have another name here."""


def unwrap(source: Input, value: Any) -> tuple[Input] | None:
    """The entry that a JSON object or a CBOR map is."""
    if not isinstance(value, Mapping) or "outblob" not in value or "provider" not in value:
        return None
    service = value.get("service")
    members = {**(service if isinstance(service, Mapping) else {}), **value}

    def read(name: str) -> bytes | None:
        member = members.get(name, members.get(RENAMED.get(name, name)))
        if member is None:
            return None
        if name in BLOBS:
            return (
                member
                if isinstance(member, bytes)
                else octets(member, name, NAME, in_base64)
                if member
                else b""
            )
        if isinstance(member, str | int) and member.__class__ is not bool:
            return str(member).encode()
        raise CarrierError(carrier=NAME, path=name, reason="not text")

    entry = configfs.entry(read, carrier=NAME)
    (carrier,) = entry.carriers
    piece = source.inside(
        Carrier(NAME, "outblob", carrier.facts),
        entry.data,
        attachments=entry.attachments,
        hints=entry.hints,
    )
    return (piece,)


MEMBERS: Final = ("outblob", "auxblob", "manifestblob", "service/auxblob", "service/manifestblob")


CARRIERS: Final = (
    CarrierDescriptor(
        name="tsm-report",
        section="any",
        told_by="JSON or CBOR, `outblob` beside `provider`",
        taken="`outblob`; as `configfs-tsm`",
        rest=("as `configfs-tsm`; `service` may hold SVSM's attributes, `privilege_level` is `privlevel`"),
        source="veraison, `application/vnd.veraison.tsm-report`",
        forms=(
            InJson(unwrap, MEMBERS),
            InCbor(unwrap),
        ),
    ),
)
