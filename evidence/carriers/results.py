"""What is recognised and is no evidence: attestation results, reference values, collateral.

A result is refused by name, whatever its signature says. Where the caller asked for it (`unwrap_results`),
the evidence that a result holds is taken out of it: `ear_raw_evidence` and `cmw` are the only claims in
which a result leads back to evidence.
"""

from __future__ import annotations

import json as tolerant
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from evidence.carriers.descriptor import CarrierDescriptor, InBytes, InJson
from evidence.errors import EvidenceError, MalformedEvidence, NotEvidence
from evidence.input import Carrier, Input
from evidence.wire import cbor, corim, cose, jose, json, messages, text

NAME: Final = "attestation-result"
RAW: Final = ("ear_raw_evidence", "ear.raw-evidence", 1002)
CMW: Final = ("cmw", 299)
OUTER: Final = ("payload", "claims", "document")
"""Members of JSON in which tools show the claims of a result that they decoded, or ours."""
TOKEN: Final = ("token", "attestation_token", "access_token")
"""Members in which services hand out a compact JWS."""
MOST_TAG_BYTES: Final = 16
"""Tags in front of a message that are looked at."""
MOST: Final = 4096
"""Members of an object that are looked at."""


class ResultClaims(NamedTuple):
    """Claims, where their map begins in the bytes that hold it, and how it is encoded."""

    claims: Mapping[Any, Any]
    data: bytes
    at: int
    encoding: str


def unwrap(source: Input) -> Iterator[Input] | None:
    """Raises `NotEvidence` for what is recognised; gives the pieces inside of a result where that was asked for."""
    data = source.data
    if messages.handoff(data):
        raise NotEvidence(kind="a DICE hand-off", detail="it holds a secret (CDI): keep it from everybody")
    if (token := jose.compact(data)) is not None:
        return _judge(source, _jwt(source, token))
    if data[:1] in {b"{", b" ", b"\n", b"\r", b"\t"}:
        return _object(source, data, len(data) - len(data.lstrip(jose.WHITE)))
    if data and data[0] >> 5 in {5, 6}:
        return _cbor(source, data)
    return None


def _judge(source: Input, result: ResultClaims | None) -> Iterator[Input] | None:
    kind = messages.result(result.claims) if result is not None else None
    if kind is None or result is None or (kind == corim.CONVERTED and source.unwrap_results):
        return None  # what this library converted holds no evidence: unwrapped, it is read for its own claims
    if not source.unwrap_results:
        raise NotEvidence(kind=kind)
    inside = list(_inside(source, result, kind))
    if not inside:
        raise NotEvidence(kind=kind, detail="there is no evidence inside of it")
    return iter(inside)


def _inside(source: Input, result: ResultClaims, kind: str) -> Iterator[Input]:
    """The evidence in a result: bytes (base64url in JSON), or a wrapper (since EAR's draft 04 in any claim) as it stands."""
    find = json.places if result.encoding == "json" else cbor.places
    for label, place in find(result.data, result.at, [(label,) for label in (*RAW, *CMW)]).items():
        carrier = Carrier(NAME, str(label[0]), {"kind": kind})
        value = result.claims[label[0]]
        if label[0] in RAW and isinstance(value, bytes):
            yield source.inside(carrier, value)
        elif label[0] in RAW and isinstance(value, str):
            yield source.inside(carrier, text.base64url(value, "evidence in a result", str(label[0])))
        else:
            yield source.inside(carrier, result.data[place.value : place.end])


def _jwt(source: Input, data: bytes) -> ResultClaims | None:
    """The claims of a compact JWS, as far as they can be read: the type that reads it says what is wrong."""
    try:
        inside = source.decoded.payload()
        if isinstance(claims := inside.json(), dict):
            return ResultClaims(claims, inside.data, 0, "json")
    except EvidenceError:
        pass
    parts = data.split(b".")
    try:
        payload = text.base64url(parts[1], "payload")
    except EvidenceError:
        return None
    return ResultClaims(_members(payload, 0), payload, 0, "json") if len(parts) == 3 else None


def _members(data: bytes, at: int) -> dict[str, Any]:
    """The members of the object at `at`, read so that even one that is written twice does not hide what it is."""
    members: dict[str, Any] = {}
    for entry, _ in zip(json.entries(data, at), range(MOST), strict=False):
        if isinstance(entry.key, str):
            members[entry.key] = _value(data[entry.value : entry.end])
    return members


def _value(raw: bytes) -> Any:
    try:
        return tolerant.loads(raw) if raw[:1] in {b'"', b"{"} else None
    except (ValueError, RecursionError):
        return None


def _object(source: Input, data: bytes, at: int) -> Iterator[Input] | None:
    """A JSON object: a result, a document of ours, or collateral."""
    if data[at : at + 1] != b"{":
        return None
    try:
        members = source.decoded.json()
    except MalformedEvidence:
        members = _members(data, at)
    kind = messages.json_object(members)
    if kind is not None:
        raise NotEvidence(kind=kind)
    pieces = _judge(source, ResultClaims(members, data, at, "json"))
    if pieces is not None:
        return pieces
    for name in OUTER:
        inner = members.get(name)
        if isinstance(inner, dict) and (kind := messages.result(inner)) is not None:
            raise NotEvidence(kind=kind, detail=f"decoded, in {name!r}")
    return None


def _cbor(source: Input, data: bytes) -> Iterator[Input] | None:
    """A tagged or bare item: a message that is no evidence by its tag or shape, or a result by its claims."""
    try:
        head = cbor.head(data, 0)
        while head.major == 6 and head.start < MOST_TAG_BYTES:
            if (kind := messages.tag(head.argument)) is not None:
                raise NotEvidence(kind=kind)
            if head.argument in cose.TAGS:
                message = source.decoded.cose(head.start)
                if (kind := messages.media_type(message.header.get(cose.CONTENT_TYPE))) is not None:
                    raise NotEvidence(kind=kind)
                return _judge(source, _map(source, *message.payload_span))
            head = cbor.head(data, head.end)
        result = _map(source, head.start, len(data))
    except NotEvidence:
        raise
    except EvidenceError:
        return None
    if result is None:
        return None
    if (kind := messages.bare_map(result.claims)) is not None:
        raise NotEvidence(kind=kind)
    return _judge(source, result)


def _map(source: Input, at: int, end: int) -> ResultClaims | None:
    data = source.data
    if at >= end or data[at] >> 5 != 5:
        return None
    value = source.decoded.cbor(at, end)
    return ResultClaims(value, data, at, "cbor") if type(value) in cbor.MAPS else None


def _token(name: str, source: Input, value: Any) -> tuple[Input] | None:
    """The compact JWS in a service's answer."""
    token = value.get(name) if isinstance(value, dict) else None
    if not isinstance(token, str) or not jose.compact(token.encode()):
        return None
    return (source.inside(Carrier("json", name), token.encode()),)


CARRIERS: Final = (
    CarrierDescriptor(
        name="attestation-result",
        section="any",
        told_by="an attestation result; only with `unwrap_results`",
        taken="the evidence in `ear_raw_evidence` or `cmw`",
        rest="the result is not kept",
        source="draft-ietf-rats-ear",
        forms=(
            InBytes(unwrap),
            *(InJson(partial(_token, name), (name,)) for name in TOKEN),
        ),
    ),
)
