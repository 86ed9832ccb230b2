"""The headers of a token in claims: the key's identifier, and certificates that came along.

Nothing here is trusted: what a header says about its own key, only a verifier's anchors can confirm.
"""

from __future__ import annotations

from typing import Any, Final

from evidence import limits
from evidence.claims import Bytes, Identifier, Unknown
from evidence.errors import BadEncoding, EvidenceError
from evidence.paths import join
from evidence.types import _certificates
from evidence.types._eat.entries import ClaimsEntries
from evidence.types._eat.native import Token
from evidence.types._eat.signed import signature
from evidence.types._notes import note
from evidence.types._recorder import Layer
from evidence.types._x5chain import Unread, remark, source, x5chain
from evidence.types._x5chain import read as read_one
from evidence.wire import cbor, cose, jose, json, text
from evidence.wire.places import Path
from evidence.wire.x509 import X509Certificate

COSE_READ: Final = frozenset({cose.ALG, cose.CRIT, cose.KID, cose.X5CHAIN})
JOSE_READ: Final = frozenset({"alg", "kid", "x5c", "jwk", "jku", "x5u"})
"""Parameters that are a claim of their own, or noted. All others are kept whole."""
LINKING: Final = 8
"""Bytes from which on a key's identifier can tell one machine from all others."""


def record(token: Token, entries: ClaimsEntries, *, signed: bool) -> None:
    """The signature of a token, and what its headers say: in the entries of its claims set, and in their document.

    `signed` says that another token, in which this one lies, covers all of it.
    """
    message, layer = token.message, token.region.layer
    if message is None:
        return
    header = _Header(entries)
    if isinstance(message, jose.JoseToken):
        header.jose(message, layer)
    else:
        header.cose(message, message.header, message.protected_span, "protected", layer)
        header.cose(
            message, message.unprotected, message.unprotected_span, "unprotected", layer.unless(signed)
        )
    name, span = f"{entries.prefix}token", message.signature_span
    entries.record.signatures.append(signature(message, layer, name, entries.id, tuple(header.chain)))
    entries.also(layer.source(f"{name}.signature", span.start, span.end))


class _Header:
    def __init__(self, entries: ClaimsEntries) -> None:
        self.entries, self.record, self.prefix = entries, entries.record, entries.prefix
        self.chain: list[str] = []
        """The paths of the certificates that can be read."""
        self.count = 0

    def cose(self, message: cose.CoseMessage, header: Any, span: cose.Span, where: str, layer: Layer) -> None:
        """One of the two headers of a COSE message."""
        limits.check("entries", limits.ENTRIES, len(header), offset=span.start)
        whole: list[Path] = [(label,) for label in header if label not in COSE_READ]
        if cose.KID in header:
            place = cbor.places(layer.data, span.start, [(cose.KID,)])[cose.KID,]
            self.key(header[cose.KID], layer, place.value, place.end, where)
        for certificate in x5chain(layer.data, message) if cose.X5CHAIN in header else ():
            self.certificate(layer, certificate)
        for (label,), place in cbor.places(layer.data, span.start, whole).items() if whole else ():
            self.keep(f"header/{label}"[: limits.LABEL_BYTES], layer, place.value, place.end)

    def jose(self, message: jose.JoseToken, outer: Layer) -> None:
        """The header of a JWS, which is a layer of its own."""
        limits.check("entries", limits.ENTRIES, len(message.header))
        layer = outer.inner(f"{self.prefix}header", message.protected, *message.protected_span)
        chain = message.header.get("x5c")
        chain = chain if isinstance(chain, list) else []
        limits.check("certificates", limits.CERTIFICATES, len(chain))
        whole: list[Path] = [(name,) for name in message.header if name not in JOSE_READ]
        wanted: list[Path] = [*whole, *(("x5c", index) for index in range(len(chain)))]
        wanted += [("kid",)] if "kid" in message.header else []
        places = json.places(layer.data, 0, wanted) if wanted else {}
        if (place := places.get(("kid",))) is not None:
            self.key(message.header["kid"], layer, place.value, place.end, "protected")
        for index, value in enumerate(chain):
            place, name, der = places["x5c", index], f"{self.prefix}x5c-{index}", _der(value)
            if der is None:
                self.certificate(layer, Unread(place.value, place.end, BadEncoding.code))
            else:
                self.certificate(layer.inner(name, der, place.value, place.end), read_one(der, 0, len(der)))
        for path in whole:
            if path in places:
                place = places[path]
                self.keep(f"header/{path[0]}"[: limits.LABEL_BYTES], layer, place.value, place.end)

    def keep(self, label: str, layer: Layer, start: int, end: int) -> str:
        """What becomes no claim of its own, whole; gives its path."""
        name = self.entries.name("unknown", label)
        raw = Bytes(layer.data[start:end])
        field = layer.source(f"{self.prefix}{label}", start, end)
        self.entries.add("unknown", Unknown(label=name, raw=raw), field)
        return join("unknown", name)

    def key(self, kid: object, layer: Layer, start: int, end: int, where: str) -> None:
        """The identifier of the signing key; the protected header's word counts, whatever the other says."""
        here = self.entries.here
        if not isinstance(kid, bytes | str):
            words = "a key identifier that is neither bytes nor a text"
            self.record.notes.append(note("header-type", here, words))
            return
        content: dict[str, Any] = {"value": Bytes(kid)} if isinstance(kid, bytes) else {"text": kid}
        linkable = len(kid) >= LINKING
        entry = Identifier(name="kid", scope="key", linkable=linkable, status="present", **content)
        self.entries.add("identifiers", entry, layer.source(f"{self.prefix}{where}/kid", start, end))
        if where == "unprotected":
            words = "the header that names the key is not covered by the signature"
            self.record.notes.append(note("unprotected-header", f"{here}/identifiers/kid", words))

    def certificate(self, layer: Layer, certificate: X509Certificate | Unread) -> None:
        """One certificate of a chain; one that cannot be read is kept whole."""
        name = source(self.count, self.prefix)
        self.count += 1
        if isinstance(certificate, Unread):
            path = self.keep(name, layer, certificate.start, certificate.end)
            self.entries.notes.append(remark(certificate, self.entries.here + path))
        else:
            field = layer.source(name, certificate.start, certificate.end)
            self.record.add("certificates", _certificates.entry(certificate, name), field)
            self.chain.append(join("certificates", name))


def _der(value: object) -> bytes | None:
    """A certificate in base64; None if it is none."""
    try:
        return text.base64(value, "x5c") if isinstance(value, str) else None
    except EvidenceError:
        return None
