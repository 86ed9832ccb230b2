"""Bytes to the parts of a CCA token: two signed maps of claims, and sometimes more."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from msgspec import Struct

from evidence import limits
from evidence.errors import BadEncoding, ConstraintViolation, MissingField
from evidence.input import Input
from evidence.types._psa import token
from evidence.types._psa.token import ArmToken, Payload
from evidence.types.cca import parts
from evidence.types.cca.key import RealmKey
from evidence.types.cca.layout import (
    DEVICE_TOKEN,
    DEVICES,
    EAT_CWT,
    PLATFORM,
    REALM,
    TAGS,
    UCCS,
    ContentFormat,
)
from evidence.wire import cbor, content_formats
from evidence.wire.cose import Span
from evidence.wire.decoded import Decoded

WHAT: Final = "CCA token"
SPEC: Final = "DEN0137, A7.2.3"
CMW: Final = "RFC 9999"
EVIDENCE: Final = 1 << 2
"""The bit of a CMW record's third item that says: this is evidence."""
REALM_LABELS: Final = range(44235, 44241)
"""Labels that realm claims alone have."""


class Further(NamedTuple):
    """An entry of the collection that is kept and not read; `start` and `end` are its value's (bytes)."""

    label: int | str | bytes
    start: int
    end: int
    value: bytes


class CcaToken(Struct, frozen=True, kw_only=True):
    """What was read. `variant` is the shape on the wire; `size` is without what trails it (bytes).

    `key` is what the realm's key is, `devices_span` where the device token lies, whose digest the realm claims hold,
    `indicators` the third items of CMW records, by the label of the entry.
    """

    variant: str
    size: int
    platform: ArmToken | None = None
    realm: ArmToken | None = None
    key: RealmKey | None = None
    devices: ArmToken | None = None
    devices_span: Span | None = None
    further: tuple[Further, ...] = ()
    indicators: tuple[Further, ...] = ()


def read(source: Input) -> CcaToken:
    """The token at the start of the input; zeros may follow it, anything else may not.

    A collection (tagged 399 or 907, or not at all), a platform token alone, or a bare claim set.
    Raises `Truncated`, `BadEncoding`, `TrailingBytes`, `LimitExceeded`, `MissingField`,
    `UnexpectedField` or `ConstraintViolation`.
    """
    data = source.data
    start = cbor.begin(data)
    head = cbor.head(data, start)
    if head.major == 6 and head.argument in TAGS:
        return _collection(source.decoded, head.end, TAGS[head.argument])
    if head.major == 5:
        return _untagged(source.decoded, start)
    payload = token.payload(source.decoded, "platform token", start, None, ("sign1",))
    platform = parts.platform(data, payload, "", alone=True)
    size = token.finish(data, payload.end, "platform token")
    return CcaToken(variant="platform-token", size=size, platform=platform)


def _untagged(source: Decoded, start: int) -> CcaToken:
    """A map without a tag: a collection, or one of the claim sets, by the labels in it."""
    data = source.data
    claims, end = cbor.loads_prefix(data, WHAT, start)
    if PLATFORM in claims or isinstance(claims.get(REALM), bytes | tuple):
        return _collection(source, start, "untagged")
    size = token.finish(data, end, "claim set")
    bare = Payload(None, claims, start, end)
    if any(label in claims for label in REALM_LABELS):
        realm, key = parts.realm(bare, "")
        return CcaToken(variant="claims-set", size=size, realm=realm, key=key)
    if DEVICE_TOKEN.label("devices") in claims:
        return CcaToken(variant="claims-set", size=size, devices=parts.devices(bare, ""))
    platform = parts.platform(data, bare, "", alone=True)
    return CcaToken(variant="claims-set", size=size, platform=platform)


