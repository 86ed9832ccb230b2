"""The names of hash algorithms: the many ways to write them, and the one way that claims use.

Claims use the names of the IANA Named Information Hash Algorithm registry (RFC 6920), and of the registry of Hash
Function Textual Names (RFC 8122) where that has no name. Formats write the former's numbers, the numbers of COSE
(RFC 9054), object identifiers, or texts with and without hyphens.
"""

from __future__ import annotations

import hashlib
from typing import Final

# fmt: off
SIZES: Final = {
    "sha-1": 20, "sha-224": 28,
    "sha-256": 32, "sha-256-128": 16, "sha-256-120": 15, "sha-256-96": 12, "sha-256-64": 8, "sha-256-32": 4,
    "sha-384": 48, "sha-512": 64, "sha-512-256": 32,
    "sha3-224": 28, "sha3-256": 32, "sha3-384": 48, "sha3-512": 64,
    "blake2s-256": 32, "blake2b-256": 32, "blake2b-512": 64, "k12-256": 32, "k12-512": 64,
    "sm3": 32,
}
"""Name to the size of a digest, in bytes."""

NAMED_INFORMATION: Final = {
    1: "sha-256", 2: "sha-256-128", 3: "sha-256-120", 4: "sha-256-96", 5: "sha-256-64", 6: "sha-256-32",
    7: "sha-384", 8: "sha-512", 9: "sha3-224", 10: "sha3-256", 11: "sha3-384", 12: "sha3-512",
}
COSE: Final = {-14: "sha-1", -15: "sha-256-64", -16: "sha-256", -17: "sha-512-256", -43: "sha-384", -44: "sha-512"}
OIDS: Final = {
    "1.3.14.3.2.26":           "sha-1",
    "2.16.840.1.101.3.4.2.4":  "sha-224",
    "2.16.840.1.101.3.4.2.1":  "sha-256",
    "2.16.840.1.101.3.4.2.2":  "sha-384",
    "2.16.840.1.101.3.4.2.3":  "sha-512",
    "2.16.840.1.101.3.4.2.6":  "sha-512-256",
    "2.16.840.1.101.3.4.2.7":  "sha3-224",
    "2.16.840.1.101.3.4.2.8":  "sha3-256",
    "2.16.840.1.101.3.4.2.9":  "sha3-384",
    "2.16.840.1.101.3.4.2.10": "sha3-512",
    "1.2.156.10197.1.401":     "sm3",
}
CANDIDATES: Final = {
    32: ("sha-256", "sha3-256", "sm3"),
    48: ("sha-384", "sha3-384"),
    64: ("sha-512", "sha3-512"),
}
"""What a digest of so many bytes may be, where nobody names the algorithm."""
LIBRARY: Final = {
    "sha-1": "sha1", "sha-224": "sha224", "sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512",
    "sha3-224": "sha3_224", "sha3-256": "sha3_256", "sha3-384": "sha3_384", "sha3-512": "sha3_512",
}
"""The names of `hashlib` that every Python has."""
LONGEST: Final = 32
"""Characters of a text that may be a name."""
# fmt: on

_SPELT: Final = {name.replace("-", ""): name for name in SIZES}
_BETWEEN: Final = str.maketrans("", "", "-_/ ")


def by_text(text: str) -> str | None:
    """The name behind a text: `SHA256`, `SHA-256`, `sha_256` and its object identifier are one; None for no name."""
    if text in SIZES:
        return text
    if len(text) > LONGEST:
        return None
    return OIDS.get(text) or _SPELT.get(text.lower().translate(_BETWEEN))


def by_number(number: int) -> str | None:
    """The name of a number of either registry: theirs have different signs."""
    return (NAMED_INFORMATION if number >= 0 else COSE).get(number)


def name(alg: object) -> str | None:
    """The name behind a number or a text; None if it is not known, or neither."""
    if isinstance(alg, str):
        return by_text(alg)
    return by_number(alg) if alg.__class__ is int and isinstance(alg, int) else None


def compute(name: str | None, content: bytes) -> bytes | None:
    """The digest of `content` by a name; None for one that cannot be computed everywhere."""
    library = LIBRARY.get(name or "")
    return None if library is None else hashlib.new(library, content, usedforsecurity=False).digest()
