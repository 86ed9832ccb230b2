"""Keys of the claims document as CoRIM writes them: a tag for each encoding, and the key as it was received."""

from __future__ import annotations

from typing import Any, Final

from evidence.claims import Key
from evidence.errors import EvidenceError
from evidence.wire import cbor, corim
from evidence.wire.cbor import Tag

TRIPLES: Final = {"identity": 1, "attestation": 5}
"""The uses that have triples of their own, and which; no other use is ever one of these two."""
TEXTS: Final = {
    "pkix-base64-key": corim.PKIX_KEY,
    "pkix-base64-cert": corim.PKIX_CERT,
    "pkix-base64-cert-path": corim.PKIX_PATH,
}
ITEMS: Final = {
    "cose-key": corim.COSE_KEY,
    "key-thumbprint": corim.KEY_THUMBPRINT,
    "cert-thumbprint": corim.CERT_THUMBPRINT,
    "cert-path-thumbprint": corim.PATH_THUMBPRINT,
}
"""Encodings that are CBOR themselves."""
CURVES: Final = {64: 1, 96: 2, 132: 3}
"""Bytes of both coordinates, and the number of the curve in a COSE_Key (RFC 9053)."""
KTY, EC2, CRV, X, Y = 1, 2, -1, -2, -3


def written(key: Key) -> tuple[Tag, str]:
    """The key in its tag, and what is lost of its encoding (nothing, as a rule)."""
    raw = bytes(key.raw)
    if key.encoding in TEXTS and raw.isascii():
        return Tag(TEXTS[key.encoding], raw.decode()), ""
    if key.encoding in ITEMS and (item := _item(key.encoding, raw)) is not None:
        return Tag(ITEMS[key.encoding], item), ""
    if key.encoding == "pkix-asn1der-cert":
        return Tag(corim.PKIX_DER, raw), ""
    coordinates = raw[1:] if key.encoding == "raw-point" and raw[:1] == b"\x04" else raw
    if key.encoding in {"raw-point", "ecdsa-p256-xy"} and len(coordinates) in CURVES:
        half = len(coordinates) // 2
        curve = CURVES[len(coordinates)]
        return Tag(corim.COSE_KEY, {KTY: EC2, CRV: curve, X: coordinates[:half], Y: coordinates[half:]}), ""
    return Tag(corim.BYTES, raw), "" if key.encoding == "bytes" else key.encoding


def _item(encoding: str, raw: bytes) -> Any:
    """The item that the bytes are, if it is of the tag's own shape and comes out as it was received: else None."""
    try:
        item = cbor.loads(raw)
        same = cbor.dumps(item) == raw
    except (EvidenceError, TypeError, OverflowError):
        return None
    if not same:
        return None
    if encoding == "cose-key":
        return item if type(item) in cbor.MAPS and item.get(KTY).__class__ in {int, str} else None
    is_digest = item.__class__ is tuple and len(item) == 2 and isinstance(item[1], bytes)
    return item if is_digest and item[0].__class__ in {int, str} else None
