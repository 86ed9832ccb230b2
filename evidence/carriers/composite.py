"""Composite EATs: a detached bundle (RFC 9711) whose claims sets hold the evidence of devices as they gave it.

The bundle is evidence itself: its token has a digest of every claims set. Beside it the transcript or token of
each device is a piece, for whether it fits is a matter of its own signature.

Sources: draft-sun-rats-composite-eat (claim 60000 is what its examples have until one is assigned); the composite
EAT profile of OCP as NVIDIA's spdmd writes it (a record of CMW in claim 299, before that members with names);
the resource `CompositeEATBundle` of OpenBMC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final, NamedTuple

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor, InBytes, InJson
from evidence.carriers.json import in_base64, octets
from evidence.errors import EvidenceError
from evidence.input import NOTHING, Carrier, Input
from evidence.wire import cbor, content_formats

NAME: Final = "composite-eat"
RESOURCE: Final = "CompositeEATBundle"
BUNDLE: Final = 602
PAIR: Final = 2
"""A bundle is a token and its detached claims sets."""
CMW, NATIVE = 299, 60000
OF_SPDM, OF_EAT = 1, 2
"""The kinds of native evidence: a transcript with its chain, or a token."""
SPDM_EVIDENCE: Final = "application/spdm-evidence+cbor"
MEMBERS: Final = ("signed_measurements", "cert_chain", "vca")
TOKEN: Final = ("token_format", "device_token")


class Device(NamedTuple):
    """The evidence of one device: what came beside it, and the media type that it is said to have."""

    evidence: bytes
    attachments: Mapping[str, bytes] = NOTHING
    media_type: str = ""


def unwrap(source: Input) -> Iterator[Input] | None:
    """The bundle and the evidence of its devices; None where there is none that is known here."""
    try:
        head = cbor.head(source.data, 0)
        if (head.major, head.argument) != (6, BUNDLE):
            return None
        parts = cbor.loads(source.data, NAME).value
    except EvidenceError:  # the type says what is wrong with the bundle
        return None
    detached = parts[1] if parts.__class__ is tuple and len(parts) == PAIR else None
    if not isinstance(detached, Mapping):
        return None
    entries = ((label, _device(_decoded(content))) for label, content in detached.items())
    devices = {str(label): device for label, device in entries if device is not None}
    return chain((source,), _pieces(source, devices)) if devices else None


def resource(source: Input, value: Any) -> tuple[Input] | None:
    """The bundle in a resource of a management controller."""
    if not isinstance(value, dict) or not isinstance(value.get(RESOURCE), str):
        return None
    return (source.inside(Carrier(NAME, RESOURCE), octets(value[RESOURCE], RESOURCE, NAME, in_base64)),)


def _pieces(source: Input, devices: Mapping[str, Device]) -> Iterator[Input]:
    for label, device in devices.items():
        media_type = device.media_type
        hints = {"media_type": content_formats.bare(media_type)} if media_type else NOTHING
        carrier = Carrier(
            NAME, label, {"type": limits.text("a media type", media_type)} if media_type else NOTHING
        )
        yield source.inside(carrier, device.evidence, attachments=device.attachments, hints=hints)


def _decoded(content: Any) -> Any:
    """The item in a byte string; None where there is none."""
    try:
        return cbor.loads(content, NAME) if isinstance(content, bytes) else None
    except EvidenceError:
        return None


def _device(claims: Any) -> Device | None:
    """The evidence in one claims set, in whichever of the forms it has."""
    if not isinstance(claims, Mapping):
        return None
    native, record = (item if item.__class__ is tuple else () for item in map(claims.get, (NATIVE, CMW)))
    if MEMBERS[0] in claims:
        return _transcript(tuple(map(claims.get, MEMBERS)))
    if native[:1] == (OF_SPDM,):
        return _transcript(native[1:])
    if record[:1] == (SPDM_EVIDENCE,):
        return _transcript(_decoded(record[1]) if len(record) > 1 else None)
    named = tuple(map(claims.get, TOKEN))
    return _token(named if TOKEN[1] in claims else native[1:] if native[:1] == (OF_EAT,) else record[:2])


def _transcript(content: Any) -> Device | None:
    """Measurements that are signed, the chain of the key, and the negotiation where the signature leaves it out."""
    if content.__class__ is not tuple or not isinstance(content[0] if content else None, bytes):
        return None
    beside = zip(("certificates", "transcript-prefix"), content[1:], strict=False)
    return Device(content[0], {kind: value for kind, value in beside if isinstance(value, bytes)})


def _token(content: tuple[Any, ...]) -> Device | None:
    """A token, and the media type that it has."""
    if [value.__class__ for value in content] != [str, bytes]:
        return None
    media_type, evidence = content
    return Device(evidence, media_type=media_type)


CARRIERS: Final = (
    CarrierDescriptor(
        name="composite-eat",
        section="spdm",
        told_by=(
            "CBOR tag 602 whose detached claims sets hold evidence of devices: "
            "`signed_measurements`, `device_token`, a record of CMW, or claim 60000 of the draft; "
            "JSON, `CompositeEATBundle`"
        ),
        taken="the bundle itself, and of each device the transcript or the token, as pieces",
        rest=(
            "`cert_chain` becomes `certificates`, `vca` `transcript-prefix`; whether a digest fits, "
            "the bundle's own document says"
        ),
        source="draft-sun-rats-composite-eat; NVIDIA, spdmd; OpenBMC",
        forms=(
            InBytes(unwrap),
            InJson(resource, (RESOURCE,)),
        ),
    ),
)
