"""Bytes to checked CoVE tokens, in any of the envelopes that carry them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from evidence.errors import LimitExceeded, MalformedEvidence, MissingField, UnexpectedField
from evidence.input import Input
from evidence.types._cose import refuse_results
from evidence.types._eat import Region
from evidence.types._recorder import Layer
from evidence.types.cove.identify import MOST_TAG_BYTES
from evidence.types.cove.layout import (
    COSE_KEY,
    ED25519,
    EDDSA,
    NAMES,
    OKP,
    SPEC,
    SUBMODS,
    Dialect,
    of,
)
from evidence.wire import cbor, cose, der, x509
from evidence.wire.claimset import ClaimSet

CWT, UCCS = 61, 601
UCCS_EVIDENCE: Final = "2.23.133.5.4.6"
"""tcg-dice-UCCS-evidence."""
OPAQUE: Final = b"tvm-claims:"
"""How the payload of a TVM began before Shadowfax had claims for it."""

CHALLENGE_BYTES: Final = 64

Variant = Literal[
    "uccs",
    "uccs-untagged",
    "cbor-certificate",
    "x509-certificate",
    "shadowfax-array",
    "platform-token",
]
Envelope = Literal["tagged", "untagged", "bstr-tagged", "bstr-untagged"]


class CoveKey(NamedTuple):
    """A COSE_Key as it was received, and the raw public key in it, if it is one that is known."""

    encoded: bytes
    claims: ClaimSet
    raw: bytes | None
    inferred: bool
    """Whether the curve is not in the key, and was taken from its algorithm and size."""


class CoveToken(NamedTuple):
    """One of the three tokens. `claims` is None where the payload is no claims set."""

    name: str
    envelope: Envelope
    cwt_tag: bool
    message: cose.CoseMessage
    claims: ClaimSet | None
    key: CoveKey | None
    region: Region
    """Of the claims set."""


class CoveCertificate(NamedTuple):
    """What a CBOR certificate says around the tokens: a message by the TSM, with the CDI IDs of TSM and TVM.

    `label` is that of the tokens in it.
    """

    message: cose.CoseMessage
    issuer: str | None
    subject: str | None
    label: Any
    unknown: Mapping[Any, Any]
    region: Region


class CoveEvidence(NamedTuple):
    """Everything. `certificate` is the envelope, where it is one."""

    variant: Variant
    dialect: Dialect
    tokens: tuple[CoveToken, ...]
    certificate: CoveCertificate | x509.X509Certificate | None = None

    def token(self, name: str) -> CoveToken | None:
        """The token of this name."""
        return next((token for token in self.tokens if token.name == name), None)

    def as_native(self) -> dict[str, Any]:
        """Without the tables."""
        return {
            "variant": self.variant,
            "dialect": self.dialect.name,
            "tokens": self.tokens,
            "certificate": self.certificate,
        }


def read(source: Input) -> CoveEvidence:
    """The tokens of the input, all of whose bytes are part of them.

    Raises `MissingField` for an absent token, `ConstraintViolation`, `BadEncoding`, `Truncated`, …
    """
    data = source.data
    region = Region(Layer(data, decoded=source.decoded), 0, len(data))
    if data[:1] == b"\x30":
        return _x509(region)
    region = region.part(cbor.begin(data) if data else 0, len(data))
    at, tags = region.head(), []
    while at.major == 6 and at.argument in {18, CWT, UCCS} and at.end <= MOST_TAG_BYTES:
        tags.append(at.argument)
        at = region.head(at.end)
    if (at.major, at.argument) == (4, 3) and not tags:
        return _array(region)
    if at.major == 4:
        return _message(region)
    return _tokens(region.part(at.start, region.end), "uccs" if UCCS in tags else "uccs-untagged")


def _x509(region: Region) -> CoveEvidence:
    """A certificate by the TSM; its extension holds the tagged token, or that in SEQUENCE and OCTET STRING."""
    certificate = x509.read(region.data, "certificate")
    region.ends("certificate", certificate.end)
    extension = certificate.extensions.get(UCCS_EVIDENCE)
    if extension is None:
        raise MissingField(what="certificate", offset=0, name=UCCS_EVIDENCE, spec=SPEC)
    start, end = certificate.start + extension.start, certificate.start + extension.end
    while region.whole[start] in {der.SEQUENCE, der.OCTET_STRING}:
        item = der.item(region.whole, start, "UCCS evidence", end)
        start, end = item.content, item.end
    inner = region.part(start, end, UCCS_EVIDENCE)
    head = inner.head()
    if (head.major, head.argument) == (6, UCCS):
        inner = inner.part(head.end, end)
    return _tokens(inner, "x509-certificate")._replace(certificate=certificate)


def _message(region: Region) -> CoveEvidence:
    """A message alone: a CBOR certificate around the tokens, or the token of a platform."""
    message, payload, _ = _open(region)
    value = _claims(payload)
    label = next((label for label, item in value.items() if _is_token(item)), None)
    if label is None:
        dialect = of(frozenset(value))
        return CoveEvidence("platform-token", dialect, (_token("platform", region, dialect),))
    place = cbor.places(region.whole, payload.start, ((label,),))[label,]
    unknown = {key: item for key, item in value.items() if key not in {1, 2, label}}
    issuer, subject = (value.get(key) if isinstance(value.get(key), str) else None for key in (1, 2))
    certificate = CoveCertificate(message, issuer, subject, label, unknown, payload)
    inner = payload.part(place.value, place.end, label)
    return _tokens(inner, "cbor-certificate")._replace(certificate=certificate)


def _is_token(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {SUBMODS} and isinstance(value[SUBMODS], Mapping)


def _array(region: Region) -> CoveEvidence:
    """The three messages one after the other, as Shadowfax wrote them before it had submodules."""
    region.cbor("tokens")
    parts = [
        region.part(entry.value, entry.end, entry.key) for entry in cbor.entries(region.whole, region.start)
    ]
    dialect = of(_labels(parts[0]))
    tokens = tuple(_token(name, part, dialect) for name, part in zip(NAMES, parts, strict=True))
    return CoveEvidence("shadowfax-array", dialect, tokens)


def _tokens(region: Region, variant: Variant) -> CoveEvidence:
    """The map of label 266 with the three tokens."""
    value = region.cbor("token")
    if not _is_token(value):
        raise region.violation("token", region.data, "a map of 266 to three tokens")
    for name in NAMES:
        if name not in value[SUBMODS]:
            raise MissingField(what="token", path=f"{region.path}/{SUBMODS}", name=name, spec=SPEC)
    for name in value[SUBMODS]:
        if name not in NAMES:
            raise UnexpectedField(what="token", path=f"{region.path}/{SUBMODS}", name=str(name), spec=SPEC)
    places = cbor.places(region.whole, region.start, ((SUBMODS, name) for name in NAMES))
    parts = {
        name: region.part(places[SUBMODS, name].value, places[SUBMODS, name].end, SUBMODS, name)
        for name in NAMES
    }
    dialect = of(_labels(parts["platform"]) | _labels(parts["tsm"]) | _labels(parts["tvm"]))
    return CoveEvidence(variant, dialect, tuple(_token(name, part, dialect) for name, part in parts.items()))


def _open(region: Region) -> tuple[cose.CoseMessage, Region, bool]:
    """A message, its payload without a tag 61 inside of it, and whether there was one."""
    head = region.head()
    start = head.end if head.major == 6 and head.argument == CWT else region.start
    message = region.cose(start, "token")
    if message.kind != "sign1":  # whoever checks the code of a MAC could have made it
        raise region.violation("token", "tag 17", "tag 18 (COSE_Sign1), or none")
    region.ends("token", message.span.end)
    payload = region.part(*message.payload_span)
    inner = payload.head()
    if (inner.major, inner.argument) == (6, CWT):
        return message, payload.part(inner.end, payload.end), True
    return message, payload, False


def _claims(payload: Region) -> Mapping[Any, Any]:
    """The claims set that fills a payload."""
    if payload.head().major != 5:
        raise payload.violation("claims", payload.data, "a map")
    value: Mapping[Any, Any] = payload.cbor("claims")
    refuse_results(value, payload.path)
    return value


def _content(region: Region) -> tuple[Region, bool]:
    """The message itself: it may be wrapped in a byte string, as RFC 9711 wants nested tokens."""
    head = region.head()
    return (region.part(head.end, region.end), True) if head.major == 2 else (region, False)


def _labels(region: Region) -> frozenset[int]:
    """The labels of a token's claims; none where the payload is no map."""
    _, payload, _ = _open(_content(region)[0])
    if payload.data.startswith(OPAQUE):
        return frozenset()
    return frozenset(_claims(payload))


