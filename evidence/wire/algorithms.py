"""Object identifiers of public keys, curves and signatures, and the names that they go by here.

Sources: RFC 5480, 4055, 8410, 9881 (keys and signatures), SEC 2 and RFC 5639 (curves), GB/T 33560 (SM2).
"""

from __future__ import annotations

from typing import Final

# fmt: off
KEYS: Final = {
    "1.2.840.10045.2.1":       "ec",
    "1.2.840.113549.1.1.1":    "rsa",
    "1.2.840.113549.1.1.10":   "rsa-pss",
    "1.3.101.112":             "ed25519",
    "1.3.101.113":             "ed448",
    "2.16.840.1.101.3.4.3.17": "ml-dsa-44",
    "2.16.840.1.101.3.4.3.18": "ml-dsa-65",
    "2.16.840.1.101.3.4.3.19": "ml-dsa-87",
}
CURVES: Final = {
    "1.2.840.10045.3.1.7":     "p256",
    "1.3.132.0.34":            "p384",
    "1.3.132.0.35":            "p521",
    "1.3.132.0.10":            "secp256k1",
    "1.3.36.3.3.2.8.1.1.7":    "brainpoolp256r1",
    "1.3.36.3.3.2.8.1.1.11":   "brainpoolp384r1",
    "1.3.36.3.3.2.8.1.1.13":   "brainpoolp512r1",
    "1.2.156.10197.1.301":     "sm2",
}
SIGNATURES: Final = {
    "1.2.840.10045.4.3.2":     "ecdsa-sha256",
    "1.2.840.10045.4.3.3":     "ecdsa-sha384",
    "1.2.840.10045.4.3.4":     "ecdsa-sha512",
    "1.2.840.113549.1.1.5":    "rsa-sha1",
    "1.2.840.113549.1.1.11":   "rsa-sha256",
    "1.2.840.113549.1.1.12":   "rsa-sha384",
    "1.2.840.113549.1.1.13":   "rsa-sha512",
    "1.2.156.10197.1.501":     "sm2-sm3",
    **{oid: name for oid, name in KEYS.items() if name not in {"ec", "rsa"}},
}
# fmt: on
