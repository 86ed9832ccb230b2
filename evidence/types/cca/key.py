"""The realm attestation key (claim 44237): a raw point, or a COSE_Key; kept and hashed as received."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from evidence.errors import ConstraintViolation, LimitExceeded, MalformedEvidence
from evidence.types.cca.layout import COSE_KEY
from evidence.wire import cbor

KTY_EC2: Final = 2
UNCOMPRESSED: Final = 0x04


class KeyCurve(NamedTuple):
    """A NIST curve (SP 800-186): its name, the algorithm it goes with, bytes of a coordinate, p and b (a is -3)."""

    name: str
    alg: int
    size: int
    p: int
    b: int


# fmt: off
CURVES: Final = {  # by their number in COSE (RFC 9053, table 18)
    1: KeyCurve("P-256", -7, 32, 2**256 - 2**224 + 2**192 + 2**96 - 1,
             0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B),
    2: KeyCurve("P-384", -35, 48, 2**384 - 2**128 - 2**96 + 2**32 - 1,
             0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF),
    3: KeyCurve("P-521", -36, 66, 2**521 - 1,
             0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00),
}
# fmt: on
RAW: Final = {1 + 2 * curve.size: number for number, curve in CURVES.items()}
"""Sizes of uncompressed points (SEC 1, section 2.3.3), and whose they are."""

Encoding = Literal["raw-point", "cose-key"]


class RealmKey(NamedTuple):
    """The key's encoding, and what is wrong with it, if anything: enough that no signature can verify."""

    encoding: Encoding
    fault: str | None


def read(raw: bytes, alg: int | str | None, path: str) -> RealmKey:
    """What `raw` is. `alg` is the algorithm of the message that the key signs.

    Raises `ConstraintViolation` or `BadEncoding` for what is neither a point nor a COSE_Key. A key that
    is one of them, and cannot be used, is kept: `fault` says why.
    """
    if raw[0] == UNCOMPRESSED:
        if len(raw) not in RAW:
            allowed = f"an uncompressed point of {' or '.join(map(str, RAW))} bytes"
            raise ConstraintViolation(what="realm public key", path=path, got=raw, allowed=allowed)
        number = RAW[len(raw)]
        size = CURVES[number].size
        return RealmKey("raw-point", _fault(number, raw[1 : 1 + size], raw[1 + size :], alg))
    parts = COSE_KEY.read(_decoded(raw, path), path).values
    return RealmKey("cose-key", _key_fault(parts, alg))


def _decoded(raw: bytes, path: str) -> Any:
    try:
        return cbor.loads(raw, "realm public key")
    except (MalformedEvidence, LimitExceeded) as error:
        error.offset, error.path = None, path  # it lies in a claim: the path says where
        raise


def _key_fault(parts: Mapping[str, Any], alg: int | str | None) -> str | None:
    get = parts.get
    if get("kty") != KTY_EC2:
        return f"key type {get('kty')} is not EC2"
    if get("alg") not in {None, alg}:
        return "its algorithm is not the one of the message that it signs"
    return _fault(get("crv"), get("x"), get("y"), alg)


def _fault(number: Any, x: Any, y: Any, alg: int | str | None) -> str | None:
    """Why a point is of no use. A compressed one (y is a boolean) is not computed here."""
    curve = CURVES.get(number) if number.__class__ is int else None
    if curve is None:
        return "a curve that is not known here"
    if not isinstance(x, bytes) or len(x) != curve.size:
        return f"its x is not {curve.size} bytes ({curve.name})"
    if not isinstance(y, bool) and (not isinstance(y, bytes) or len(y) != curve.size):
        return f"its y is not {curve.size} bytes ({curve.name})"
    if isinstance(y, bytes) and not _on_curve(curve, int.from_bytes(x, "big"), int.from_bytes(y, "big")):
        return f"the point is not on {curve.name}"
    return None if alg in {None, curve.alg} else f"{curve.name} does not go with the algorithm of the message"


def _on_curve(curve: KeyCurve, x: int, y: int) -> bool:
    return x < curve.p and y < curve.p and (y * y - x * x * x + 3 * x - curve.b) % curve.p == 0
