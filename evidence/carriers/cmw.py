"""The RATS conceptual message wrapper: a record, a tag or a collection around messages, in CBOR and JSON.

A collection with several pieces of evidence gives several pieces. What the wrapper itself calls no
evidence is refused by name, piece by piece. A wrapper may lie in a signed message, in the claim `cmw` of a
token without claims of its own, and in a certificate; who signed it there is not kept, for only the
wrapped evidence speaks for itself. A token of RATSD has claims of its own: it is a piece beside those in it.

Sources: RFC 9999 (record, tag, collection, and the extension of certificates); veraison, ratsd,
`ratsd-token.cddl` (its signed collection names no content type, its older token holds one in base64url).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from msgspec.structs import replace

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.errors import BadEncoding, CarrierError, EvidenceError, NotEvidence
from evidence.input import Carrier, Expect, Input, Refusal
from evidence.wire import cbor, content_formats, cose, der, jose, json, messages, text, x509

NAME: Final = "cmw"
TYPE: Final = "__cmwc_t"
INDICATOR: Final = (
    *("reference-values", "endorsements", "evidence", "attestation-results", "appraisal-policy"),
)
EVIDENCE: Final = 2
"""The bit of the indicator that means evidence."""
TAG_BASE: Final = 0x63740101
TAG_LAST: Final = (
    TAG_BASE + content_formats.LAST_WITH_A_TAG // 255 * 256 + content_formats.LAST_WITH_A_TAG % 255
)
SIGNED: Final = frozenset({"application/cmw+cbor", "application/cmw+json", "application/cmw+cose"})
ID_PE_CMW: Final = "1.3.6.1.5.5.7.1.35"
ID_PE_CMW_DER: Final = bytes.fromhex("06082b06010505070123")
PEM: Final = b"-----BEGIN CERTIFICATE-----"
SIGN1, CWT, UCCS = 18, 61, 601
CWT_CMW, OF_A_CWT = 299, frozenset({1, 2, 3, 4, 5, 6, 7, 8, 299})
JWT_CMW, OF_A_JWT = "cmw", frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "cmw"})
OF_NVIDIA: Final = ("tag:nvidia.com,2026:evidence-item/", "tag:nvidia.com,2026:verifier-input/")
"""How the types of NVIDIA's collections begin: a device's evidence with what belongs to it, and several of those."""
COMPANIONS: Final = ("certificate", "nonce", "hints")
"""Their members that are no evidence."""
RATSD: Final = "tag:github.com,2024:veraison/ratsd"

Piece = Input | Refusal


def unwrap(source: Input) -> Iterator[Piece] | None:
    """The messages inside, or None where the bytes are no wrapper."""
    data = source.data
    if jose.compact(data) is not None:
        return _in_jws(source)
    if data[:1] in {b"{", b"[", b" ", b"\n", b"\r", b"\t"}:
        return _in_json(source, data)
    if data[:1] == b"0" or data.startswith(PEM):
        return _in_certificate(source, data)
    if data and data[0] >> 5 in {4, 5, 6}:
        return _in_cbor(source, data)
    return None


def _in_cbor(source: Input, data: bytes) -> Iterator[Piece] | None:
    """A record, tag or collection, or a COSE message or claims set around one."""
    try:
        head = cbor.head(data, cbor.begin(data))
        if head.major == 6 and head.argument in {CWT, SIGN1}:
            start = head.end if head.argument == CWT else head.start
            return _in_cose(source, source.decoded.cose(start)) if cbor.head(data, start).major == 6 else None
        at = head.end if head.major == 6 and head.argument == UCCS else head.start
        if not _may_be(data, cbor.head(data, at)):
            return None
        value = source.decoded.cbor(at)
    except EvidenceError:
        return None
    if is_cmw(value):
        return _pieces(source, value, 1)
    return _claim(source, value, CWT_CMW, OF_A_CWT)


def _may_be(data: bytes, head: cbor.Head) -> bool:
    """A cheap look: a tag of ours, an array of two or three, a map whose first value is one of these or text."""
    if head.major == 6:
        return TAG_BASE <= head.argument <= TAG_LAST
    if head.major == 4:
        return head.argument in {2, 3}
    if head.major != 5 or head.argument == 0:
        return False
    return cbor.head(data, cbor.skip(data, head.end)).major in {0, 3, 4, 5, 6}


def _in_cose(source: Input, message: cose.CoseMessage) -> Iterator[Piece] | None:
    """A signed wrapper, by its content type or, where that is missing, its content; or a token that holds one."""
    content = message.header.get(cose.CONTENT_TYPE)
    value = source.decoded.cbor(*message.payload_span) if message.payload[:1] != b"{" else None
    is_signed = isinstance(content, str) and content_formats.bare(content) in SIGNED
    if is_signed or (content is None and is_cmw(value)):
        inside = source.inside(Carrier(NAME, facts={"signed": "cose-sign1"}), b"")
        return _pieces(inside, value, 1) if is_cmw(value) else None
    return _claim(source, value, CWT_CMW, OF_A_CWT)


def _in_json(source: Input, data: bytes) -> Iterator[Piece] | None:
    """A record or collection in JSON, or a claims set around one."""
    if TYPE.encode() not in data and b"/" not in data:
        return None
    try:
        value = source.decoded.json()
        return _pieces(source, value, 1) if is_cmw(value) else _claim(source, value, JWT_CMW, OF_A_JWT)
    except EvidenceError:
        return None


def _in_jws(source: Input) -> Iterator[Piece] | None:
    try:
        message = source.decoded.jws()
        value = source.decoded.payload().json()
    except EvidenceError:
        return None
    content = message.header.get("cty")
    if isinstance(content, str) and content.split(";")[0].lower().endswith("cmw+json"):
        inside = source.inside(Carrier(NAME, facts={"signed": "jws"}), b"")
        return _pieces(inside, value, 1) if is_cmw(value) else None
    try:
        return _claim(source, value, JWT_CMW, OF_A_JWT)
    except EvidenceError:
        return None


def _claim(source: Input, claims: Any, label: Any, plain: frozenset[Any]) -> Iterator[Piece] | None:
    """The wrapper in a claims set that says nothing else about anything but the token itself, or in RATSD's."""
    if type(claims) not in cbor.MAPS or label not in claims:
        return None
    wrapper, inside = claims[label], source.inside(Carrier(NAME, facts={"claim": str(label)}), b"")
    if claims.get("eat_profile") == RATSD and isinstance(wrapper, str):
        wrapper = json.loads(text.base64url(wrapper, NAME), NAME)
        return chain((source,), _pieces(inside, wrapper, 1)) if is_cmw(wrapper) else None
    return _pieces(inside, wrapper, 1) if claims.keys() <= plain and is_cmw(wrapper) else None


