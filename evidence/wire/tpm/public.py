"""TPMT_PUBLIC: a public key of a TPM with its attributes, its name, and the names of what signs by it.

Source: TCG, TPM 2.0 Library, Part 1, 16 (names) and 26.5 (qualified names); Part 2, 12.2.4 (TPMT_PUBLIC), 8.3 (TPMA_OBJECT).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from evidence.errors import ConstraintViolation, EvidenceError
from evidence.wire import hashes
from evidence.wire.cursor import Cursor
from evidence.wire.tpm.algorithms import ECC, ECDAA, HASHES, NULL, RSA, SPEC

# fmt: off
ATTRIBUTES: Final = {
    1: "fixed_tpm", 2: "st_clear", 4: "fixed_parent", 5: "sensitive_data_origin", 6: "user_with_auth",
    7: "admin_with_policy", 10: "no_da", 11: "encrypted_duplication", 16: "restricted", 17: "decrypt",
    18: "sign", 19: "x509_sign",
}
"""TPMA_OBJECT: the bits that have a name."""
HIERARCHIES: Final = {"endorsement": 0x4000000B, "owner": 0x40000001, "platform": 0x4000000C}
"""TPM_RH: the handles of the hierarchies that primary keys are made in."""
# fmt: on
RESTRICTED, DECRYPT, SIGN = 16, 17, 18
EXPONENT: Final = 65537
"""What an exponent of 0 stands for."""
LARGEST: Final = 1024
"""Bytes of a structure at most: an RSA key of 4096 bits has some 550."""


class Public(NamedTuple):
    """A public key. `x` and `y` are of an elliptic curve, `modulus` and `exponent` of RSA; `raw` is the TPMT_PUBLIC.

    `scheme` and `scheme_hash` are 0x10 and 0 where the key signs by any.
    """

    kind: int
    name_alg: int
    attributes: int
    policy: bytes
    scheme: int
    scheme_hash: int
    curve: int
    modulus: bytes
    exponent: int
    x: bytes
    y: bytes
    raw: bytes

    @property
    def name(self) -> bytes | None:
        """The number of the hash and the digest of the structure; None for a hash that is not known."""
        return named(self.name_alg, self.raw)

    def primary_of(self, qualified: bytes) -> str | None:
        """The hierarchy under which this key, as a primary one, has that qualified name; None for none."""
        name = self.name
        for hierarchy, handle in HIERARCHIES.items() if name else ():
            if named(self.name_alg, handle.to_bytes(4, "big") + (name or b"")) == qualified:
                return hierarchy
        return None


def named(alg: int, content: bytes) -> bytes | None:
    """A name as a TPM makes it: the number of the hash, and the digest."""
    digest = hashes.compute(HASHES.get(alg), content)
    return None if digest is None else alg.to_bytes(2, "big") + digest


def read(data: bytes, what: str = "ak") -> Public:
    """The key in a TPMT_PUBLIC, or in a TPM2B_PUBLIC around one; raises `MalformedEvidence`."""
    at = 2 if len(data) > 2 and int.from_bytes(data[:2], "big") == len(data) - 2 else 0
    cursor = Cursor(data, what, at)
    if cursor.left > LARGEST:
        raise _wrong(what, at, f"{cursor.left} bytes", f"up to {LARGEST}")
    kind, name_alg, attributes = (cursor.big(size) for size in (2, 2, 4))
    policy = cursor.take(cursor.big(2))
    if kind not in {RSA, ECC}:
        raise _wrong(what, at, f"a key of type {kind:#06x}", "RSA or ECC")
    if cursor.big(2) != NULL:  # the symmetric algorithm of a key that others are stored under
        cursor.take(4)
    scheme = cursor.big(2)
    scheme_hash = 0
    if scheme != NULL:
        scheme_hash = cursor.big(2)
        if scheme == ECDAA:
            cursor.take(2)
    curve, modulus, exponent, x, y = 0, b"", 0, b"", b""
    if kind == RSA:
        cursor.take(2)
        exponent = cursor.big(4) or EXPONENT
        modulus = cursor.take(cursor.big(2))
    else:
        curve = cursor.big(2)
        if cursor.big(2) != NULL:
            cursor.take(2)
        x, y = cursor.take(cursor.big(2)), cursor.take(cursor.big(2))
    cursor.done()
    return Public(
        kind, name_alg, attributes, policy, scheme, scheme_hash, curve, modulus, exponent, x, y, data[at:]
    )


def is_public(data: bytes) -> bool:
    """Whether bytes are such a structure to their end."""
    try:
        read(data)
    except EvidenceError:
        return False
    return True


def _wrong(what: str, offset: int, got: object, allowed: str) -> ConstraintViolation:
    return ConstraintViolation(what=what, offset=offset, got=got, allowed=allowed, spec=SPEC)


AZURE: Final = bytes.fromhex("0001000b00050472000000100014000b080000000000")
"""The template of the attestation key of Azure's vTPM (openvmm, `tpm_device`), up to its modulus: RSA of 2048 bits, SHA-256."""
AZURE_MODULUS: Final = 256


def of_azure(modulus: bytes) -> bytes | None:
    """The TPMT_PUBLIC of Azure's attestation key, of which the runtime claims have the modulus alone; None for another size."""
    if len(modulus) != AZURE_MODULUS:
        return None
    return AZURE + len(modulus).to_bytes(2, "big") + modulus