def _token(name: str, region: Region, dialect: Dialect) -> CoveToken:
    inside, wrapped = _content(region)
    message, payload, cwt_tag = _open(inside)
    tagged = "tagged" if message.tagged else "untagged"
    envelope: Any = f"bstr-{tagged}" if wrapped else tagged
    if name == "tvm" and payload.data.startswith(OPAQUE):
        if len(payload.data) != len(OPAQUE) + CHALLENGE_BYTES:
            raise payload.violation("tvm payload", payload.data, "a word and a challenge of 64 bytes")
        return CoveToken(name, envelope, cwt_tag, message, None, None, payload)
    claims = dialect.tokens[name].read(_claims(payload), payload.path)
    return CoveToken(name, envelope, cwt_tag, message, claims, _key(claims, payload), payload)


def _key(claims: ClaimSet, region: Region) -> CoveKey:
    """The COSE_Key in a claim. An Ed25519 key without its curve is read by its algorithm and size."""
    encoded = claims.values["public_key"]
    path = f"{region.path}/public_key"
    try:
        value = cbor.loads(encoded, "COSE key")
    except (MalformedEvidence, LimitExceeded) as error:
        error.offset, error.path = None, path
        raise
    key = COSE_KEY.read(value, path)
    x, curve = key.get("x"), key.get("crv")
    inferred = curve is None and key.get("alg") == EDDSA and x is not None and len(x) == 32
    is_ed25519 = key.values["kty"] == OKP and (curve == ED25519 or inferred)
    return CoveKey(encoded, key, x if is_ed25519 and x is not None and len(x) == 32 else None, inferred)