def _collection(source: Decoded, start: int, variant: str) -> CcaToken:
    """The map of the parts, entry by entry. Each entry decides on its own how it is wrapped."""
    data = source.data
    major, entries, _, end = cbor.head(data, start)
    if major != 5:
        raise _violation(WHAT, start, data[start:end], "a map")
    limits.check("claims", limits.CLAIMS, entries, offset=start)
    tokens: dict[str, Any] = {}
    further: list[Further] = []
    indicators: list[Further] = []
    labels = set()
    for label, at, place, end in cbor.entries(data, start):
        if label in labels or label.__class__ not in {int, str, bytes}:
            reason = f"key {label!r} twice" if label in labels else f"a key of type {type(label).__name__}"
            raise BadEncoding(what=WHAT, offset=at, reason=reason, spec=SPEC)
        labels.add(label)
        if label == PLATFORM:
            span = _wrapped(data, place, label, EAT_CWT, indicators)
            payload = token.payload(source, "platform token", *span, ("sign1",))
            tokens["platform"] = parts.platform(data, payload, f"/{label}")
        elif label == REALM:
            span = _wrapped(data, place, label, EAT_CWT, indicators)
            payload = token.payload(source, "realm token", *span, ("sign1",))
            tokens["realm"], tokens["key"] = parts.realm(payload, f"/{label}")
        elif label == DEVICES:
            span = _wrapped(data, place, label, UCCS, indicators)
            tokens["devices"] = parts.devices(_unsigned(data, span), f"/{label}")
            tokens["devices_span"] = span
        else:
            further.append(Further(label, place, end, data[place:end]))
    if further:  # nobody else decodes these
        cbor.loads_prefix(data, WHAT, start)
    for name, label in (("platform", PLATFORM), ("realm", REALM)):
        if name not in tokens:
            raise MissingField(what=WHAT, offset=start, name=f"{name} token ({label})", spec=SPEC)
    tokens |= {"further": tuple(further), "indicators": tuple(indicators)}
    return CcaToken(variant=variant, size=token.finish(data, end, WHAT), **tokens)


def _unsigned(data: bytes, span: Span) -> Payload:
    """The claims about devices: a map, with the tag of UCCS or without."""
    claims = cbor.loads_within(data, "device token", *span)
    if isinstance(claims, cbor.Tag) and claims.number == UCCS.number:
        return Payload(None, claims.value, cbor.head(data, span.start).end, span.end)
    return Payload(None, claims, *span)


def _wrapped(data: bytes, place: int, label: int, form: ContentFormat, indicators: list[Further]) -> Span:
    """Where the token of an entry lies: in a byte string, or in the one of a CMW record, whose indicator is kept."""
    number, media_type = form
    head = cbor.head(data, place)
    if head.major == 4 and head.argument in {2, 3}:
        kind, value, *indicator = cbor.entries(data, place)
        if cbor.head(data, kind.value)[:2] != (0, number):
            kind_name = cbor.loads_within(data, "CMW type", kind.value, kind.end)
            if (
                not isinstance(kind_name, str) or content_formats.bare(kind_name) != media_type
            ):  # a profile may stand behind it
                raise _violation(f"entry {label} type", kind.value, kind_name, f"{number} ({media_type})")
        for item in indicator:
            bits = cbor.loads_within(data, "CMW indicator", item.value, item.end)
            if bits.__class__ is not int or bits < 0 or not bits & EVIDENCE:
                raise _violation(f"entry {label} indicator", item.value, bits, "bits with 4, evidence", CMW)
            indicators.append(Further(label, item.value, item.end, data[item.value : item.end]))
        place, head = value.value, cbor.head(data, value.value)
    elif head.major == 4:
        raise _violation(f"entry {label}", place, data[place : head.end], f"[{number}, byte string]")
    if head.major != 2:
        got, allowed = data[place : head.end], f"a byte string or [{number}, byte string]"
        raise _violation(f"entry {label}", place, got, allowed)
    return Span(head.end, head.end + head.argument)


def _violation(what: str, offset: int, got: object, allowed: str, spec: str = SPEC) -> ConstraintViolation:
    return ConstraintViolation(what=what, offset=offset, got=got, allowed=allowed, spec=spec)
