"""A signature of a TPM: TPMT_SIGNATURE, or the bare value that tools write of it.

Source: TCG, TPM 2.0 Library, Part 2, 11.3.4 (TPMT_SIGNATURE); tpm2-tools, `-f plain`.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from evidence.errors import ConstraintViolation, EvidenceError
from evidence.wire import der
from evidence.wire.cursor import Cursor
from evidence.wire.tpm.algorithms import (
    ECDAA,
    ECDSA,
    HASHES,
    HMAC,
    RSAPSS,
    RSASSA,
    SCHEMES,
    SCHNORR,
    SM2,
    SPEC,
)

COORDINATES: Final = (32, 48, 66)
"""Bytes of r and s: those of the smallest curve into which both fit."""
WHAT: Final = "signature"


class TpmSignature(NamedTuple):
    """A signature. `scheme` is None where the bytes do not name it, and so is `hash`; `value` is written as `encoding` says."""

    scheme: str | None
    hash: str | None
    encoding: Literal["p1363", "der", "rsa"] | None
    value: bytes

    @property
    def is_mac(self) -> bool:
        return self.scheme == SCHEMES[HMAC]


def read(data: bytes) -> TpmSignature:
    """The signature that the bytes are: a TPMT_SIGNATURE, a DER SEQUENCE of ECDSA, or the number of RSA.

    Raises `MalformedEvidence`.
    """
    number = int.from_bytes(data[:2], "big")
    if number in SCHEMES and HASHES.get(int.from_bytes(data[2:4], "big")):
        return _structure(data)
    if _is_der(data):
        return TpmSignature("ecdsa", None, "der", data)
    if len(data) % 64 == 0 and 128 <= len(data) <= 512:  # RSA of 1024 to 4096 bits
        return TpmSignature(None, None, "rsa", data)
    raise ConstraintViolation(
        what=WHAT,
        offset=0,
        got=data[:4],
        allowed="a TPMT_SIGNATURE, ECDSA in DER, or the number of an RSA signature",
        spec=SPEC,
    )


def _structure(data: bytes) -> TpmSignature:
    cursor = Cursor(data, WHAT)
    number = cursor.big(2)
    scheme, hash_ = SCHEMES[number], HASHES[cursor.big(2)]
    if number in {RSASSA, RSAPSS}:
        value = cursor.take(cursor.big(2))
        cursor.done()
        return TpmSignature(scheme, hash_, "rsa", value)
    if number == HMAC:
        return TpmSignature(scheme, hash_, None, cursor.rest())
    assert number in {ECDSA, ECDAA, SM2, SCHNORR}  # noqa: S101 (all others are above)
    r, s = (cursor.take(cursor.big(2)) for _ in range(2))
    cursor.done()
    longest = max(len(r), len(s))
    size = next((size for size in COORDINATES if longest <= size), None)
    if size is None:
        raise ConstraintViolation(
            what=WHAT, offset=4, got=longest, allowed="r and s of up to 66 bytes", spec=SPEC
        )
    return TpmSignature(scheme, hash_, "p1363", r.rjust(size, b"\0") + s.rjust(size, b"\0"))


def _is_der(data: bytes) -> bool:
    if data[:1] != b"\x30":
        return False
    try:
        end = der.check(data, WHAT)
        return end == len(data) and [part.tag for part in der.children(data, 0)] == [der.INTEGER, der.INTEGER]
    except EvidenceError:
        return False