def _in_certificate(source: Input, data: bytes) -> Iterator[Piece] | None:
    """The wrapper in the extension id-pe-cmw of a certificate: a UTF8String of JSON, or an OCTET STRING of CBOR."""
    if ID_PE_CMW_DER not in data and not data.startswith(PEM):
        return None
    try:
        extension = x509.read_all(data, "certificate")[0].extensions.get(ID_PE_CMW)
        if extension is None:
            return None
        item = der.item(extension.value, 0, NAME)
        content = extension.value[item.content : item.end]
        value = json.loads(content, NAME) if item.tag == der.UTF8_STRING else cbor.loads(content, NAME)
    except EvidenceError:
        return None
    inside = source.inside(Carrier("x509", facts={"extension": ID_PE_CMW}), b"")
    return _pieces(inside, value, 1) if is_cmw(value) else None


def is_cmw(value: Any) -> bool:
    """Whether a decoded item, CBOR or JSON, is a wrapper.

    A claims set is none: claims are no records, and an array of a number and bytes is no claim.
    """
    todo, depth = [value], 0
    while todo and depth <= limits.CARRIER_DEPTH:
        inner: list[Any] = []
        for item in todo:
            if isinstance(item, Mapping):
                entries = [entry for label, entry in item.items() if label != TYPE]
                if not entries or any(isinstance(label, bytes) for label in item):
                    return False
                inner += entries
            elif not (_is_tag(item) or _is_record(item)):
                return False
        todo, depth = inner, depth + 1
    return True


def _is_tag(value: Any) -> bool:
    known = isinstance(value, cbor.Tag) and TAG_BASE <= value.number <= TAG_LAST
    return known and isinstance(value.value, bytes) and (value.number - TAG_BASE) % 256 != 255


def _is_record(value: Any) -> bool:
    """An array of a type and a content, and perhaps an indicator; the tuple is CBOR, the list is JSON."""
    if value.__class__ not in {tuple, list} or len(value) not in {2, 3}:
        return False
    kind, content, *rest = value
    binary = value.__class__ is tuple
    number = binary and kind.__class__ is int and 0 <= kind <= content_formats.LARGEST
    named = isinstance(kind, str) and "/" in kind
    fits = isinstance(content, bytes if binary else str)
    return (number or named) and fits and all(item.__class__ is int and item > 0 for item in rest)


