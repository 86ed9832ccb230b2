"""The forms of a public key: each way to write it that people take a digest of.

Nothing is judged: whether a point is on its curve, or a key is of a size that anybody should use, is not asked here.

Sources: RFC 5280 and 5480 (SubjectPublicKeyInfo), RFC 8017, A.1.1 (RSAPublicKey), RFC 7638 (thumbprint of a JWK),
RFC 9679 (thumbprint of a COSE_Key), RFC 9053 and 7518 (their members).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from evidence.encode.canonical import to_canonical_json
from evidence.errors import BadEncoding
from evidence.wire import cbor, curves, der, text, x509
from evidence.wire.curves import CRV, CURVES, EC2, EDWARDS, KTY, OKP, UNCOMPRESSED, X, Y

RSA_PREFIX: Final = bytes.fromhex("300d06092a864886f70d0101010500")
"""The AlgorithmIdentifier of RSA with its NULL (RFC 8017, A.1)."""
COSE_RSA, N, E = 3, -1, -2
"""The type of an RSA key in COSE, and the labels of its members (RFC 8230)."""
Forms = Iterator[tuple[str, bytes]]
"""Words of `derivation.FORMS`, each with the bytes."""


def forms(spki: bytes) -> Forms:
    """Every form of the key in a SubjectPublicKeyInfo, that first. Raises `EvidenceError` where it is none."""
    key = x509.read_key(spki, "key")
    yield "spki", spki
    yield "key", key.raw
    if key.algorithm == "rsa":
        yield from _of_numbers(*_numbers(key.raw))
    elif key.algorithm == "ec" and key.curve in CURVES:
        yield from _of_point(key.curve, key.raw)
    elif key.algorithm in EDWARDS:
        *_, number, name = EDWARDS[key.algorithm]
        yield "jwk", to_canonical_json({"kty": "OKP", "crv": name, "x": key.raw})
        yield "cose-key", cbor.dumps({KTY: OKP, CRV: number, X: key.raw})


def of_jwk(document: Mapping[str, Any]) -> bytes:
    """The SubjectPublicKeyInfo of a JWK, whose private part is not looked at. Raises `EvidenceError`."""
    kind = document.get("kty")
    if kind == "EC":
        return curves.of_coordinates(
            "jwk", document.get("crv"), _octets(document, "x"), _octets(document, "y")
        )[1]
    if kind == "RSA":
        return of_rsa(_rsa_key(_octets(document, "n"), _octets(document, "e")))
    for size, prefix, _, name in EDWARDS.values():
        if kind == "OKP" and document.get("crv") == name and len(x := _octets(document, "x")) == size:
            return prefix + x
    raise BadEncoding(what="JWK", reason="of a type or curve that is not known")


def of_rsa(raw: bytes) -> bytes:
    """The SubjectPublicKeyInfo of an RSAPublicKey in DER."""
    return _tlv(der.SEQUENCE, RSA_PREFIX + _tlv(der.BIT_STRING, b"\0" + raw))


def _of_point(name: str, point: bytes) -> Forms:
    curve = CURVES[name]
    if len(point) != 1 + 2 * curve.size or point[:1] != UNCOMPRESSED:
        return
    x, y = point[1 : 1 + curve.size], point[1 + curve.size :]
    yield "coordinates", x + y
    yield "compressed-point", bytes((2 + y[-1] % 2,)) + x
    yield "jwk", to_canonical_json({"kty": "EC", "crv": curve.jwk, "x": x, "y": y})
    yield "cose-key", cbor.dumps({KTY: EC2, CRV: curve.cose, X: x, Y: y})


def _of_numbers(modulus: bytes, exponent: bytes) -> Forms:
    yield "modulus", modulus
    yield "jwk", to_canonical_json({"kty": "RSA", "n": modulus, "e": exponent})
    yield "cose-key", cbor.dumps({KTY: COSE_RSA, N: modulus, E: exponent})


def _numbers(raw: bytes) -> tuple[bytes, bytes]:
    """Modulus and exponent of an RSAPublicKey, without zeros in front. Raises `EvidenceError`."""
    der.expect(raw, 0, der.SEQUENCE, "RSAPublicKey")
    numbers = [raw[item.content : item.end].lstrip(b"\0") for item in der.children(raw, 0, "RSAPublicKey")]
    if len(numbers) != 2:
        raise BadEncoding(what="RSAPublicKey", reason="not two numbers")
    return numbers[0], numbers[1]


def _rsa_key(modulus: bytes, exponent: bytes) -> bytes:
    return _tlv(der.SEQUENCE, _integer(modulus) + _integer(exponent))


def _integer(number: bytes) -> bytes:
    content = number.lstrip(b"\0") or b"\0"
    return _tlv(der.INTEGER, b"\0" + content if content[0] > 0x7F else content)


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    head = bytes((size,)) if size < 0x80 else bytes((0x80 | len(length),)) + length
    return bytes((tag,)) + head + content


def _octets(document: Mapping[str, Any], name: str) -> bytes:
    value = document.get(name)
    if not isinstance(value, str):
        raise BadEncoding(what="JWK", path=name, reason="not a text")
    return text.base64url(value, "JWK", name)
