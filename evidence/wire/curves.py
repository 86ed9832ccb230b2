"""Named curves, and public keys on them as SubjectPublicKeyInfo, out of the forms that evidence has.

Nothing is computed: whether a point is on its curve is for whoever uses the key.

Sources: SEC 1 (2.3.3) and SEC 2, RFC 5480 and 8410 (SubjectPublicKeyInfo), RFC 9053 (COSE_Key), RFC 7518 (JWK).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from evidence.errors import BadEncoding
from evidence.wire import cbor


class Curve(NamedTuple):
    """A curve: bytes of a coordinate, its order, its SubjectPublicKeyInfo up to the point, names in COSE and JWK."""

    size: int
    order: int
    prefix: bytes
    cose: int
    jwk: str


# fmt: off
CURVES: Final = {
    "p256": Curve(
        32, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200"), 1, "P-256"),
    "p384": Curve(
        48, 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        bytes.fromhex("3076301006072a8648ce3d020106052b81040022036200"), 2, "P-384"),
    "p521": Curve(
        66, 0x01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409,
        bytes.fromhex("30819b301006072a8648ce3d020106052b8104002303818600"), 3, "P-521"),
}
EDWARDS: Final = {
    # bytes of a key, its SubjectPublicKeyInfo up to it, names in COSE and JWK
    "ed25519": (32, bytes.fromhex("302a300506032b6570032100"), 6, "Ed25519"),
    "ed448":   (57, bytes.fromhex("3043300506032b6571033a00"), 7, "Ed448"),
}
# fmt: on
OKP, EC2 = 1, 2
EDDSA: Final = frozenset({-8, -19, -53})
UNCOMPRESSED: Final = b"\x04"
"""How a point begins that has both of its coordinates (SEC 1, 2.3.3)."""
KTY, ALG, CRV, X, Y = 1, 3, -1, -2, -3
"""Labels of a COSE_Key."""
LARGEST: Final = 72
"""Bytes of r or of s at most: AMD writes 72, of which it uses 48."""
Spki = tuple[str, bytes]
"""The name of a curve, and the SubjectPublicKeyInfo of a key on it."""


def of_bytes(raw: bytes, alg: str | None = None) -> Spki:
    """The key in an uncompressed point, the 32 bytes of Ed25519, or a COSE_Key. Raises `EvidenceError` for anything else."""
    if raw[:1] == UNCOMPRESSED and len(raw) > 32:
        return of_point(raw)
    if len(raw) == EDWARDS["ed25519"][0] and alg in {"eddsa", "ed25519", None}:
        return "ed25519", EDWARDS["ed25519"][1] + raw
    return of_cose(raw)


def of_point(point: bytes) -> Spki:
    """The key of an uncompressed point, whose curve its size says."""
    for kind, curve in CURVES.items():
        if len(point) == 1 + 2 * curve.size and point[:1] == UNCOMPRESSED:
            return kind, curve.prefix + point
    raise _bad(f"no point of a known curve: {len(point)} bytes")


def of_cose(encoded: bytes) -> Spki:
    """The key of a COSE_Key: coordinates of full length; a compressed point is none."""
    key = cbor.loads(encoded, "COSE_Key")
    if not isinstance(key, Mapping):
        raise _bad("no COSE_Key: not a map")
    kind, curve, x = key.get(KTY), key.get(CRV), key.get(X)
    if kind == EC2:
        return of_coordinates("cose", curve, x, key.get(Y))
    if kind == OKP and isinstance(x, bytes):
        for name, (size, prefix, number, _) in EDWARDS.items():
            without = curve is None and key.get(ALG) in EDDSA and name == "ed25519"
            if len(x) == size and (curve == number or without):
                return name, prefix + x
    raise _bad("a COSE_Key of a type or curve that is not known")


def of_coordinates(column: Literal["cose", "jwk"], name: Any, x: Any, y: Any) -> Spki:
    """The key of two coordinates of full length, on the curve that goes by `name` in a column of the table."""
    for kind, curve in CURVES.items():
        if name.__class__ in {int, str} and getattr(curve, column) == name:
            if not isinstance(x, bytes) or not isinstance(y, bytes) or {len(x), len(y)} != {curve.size}:
                raise _bad(f"coordinates that are not {curve.size} bytes")
            return kind, curve.prefix + UNCOMPRESSED + x + y
    raise _bad("a curve that is not known")


def _bad(reason: str) -> BadEncoding:
    return BadEncoding(what="key", reason=reason)


def to_der(r: int, s: int) -> bytes:
    """The signature of two integers from 0 on as a DER SEQUENCE (RFC 3279, 2.2.3)."""
    return _tlv(0x30, _integer(r) + _integer(s))


def _integer(number: int) -> bytes:
    return _tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _tlv(tag: int, content: bytes) -> bytes:
    """One value; of a number of bytes that a curve has."""
    size = len(content)
    return bytes((tag, *((0x81,) if size > 0x7F else ()), size)) + content
