"""Bytes to checked tokens, in CBOR and in JSON, with all that is nested in them.

Nesting is bounded by `limits.SUBMODULE_DEPTH`, the number of submodules by `limits.ENVIRONMENTS`. An
attestation result at any place is `NotEvidence`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from evidence import limits
from evidence.errors import MalformedEvidence, NotEvidence, UnexpectedField
from evidence.types._eat import device, layout
from evidence.types._eat.layout import ClaimRemark
from evidence.types._eat.native import Bundle, ClaimsSet, Detached, DetachedDigest, Form, Submodule, Token
from evidence.types._eat.region import Region
from evidence.wire import cbor, corim, cose, json, messages, text
from evidence.wire.claimset import ClaimTable, ValueRefused

SELF_DESCRIBED, CWT, UCCS, BUNDLE = 55799, 61, 601, 602
COSE_FORMS: Final[dict[cose.Kind, Form]] = {"sign1": "cose-sign1", "mac0": "cose-mac0"}
NESTED: Final = "a tagged token (RFC 9711, 4.2.18)"
PAIR: Final = "an array of a token and a map of labels to detached claims sets"
SELECTOR: Final = "an array of JWT, CBOR, BUNDLE or DIGEST and its content"
DIGEST: Final = "an array of a hash algorithm and a digest"


class EatReader:
    """Reads one piece of evidence, and counts what is nested in it.

    `unwrap` allows what this library converted, at any depth; `converted` says whether there was any.
    """

    def __init__(self, *, unwrap: bool = False) -> None:
        self.submodules = 0
        self.unwrap, self.converted = unwrap, False

    # -- CBOR -----------------------------------------------------------------------------------------

    def cbor_token(self, region: Region, *, nested: bool = False) -> Token | Bundle:
        """The token in CBOR that fills a region. A nested one must say by a tag what it is."""
        first = region.head()
        if (first.major, first.argument) == (6, SELF_DESCRIBED) and not nested:
            first = region.head(first.end)
        if first.major == 6:
            return self._tagged(region, first)
        if nested:
            raise region.violation("nested token", region.data, NESTED)
        if (first.major, first.argument) == (4, 2):
            return self._cbor_bundle(region.part(first.start, region.end), tagged=False)
        if first.major == 4:
            return self._cose(region, first.start, "cose-sign1-untagged")
        claims = self.cbor_claims(region.part(first.start, region.end))
        return Token("claims-set-cbor", None, claims, region)

    def _tagged(self, region: Region, tag: cbor.Head) -> Token | Bundle:
        """A token by the tag that says what it is."""
        number, inside = tag.argument, region.part(tag.end, region.end)
        if number == BUNDLE:
            return self._cbor_bundle(region.part(tag.start, region.end))
        if number == UCCS:
            return Token("uccs", None, self.cbor_claims(inside), region)
        if number in cose.TAGS:
            return self._cose(region, tag.start, COSE_FORMS[cose.TAGS[number]])
        if number == CWT and (inner := inside.head()).major == 6 and inner.argument in cose.TAGS:
            return self._cose(region, tag.end, "cwt")
        for head in (tag, inside.head()):
            if head.major == 6 and (kind := messages.tag(head.argument)) is not None:
                raise region.placed(NotEvidence(kind=kind), region.start)
        if number == CWT:
            raise inside.violation("tag 61", inside.data, "tag 18 (COSE_Sign1) or 17 (COSE_Mac0)")
        raise region.violation("token", region.data, NESTED)

    def _cose(self, region: Region, at: int, form: Form) -> Token:
        """A COSE message; its payload is a claims set, with tags 55799 and 61 inside of it or not."""
        message = region.cose(at, "token")
        region.ends("token", message.span.end)
        if (kind := messages.media_type(message.header.get(cose.CONTENT_TYPE))) is not None:
            raise region.placed(NotEvidence(kind=kind), region.start)
        payload, remarks = region.part(*message.payload_span), []
        inner = payload.head()
        if (inner.major, inner.argument) == (6, SELF_DESCRIBED):
            inner = payload.head(inner.end)
            payload = payload.part(inner.start, payload.end)
        if (inner.major, inner.argument) == (6, CWT):
            payload = payload.part(inner.end, payload.end)
            detail = "the payload is tagged 61: RFC 8392 puts that tag around the message"
            remarks = [ClaimRemark("tag-61-inside", "", detail)]
        return Token(form, message, self.cbor_claims(payload), region, tuple(remarks))

    def _cbor_bundle(self, region: Region, *, tagged: bool = True) -> Bundle:
        decoded = region.cbor("bundle")
        value = decoded.value if tagged else decoded
        if not _is_bundle(value, bytes) or not isinstance(value[0], bytes | str):
            raise region.violation("bundle", region.data, PAIR)
        self._count(f"{region.path}/1", len(value[1]))
        labels = [(1, label) for label in value[1]]
        places = cbor.places(region.whole, region.start, ((0,), *labels))
        first = region.part(region.head(places[0,].value).end, places[0,].end, 0).deeper()
        is_cbor = isinstance(value[0], bytes)
        token = self.cbor_token(first, nested=True) if is_cbor else self._selected_text(first)
        detached = []
        for label, content in value[1].items():
            end = places[1, label].end
            where = region.part(end - len(content), end, 1, label).deeper()
            detached.append(Detached(label, content, self.cbor_claims(where), where))
        return _bundle("bundle-cbor", _main(token, first), detached, region)

    def cbor_claims(self, region: Region) -> ClaimsSet:
        """The claims set in CBOR that fills a region."""
        if region.head().major != 5:
            raise region.violation("claims set", region.data, "a map")
        return self._claims(layout.CBOR, region.cbor("claims set"), region)

    # -- JSON -----------------------------------------------------------------------------------------

    def json_token(self, region: Region) -> Token | Bundle:
        """The token in JSON that fills a region: a JWT, a bundle, or a claims set."""
        if region.whole[region.start : region.start + 1] == b"e":
            return self.jwt(region)
        value = region.json("claims set")
        if isinstance(value, list):
            return self._json_bundle(region, value)
        return Token("claims-set-json", None, self._claims(layout.JSON, value, region), region)

    def jwt(self, region: Region) -> Token:
        """A compact JWS whose payload is a claims set; the payload is a layer of its own."""
        message, decoded = region.jws("token"), region.decoded
        name = f"{region.path[1:]}/payload" if region.path else "payload"
        inside = decoded.payload() if decoded else None
        payload = region.part(*message.payload_span).inner(message.payload, name, inside)
        claims = self._claims(layout.JSON, payload.json("claims set"), payload)
        remarks = tuple(
            ClaimRemark(
                "self-asserted-key", "", f"the header names its own key ({name}), which proves nothing"
            )
            for name in message.self_asserted
        )
        return Token("jwt", message, claims, region, remarks)

    def _json_bundle(self, region: Region, value: Any) -> Bundle:
        if not _is_bundle(value, str):
            raise region.violation("bundle", region.data, PAIR)
        self._count(f"{region.path}/1", len(value[1]))
        labels = [(1, label) for label in value[1]]
        places = json.places(region.whole, region.start, ((0,), *labels))
        first = region.part(places[0,].value, places[0,].end, 0).deeper()
        token = self._selected(first, value[0])
        detached = []
        for label, content in value[1].items():
            place = places[1, label]
            where = _base64url(region.part(place.value, place.end, 1, label).deeper(), content)
            if _is_map(where.data):
                claims = self.cbor_claims(where)
            else:
                claims = self._claims(layout.JSON, where.json("claims set"), where)
            detached.append(Detached(label, where.data, claims, region.part(place.value, place.end)))
        return _bundle("bundle-json", _main(token, first), detached, region)

    def _selected_text(self, region: Region) -> Token | Bundle | DetachedDigest:
        """The content of a text in CBOR, which is a JSON array of a type and a token."""
        return self._selected(region, region.json("nested token"))

    def _selected(self, region: Region, value: Any) -> Token | Bundle | DetachedDigest:
        """What a pair of a type and its content stands for (RFC 9711, JSON-Selector)."""
        kind, content = value if isinstance(value, list) and len(value) == 2 else (None, None)
        place = json.places(region.whole, region.start, ((1,),)).get((1,))
        if place is not None:
            inner = region.part(place.value, place.end)
            if kind == "DIGEST":
                return _digest(inner, content)
            if kind == "BUNDLE" and isinstance(content, list):
                return self._json_bundle(inner, content)
            if kind == "JWT" and isinstance(content, str):
                return self.jwt(_text(inner, content))
            if kind == "CBOR" and isinstance(content, str):
                return self.cbor_token(_base64url(inner, content), nested=True)
        raise region.violation("nested token", kind if isinstance(kind, str) else region.data, SELECTOR)

    # -- claims sets ----------------------------------------------------------------------------------

    def _claims(self, table: ClaimTable, value: Any, region: Region) -> ClaimsSet:
        """A decoded claims set."""
        if type(value) not in cbor.MAPS:
            raise region.violation("claims set", region.data, "a map")
        limits.check("entries", limits.ENTRIES, len(value), path=region.path)
        for label in layout.LISTS[table is layout.JSON]:
            if (listed := value.get(label)).__class__ in {tuple, list}:
                limits.check("entries", limits.ENTRIES, len(listed), path=f"{region.path}/{label}")
        kind = messages.result(value)
        if kind == corim.CONVERTED and self.unwrap:
            self.converted = True
        elif kind is not None:
            raise region.placed(NotEvidence(kind=kind), region.start)
        remarks: list[ClaimRemark] = []
        if table is layout.JSON:
            value, remarks = layout.without_null(value)
        values, unknown = table.read(value, region.path)
        remarks += layout.remarks(table, value, values)
        encoding: Literal["cbor", "json"] = "cbor" if table is layout.CBOR else "json"
        of_device = (
            device.read(values.get("eat_profile"), unknown, region.path) if encoding == "cbor" else None
        )
        if of_device is not None:
            unknown = of_device.unknown
        bare = ClaimsSet(encoding, values, unknown, region, remarks=tuple(remarks), device=of_device)
        return bare._replace(submods=tuple(self._submodules(bare))) if "submods" in values else bare

    def _submodules(self, claims: ClaimsSet) -> list[Submodule]:
        content, own = claims.values["submods"], claims.labels["submods"]
        path = f"{claims.region.path}/{own}"
        self._count(path, len(content))
        places = claims.places((own, label) for label in content)
        read = self._in_cbor if claims.is_cbor else self._in_json
        submodules = []
        for label, value in content.items():
            limits.check("submodule label", limits.LABEL_BYTES, len(label.encode()), path=path)
            place = places[own, label]
            region = claims.region.part(place.value, place.end, own, label).deeper()
            submodules.append(Submodule(label, read(region, value)))
        return submodules

    def _count(self, path: str, more: int) -> None:
        """So many more claims sets at a path, which may be environments."""
        self.submodules += more
        limits.check("environments", limits.ENVIRONMENTS, self.submodules, path=path)

    def _in_cbor(self, region: Region, value: Any) -> ClaimsSet | Token | Bundle | DetachedDigest:
        if isinstance(value, Mapping):
            return self._claims(layout.CBOR, value, region)
        if value.__class__ is tuple:
            return _digest(region, value)
        inside = region.part(region.head().end, region.end)
        if isinstance(value, bytes):
            return self.cbor_token(inside, nested=True)
        if isinstance(value, str):
            return self._selected_text(inside)
        raise region.violation("submodule", region.data, "claims, a nested token or a digest")

    def _in_json(self, region: Region, value: Any) -> ClaimsSet | Token | Bundle | DetachedDigest:
        if isinstance(value, Mapping):
            return self._claims(layout.JSON, value, region)
        return self._selected(region, value)


def _is_bundle(value: Any, kind: type) -> bool:
    """Whether a value is a pair of anything and a map of texts to values of one kind."""
    if value.__class__ not in {tuple, list} or len(value) != 2 or not isinstance(value[1], Mapping):
        return False
    detached = value[1].items()
    return bool(detached) and all(isinstance(a, str) and isinstance(b, kind) for a, b in detached)


def _main(token: Token | Bundle | DetachedDigest, region: Region) -> Token:
    """The token of a bundle, which may not be a bundle itself."""
    if not isinstance(token, Token):
        raise region.violation("bundle", type(token).__name__.lower(), "a token in a bundle")
    return token


def _bundle(form: Form, token: Token, detached: list[Detached], region: Region) -> Bundle:
    """A bundle all of whose detached claims sets have a digest somewhere: nothing else binds them to the token."""
    known = set(_digested(token.claims))
    for beside in detached:
        known.update(_digested(beside.claims))
    for beside in detached:
        if beside.label not in known:
            raise UnexpectedField(what="bundle", path=f"{region.path}/1", name=beside.label, spec=layout.RFC)
    return Bundle(form, token, tuple(detached), region)


def _digested(claims: ClaimsSet) -> Iterator[str]:
    """The labels of all submodules that are digests, those in submodules as well."""
    for submodule in claims.submods:
        if isinstance(submodule.content, DetachedDigest):
            yield submodule.label
        elif isinstance(submodule.content, ClaimsSet):
            yield from _digested(submodule.content)


def _digest(region: Region, value: Any) -> DetachedDigest:
    """A pair of an algorithm and a digest: bytes in CBOR, base64url in JSON."""
    kind = layout.DIGEST_JSON if isinstance(value, list) else layout.DIGEST_CBOR
    try:
        alg, digest = kind.check(value, region.path)
    except ValueRefused:
        raise region.violation("detached digest", region.data, DIGEST) from None
    return DetachedDigest(alg, digest, region)


def _is_map(raw: bytes) -> bool:
    """Whether a claims set is in CBOR: no JSON text begins with the head of a map."""
    return bool(raw) and raw[0] >> 5 == 5


def _base64url(region: Region, content: str) -> Region:
    """What a text stands for, as a layer of its own."""
    try:
        raw = text.base64url(content, "base64url", region.path)
    except MalformedEvidence as error:
        raise region.placed(error, region.start) from None
    return region.inner(raw, region.path[1:])


def _text(region: Region, value: str) -> Region:
    """Where a JSON text lies: in its layer if it is written without escapes, else in one of its own."""
    raw = value.encode()
    if region.whole[region.start + 1 : region.end - 1] == raw:
        return region.part(region.start + 1, region.end - 1)
    return region.inner(raw, region.path[1:])
