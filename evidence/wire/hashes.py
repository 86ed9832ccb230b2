"""The names of hash algorithms: the many ways to write them, and the one way that claims use.

Claims use the names of the IANA Named Information Hash Algorithm registry (RFC 6920). Formats write its
numbers, the numbers of COSE (RFC 9054), or texts with and without hyphens.
"""

from __future__ import annotations

from typing import Final

# fmt: off
SIZES: Final = {
    "sha-1": 20,
    "sha-256": 32, "sha-256-128": 16, "sha-256-120": 15, "sha-256-96": 12, "sha-256-64": 8, "sha-256-32": 4,
    "sha-384": 48, "sha-512": 64, "sha-512-256": 32,
    "sha3-224": 28, "sha3-256": 32, "sha3-384": 48, "sha3-512": 64,
    "sm3": 32,
}
"""Name to the size of a digest, in bytes."""

NAMED_INFORMATION: Final = {
    1: "sha-256", 2: "sha-256-128", 3: "sha-256-120", 4: "sha-256-96", 5: "sha-256-64", 6: "sha-256-32",
    7: "sha-384", 8: "sha-512", 9: "sha3-224", 10: "sha3-256", 11: "sha3-384", 12: "sha3-512",
}
COSE: Final = {-14: "sha-1", -15: "sha-256-64", -16: "sha-256", -17: "sha-512-256", -43: "sha-384", -44: "sha-512"}
# fmt: on

_SPELT: Final = {name.replace("-", ""): name for name in SIZES} | {"sha1": "sha-1"}


def by_text(text: str) -> str | None:
    """The name behind a text: `SHA256`, `SHA-256` and `sha_256` are one; None if it is not known."""
    return _SPELT.get(text.lower().replace("-", "").replace("_", "")) if len(text) <= 32 else None


def by_number(number: int) -> str | None:
    """The name of a number of either registry: theirs have different signs."""
    return (NAMED_INFORMATION if number >= 0 else COSE).get(number)


def name(alg: object) -> str | None:
    """The name behind a number or a text; None if it is not known, or neither."""
    if isinstance(alg, str):
        return by_text(alg)
    return by_number(alg) if alg.__class__ is int and isinstance(alg, int) else None
