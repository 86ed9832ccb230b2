"""The headers of a token in claims: the key's identifier, and certificates that came along.

Nothing here is trusted: what a header says about its own key, only a verifier's anchors can confirm.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from evidence import limits
from evidence.claims import Bytes, Identifier, Note
from evidence.claims import Certificate as Claim
from evidence.errors import BadEncoding, EvidenceError
from evidence.paths import join
from evidence.registry import Source
from evidence.types import _certificates
from evidence.types._eat.native import Token
from evidence.types._trail import Layer
from evidence.types._x5chain import Unread, source, x5chain
from evidence.types._x5chain import read as read_one
from evidence.wire import cbor, cose, jose, json, text
from evidence.wire.places import Entry, Path
from evidence.wire.x509 import Certificate

COSE_READ = frozenset({cose.ALG, cose.CRIT, cose.KID, cose.X5CHAIN})
JOSE_READ = frozenset({"alg", "kid", "x5c", "jwk", "jku", "x5u"})
"""Parameters that are a claim of their own, or noted. All others are kept whole."""
LINKING = 8
"""Bytes from which on a key's identifier can tell one machine from all others."""


class Kept(NamedTuple):
    """What has no meaning here and is kept whole, where it lies; `unread` is a certificate that cannot be read."""

    label: str
    layer: Layer
    start: int
    end: int
    unread: Unread | None = None


class Header(NamedTuple):
    """`kid` is None where the headers have none."""

    kid: Identifier | None = None
    certificates: tuple[Claim, ...] = ()
    kept: tuple[Kept, ...] = ()
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()


NONE = Header()


def read(token: Token, id: str, prefix: str, *, signed: bool) -> Header:
    """The headers of the token of environment `id`; `prefix` begins the names of certificates and fields.

    `signed` says that another token, in which this one lies, covers all of it.
    """
    if token.message is None:
        return NONE
    reader = _Reader(join("environments", id), prefix)
    if isinstance(token.message, jose.Message):
        reader.jose(token.message, token.region.layer)
    else:
        reader.cose(token.message, token.region.layer, signed)
    signature = token.message.signature_span
    field = token.region.layer.source(f"{prefix}token.signature", signature.start, signature.end)
    return Header(
        kid=reader.kid,
        certificates=tuple(reader.certificates),
        kept=tuple(reader.kept),
        notes=tuple(reader.notes),
        sources=(*reader.sources, field),
    )


class _Reader:
    def __init__(self, here: str, prefix: str) -> None:
        self.here, self.prefix = here, prefix
        self.kid: Identifier | None = None
        self.certificates: list[Claim] = []
        self.kept: list[Kept] = []
        self.seen = 0
        self.notes: list[Note] = []
        self.sources: list[Source] = []

    def note(self, code: str, path: str, detail: str) -> None:
        self.notes.append(Note(code=code, path=path, detail=detail))

    def cose(self, message: cose.Message, whole: Layer, signed: bool) -> None:  # noqa: FBT001 (see `read`)
        for header, span, name, layer in (
            (message.header, message.protected_span, "protected", whole),
            (message.unprotected, message.unprotected_span, "unprotected", whole.unless(signed)),
        ):
            limits.check("entries", limits.ENTRIES, len(header), offset=span.start)
            if cose.KID in header:
                kid = cbor.places(layer.data, span.start, [(cose.KID,)])[cose.KID,]
                self.key(header[cose.KID], layer, kid.value, kid.end, name)
            for found in x5chain(layer.data, message) if cose.X5CHAIN in header else ():
                self.certificate(layer, found)
            rest: list[Path] = [(label,) for label in header if label not in COSE_READ]
            for path, place in cbor.places(layer.data, span.start, rest).items() if rest else ():
                self.keep(path[0], layer, place)

    def jose(self, message: jose.Message, outer: Layer) -> None:
        limits.check("entries", limits.ENTRIES, len(message.header))
        layer = outer.inner(f"{self.prefix}header", message.protected, *message.protected_span)
        chain = message.header.get("x5c")
        chain = chain if isinstance(chain, list) else []
        limits.check("certificates", limits.CERTIFICATES, len(chain))
        wanted: list[Path] = [("kid",), *(("x5c", index) for index in range(len(chain)))]
        places = json.places(layer.data, 0, wanted)
        if (kid := places.get(("kid",))) is not None:
            self.key(message.header["kid"], layer, kid.value, kid.end, "protected")
        for path, place in sorted(places.items(), key=lambda item: item[1].start):
            if path[0] == "x5c":
                name, der = f"{self.prefix}x5c-{path[1]}", _der(chain[path[1]])
                if der is None:
                    self.certificate(layer, Unread(place.value, place.end, BadEncoding.code))
                else:
                    inner = layer.inner(name, der, place.value, place.end)
                    self.certificate(inner, read_one(der, 0, len(der)))
        rest: list[Path] = [(name,) for name in message.header if name not in JOSE_READ]
        for path, place in json.places(layer.data, 0, rest).items():
            self.keep(path[0], layer, place)

    def keep(self, label: object, layer: Layer, place: Entry) -> None:
        """A parameter that becomes no claim of its own."""
        self.kept.append(Kept(f"header/{label}"[: limits.LABEL_BYTES], layer, place.value, place.end))

    def key(self, kid: object, layer: Layer, start: int, end: int, where: str) -> None:
        """The identifier of the signing key; the protected header's word counts, whatever the other says."""
        path = f"{self.here}/identifiers/kid"
        if not isinstance(kid, bytes | str):
            self.note("header-type", self.here, "a key identifier that is neither bytes nor a text")
            return
        content: dict[str, Any] = {"value": Bytes(kid)} if isinstance(kid, bytes) else {"text": kid}
        linkable = len(kid) >= LINKING
        self.kid = Identifier(name="kid", scope="key", linkable=linkable, status="present", **content)
        if where == "unprotected":
            self.note(
                "unprotected-header", path, "the header that names the key is not covered by the signature"
            )
        self.sources.append(layer.source(f"{self.prefix}{where}/kid", start, end, (path,)))

    def certificate(self, layer: Layer, found: Certificate | Unread) -> None:
        """One certificate of a chain; one that cannot be read is kept whole."""
        name = source(self.seen, self.prefix)
        self.seen += 1
        if isinstance(found, Unread):
            self.kept.append(Kept(name, layer, found.start, found.end, found))
            return
        self.certificates.append(_certificates.entry(found, name))
        self.sources.append(layer.source(name, found.start, found.end, (join("certificates", name),)))


def _der(value: object) -> bytes | None:
    """A certificate in base64; None if it is none."""
    try:
        return text.base64(value, "x5c") if isinstance(value, str) else None
    except EvidenceError:
        return None
