"""The algorithms that SPDM negotiates, by the bits of its messages.

Source: DMTF DSP0274, NEGOTIATE_ALGORITHMS and ALGORITHMS. Sizes in bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeVar


class Hash(NamedTuple):
    """A hash: its name in claims, the one that `hashlib` knows it by, the size of its digests, its bit in DSP0274."""

    name: str
    library: str
    size: int
    bit: str


class Scheme(NamedTuple):
    """A signature scheme: its name in claims, the size of its signatures, how one is encoded, its bit in DSP0274."""

    name: str
    size: int
    encoding: Literal["p1363", "rsa"] | None
    bit: str


# fmt: off
HASHES: Final = (
    Hash("sha-256",  "sha256",   32, "TPM_ALG_SHA_256"),
    Hash("sha-384",  "sha384",   48, "TPM_ALG_SHA_384"),
    Hash("sha-512",  "sha512",   64, "TPM_ALG_SHA_512"),
    Hash("sha3-256", "sha3_256", 32, "TPM_ALG_SHA3_256"),
    Hash("sha3-384", "sha3_384", 48, "TPM_ALG_SHA3_384"),
    Hash("sha3-512", "sha3_512", 64, "TPM_ALG_SHA3_512"),
    Hash("sm3",      "sm3",      32, "TPM_ALG_SM3_256"),
)
BASE_HASH: Final = dict(enumerate(HASHES))
"""BaseHashSel, bit to hash."""
RAW_BIT_STREAM_ONLY: Final = 1
"""MeasurementHashAlgo: nothing is hashed."""
MEASUREMENT_HASH: Final = dict(enumerate(HASHES, 1))
"""MeasurementHashAlgo, bit to hash: one above BaseHashSel, because bit 0 is `RAW_BIT_STREAM_ONLY`."""
BASE_ASYM: Final = {
    0:  Scheme("rsassa-2048",  256, "rsa",   "TPM_ALG_RSASSA_2048"),
    1:  Scheme("rsapss-2048",  256, "rsa",   "TPM_ALG_RSAPSS_2048"),
    2:  Scheme("rsassa-3072",  384, "rsa",   "TPM_ALG_RSASSA_3072"),
    3:  Scheme("rsapss-3072",  384, "rsa",   "TPM_ALG_RSAPSS_3072"),
    4:  Scheme("ecdsa-p256",    64, "p1363", "TPM_ALG_ECDSA_ECC_NIST_P256"),
    5:  Scheme("rsassa-4096",  512, "rsa",   "TPM_ALG_RSASSA_4096"),
    6:  Scheme("rsapss-4096",  512, "rsa",   "TPM_ALG_RSAPSS_4096"),
    7:  Scheme("ecdsa-p384",    96, "p1363", "TPM_ALG_ECDSA_ECC_NIST_P384"),
    8:  Scheme("ecdsa-p521",   132, "p1363", "TPM_ALG_ECDSA_ECC_NIST_P521"),
    9:  Scheme("sm2",           64, "p1363", "TPM_ALG_SM2_ECC_SM2_P256"),
    10: Scheme("ed25519",       64, None,    "EdDSA ed25519"),
    11: Scheme("ed448",        114, None,    "EdDSA ed448"),
}
PQC_ASYM: Final = {
    0:  Scheme("ml-dsa-44",           2420, None, "ML-DSA-44"),
    1:  Scheme("ml-dsa-65",           3309, None, "ML-DSA-65"),
    2:  Scheme("ml-dsa-87",           4627, None, "ML-DSA-87"),
    3:  Scheme("slh-dsa-sha2-128s",   7856, None, "SLH-DSA-SHA2-128s"),
    4:  Scheme("slh-dsa-shake-128s",  7856, None, "SLH-DSA-SHAKE-128s"),
    5:  Scheme("slh-dsa-sha2-128f",  17088, None, "SLH-DSA-SHA2-128f"),
    6:  Scheme("slh-dsa-shake-128f", 17088, None, "SLH-DSA-SHAKE-128f"),
    7:  Scheme("slh-dsa-sha2-192s",  16224, None, "SLH-DSA-SHA2-192s"),
    8:  Scheme("slh-dsa-shake-192s", 16224, None, "SLH-DSA-SHAKE-192s"),
    9:  Scheme("slh-dsa-sha2-192f",  35664, None, "SLH-DSA-SHA2-192f"),
    10: Scheme("slh-dsa-shake-192f", 35664, None, "SLH-DSA-SHAKE-192f"),
    11: Scheme("slh-dsa-sha2-256s",  29792, None, "SLH-DSA-SHA2-256s"),
    12: Scheme("slh-dsa-shake-256s", 29792, None, "SLH-DSA-SHAKE-256s"),
    13: Scheme("slh-dsa-sha2-256f",  49856, None, "SLH-DSA-SHA2-256f"),
    14: Scheme("slh-dsa-shake-256f", 49856, None, "SLH-DSA-SHAKE-256f"),
}
# fmt: on

BY_NAME: Final = {known.name: known for known in HASHES}
SCHEMES: Final = {scheme.name: scheme for scheme in (*BASE_ASYM.values(), *PQC_ASYM.values())}
HASHES_BY_BIT: Final = {known.bit: known for known in HASHES}
SCHEMES_BY_BIT: Final = {scheme.bit: scheme for scheme in SCHEMES.values()}
"""By the names that DSP0274 has for the bits; carriers write them."""
SIGNATURE_SIZES: Final = tuple(sorted({scheme.size for scheme in SCHEMES.values()}))


T = TypeVar("T")


def selected(table: Mapping[int, T], value: int) -> T | None:
    """What the only bit of `value` stands for; None for no bit, several, or one that has no name here."""
    return table.get(value.bit_length() - 1) if value and not value & (value - 1) else None
