"""The numbers of TPM_ALG_ID and TPM_ECC_CURVE, and the names that claims have for them."""

from __future__ import annotations

from typing import Final

SPEC: Final = "TPM 2.0 Library, Part 2"
RSA, ECC, NULL = 0x0001, 0x0023, 0x0010
HMAC, RSASSA, RSAPSS, ECDSA, ECDAA, SM2, SCHNORR = 0x0005, 0x0014, 0x0016, 0x0018, 0x001A, 0x001B, 0x001C
# fmt: off
HASHES: Final = {
    0x0004: "sha-1", 0x000B: "sha-256", 0x000C: "sha-384", 0x000D: "sha-512", 0x0012: "sm3",
    0x0027: "sha3-256", 0x0028: "sha3-384", 0x0029: "sha3-512",
}
NUMBERS: Final = {name: number for number, name in HASHES.items()}
SCHEMES: Final = {
    RSASSA: "rsassa", RSAPSS: "rsapss", ECDSA: "ecdsa", ECDAA: "ecdaa", SM2: "sm2", SCHNORR: "ecschnorr",
    HMAC: "hmac",
}
CURVES: Final = {0x0003: "p256", 0x0004: "p384", 0x0005: "p521", 0x0020: "sm2"}
# fmt: on


def hash_name(number: int) -> str:
    """The name of a bank or a hash, `unknown` for a number without one."""
    return HASHES.get(number, "unknown")
