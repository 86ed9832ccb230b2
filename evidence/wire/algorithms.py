"""Algorithms of signatures as every format has them; object identifiers of keys, curves and signatures.

Sources: RFC 5480, 4055, 8410, 9881 (keys and signatures), SEC 2 and RFC 5639 (curves), GB/T 33560 (SM2).
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple


class Algorithm(NamedTuple):
    """An algorithm: its name, its hash, and how its signature is encoded (None where nothing fits).

    The name has the curve, or the size of the key, where the algorithm fixes it: in COSE, `ES256` is
    `ecdsa`, whatever the key's curve (RFC 9053), and `ESP256` is `ecdsa-p256` (RFC 9864). One that is
    not known has its number behind its registry, `cose:-65537`, or is the object identifier itself.
    """

    name: str
    hash: str | None
    encoding: Literal["p1363", "der", "rsa"] | None

    @property
    def is_mac(self) -> bool:
        """Whether it authenticates by a shared secret instead of signing."""
        return "mac-" in self.name

    @property
    def is_known(self) -> bool:
        """Whether its name is more than the number, or the word, of a registry."""
        return ":" not in self.name and not self.name[0].isdigit()


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
    "1.2.840.10045.4.3.2":     Algorithm("ecdsa",     "sha-256", "der"),
    "1.2.840.10045.4.3.3":     Algorithm("ecdsa",     "sha-384", "der"),
    "1.2.840.10045.4.3.4":     Algorithm("ecdsa",     "sha-512", "der"),
    "1.2.840.113549.1.1.5":    Algorithm("rsassa",    "sha-1",   "rsa"),
    "1.2.840.113549.1.1.11":   Algorithm("rsassa",    "sha-256", "rsa"),
    "1.2.840.113549.1.1.12":   Algorithm("rsassa",    "sha-384", "rsa"),
    "1.2.840.113549.1.1.13":   Algorithm("rsassa",    "sha-512", "rsa"),
    "1.2.840.113549.1.1.10":   Algorithm("rsapss",    None,      "rsa"),  # its parameters name the hash
    "1.3.101.112":             Algorithm("ed25519",   None,      None),
    "1.3.101.113":             Algorithm("ed448",     None,      None),
    "2.16.840.1.101.3.4.3.17": Algorithm("ml-dsa-44", None,      None),
    "2.16.840.1.101.3.4.3.18": Algorithm("ml-dsa-65", None,      None),
    "2.16.840.1.101.3.4.3.19": Algorithm("ml-dsa-87", None,      None),
    "1.2.156.10197.1.501":     Algorithm("sm2",       "sm3",     "der"),
}
# fmt: on