def _pieces(source: Input, value: Any, depth: int) -> Iterator[Piece]:
    """The messages of a wrapper, in order; one that is no evidence, or broken, is given as its error."""
    if depth > limits.CARRIER_DEPTH:
        yield Refusal(source.at, limits.exceeded("carrier depth", limits.CARRIER_DEPTH, depth))
        return
    if not isinstance(value, Mapping):
        yield _piece(source, value, "", {})
        return
    facts = {"collection": _word(value[TYPE])} if TYPE in value else {}
    beside: tuple[str, ...] = ()
    if str(value.get(TYPE, "")).startswith(OF_NVIDIA):
        try:
            source, beside = _with_companions(source, value), COMPANIONS
        except BadEncoding as error:
            yield Refusal(source.at, error.of_carrier(NAME))
            return
    for label, item in value.items():
        if label == TYPE or label in beside:
            continue
        if len(str(label)) > limits.PATH:
            too_long = limits.exceeded("characters of a path", limits.PATH, len(str(label)))
            yield Refusal(source.at, too_long)
            continue
        if isinstance(item, Mapping):
            yield from _pieces(source.inside(Carrier(NAME, str(label), facts), b""), item, depth + 1)
        else:
            yield _piece(source, item, str(label), facts)


def _with_companions(source: Input, value: Mapping[str, Any]) -> Input:
    """What stands beside evidence in NVIDIA's collections: its certificates, and the nonce that it must repeat."""
    beside = {label: _content(value[label]) for label in COMPANIONS if _is_record(value.get(label))}
    certificates, nonce = beside.get("certificate"), beside.get("nonce")
    if certificates is not None:
        source = replace(source, attachments={"certificates": certificates, **source.attachments})
    if nonce is not None:
        expected = Expect("requester_nonce", nonce, "carrier-nonce", None)
        source = replace(source, expects=tuple(dict.fromkeys((*source.expects, expected))))
    return source


def _content(record: Any) -> bytes:
    content = record[1]
    return content if isinstance(content, bytes) else text.base64url(content, NAME)


def _word(kind: Any) -> str:
    """The type of a collection: a URI, or an object identifier as it stands."""
    return kind[: limits.PATH] if isinstance(kind, str) else cbor.dumps(kind)[:64].hex()


def _piece(source: Input, value: Any, at: str, facts: Mapping[str, str]) -> Piece:
    """One message, with its media type as a hint."""
    kind, content, *rest = _opened(value)
    name = kind if isinstance(kind, str) else content_formats.media_type(kind)
    if name is not None and len(name) > limits.PATH:
        too_long = limits.exceeded("characters of a media type", limits.PATH, len(name))
        return Refusal(source.inside(Carrier(NAME, at), b"").at, too_long)
    facts = {**facts, "type": name or f"coap:{kind}"} | ({"indicator": _indicated(rest[0])} if rest else {})
    carrier = Carrier(NAME, at, facts)
    refused = messages.media_type(name)
    if rest and not rest[0] & 1 << EVIDENCE:
        refused = _indicated(rest[0])
    if refused is not None:
        error = NotEvidence(kind=refused, detail=f"a wrapped {facts['type'][:64]}")
        return Refusal(source.inside(carrier, b"").at, error)
    try:
        data = _content((kind, content))
    except BadEncoding as error:
        broken = CarrierError(carrier=NAME, path=at, reason=error.reason)
        return Refusal(source.inside(carrier, b"").at, broken)
    return source.inside(carrier, data, hints={"media_type": content_formats.bare(name)} if name else {})


def _opened(value: Any) -> tuple[Any, ...]:
    """Type and content of a record or tag, and its indicator if it has one."""
    if isinstance(value, cbor.Tag):
        number = value.number - TAG_BASE
        return number // 256 * 255 + number % 256, value.value
    return tuple(value)


def _indicated(indicator: int) -> str:
    """The kinds of message that an indicator names; a bit without a name goes by its number."""
    bits = [bit for bit in range(32) if indicator >> bit & 1]
    return ", ".join(INDICATOR[bit] if bit < len(INDICATOR) else f"bit {bit}" for bit in bits)


CARRIERS: Final = (
    CarrierDescriptor(
        name="cmw",
        section="any",
        told_by=(
            "a record, a tag or a collection of the RATS conceptual message wrapper, in CBOR or "
            "JSON, bare, signed, in a claim `cmw` or in a certificate"
        ),
        taken=(
            "every message that may be evidence; the media type is the hint. A token of RATSD "
            "(profile `tag:github.com,2024:veraison/ratsd`) is a piece itself, beside those in its "
            "`cmw`"
        ),
        rest=(
            "what the wrapper itself calls something else is refused by name; in collections of "
            "NVIDIA `certificate` becomes `certificates`, and the report must repeat `nonce`"
        ),
        source="RFC 9999; veraison, ratsd",
        forms=(InBytes(unwrap),),
    ),
)
