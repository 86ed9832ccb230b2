"""The words of the claims document: every closed list that a claim is said in, and the ranges of its numbers.

`schemas/claims.schema.json` is made from these and from the shapes in `claims`. A new word is a change of the
claims model: no evidence type can add one.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

from evidence.limits import SAFE_INTEGER

Integer = Annotated[int, Meta(ge=-SAFE_INTEGER, le=SAFE_INTEGER)]
Natural = Annotated[int, Meta(ge=0, le=SAFE_INTEGER)]

Role = Literal[
    "workload",
    "paravisor",
    "tee-firmware",
    "platform",
    "quoting",
    "device",
    "firmware-layer",
    "certificate-subject",
    "unspecified",
]
Origin = Literal["evidence", "certificate", "log", "carrier", "caller"]
Debug = Literal[
    "enabled",
    "disabled",
    "disabled-since-boot",
    "disabled-permanently",
    "disabled-fully-and-permanently",
    "not-reported",
    "not-defined",
]
"""RFC 9711's states; `not-reported`: the format has such a state, and these bytes do not say it; `not-defined`: the
format has none for this kind of environment, whatever the bytes."""
ChainDebug = Literal[
    "enabled",
    "disabled",
    "disabled-since-boot",
    "disabled-permanently",
    "disabled-fully-and-permanently",
    "not-reported",
]
"""The word of a whole chain of environments."""
Migration = Literal["allowed", "not-allowed", "not-reported", "not-defined"]
Missing = Literal["request", "negotiation", "digests", "certificates"]
"""Parts of a protocol's exchange that are not at hand, and without which something cannot be said."""
Protection = Literal["signed", "mac", "mac-local", "partly-signed", "none"]
Obtained = Literal["as-received", "extracted", "reassembled", "rebuilt"]
BindingRole = Literal[
    "caller-data", "challenge", "key-binding", "content-binding", "responder-nonce", "context"
]
Declared = Literal["nonce", "opaque"]
Phase = Literal["initial", "loaded", "runtime", "unspecified"]
Subject = Literal["workload", "rom", "firmware", "config", "manifest", "services", "unspecified"]
Form = Literal["digest", "extended", "raw"]
SetBy = Literal["host", "id-block", "signer", "platform", "unspecified"]
Scope = Literal["class", "platform", "device", "instance", "boot", "key"]
Presence = Literal["present", "masked", "none", "not-populated", "absent-by-flag", "withheld"]
TcbRole = Literal["reported", "current", "committed", "launch", "initial", "certified"]
Compare = Literal["ordered", "equal"]
LayoutSource = Literal["cpuid", "certificate", "caller", "format", "unknown"]
SignatureEncoding = Literal["p1363", "der", "amd-le72", "rsa"]
"""r and s of one length, big-endian; the same in DER; r and s of 72 bytes each, little-endian; RSA's one number."""
Construct = Literal["plain", "cose-sign1", "cose-mac0", "jws", "spdm-prefix", "spdm-transcript"]
Outcome = Literal["matches", "differs", "not-in-log", "not-computable"]
Status = Literal["stable", "provisional"]
IdentifiedBy = Literal["content", "caller", "carrier"]

RequestedBy = Annotated[
    str, Meta(pattern=r"^(workload|vmpl:[0-9]{1,10}|host|verifier|unspecified)$", min_length=4, max_length=15)
]
Boolean = bool  # a field of that name hides the builtin in its own class


def _one_of(pattern: str, most: int = 64) -> Meta:
    """A closed list of words, as the schema has it."""
    return Meta(pattern=rf"^({pattern})(?!\n)$", min_length=1, max_length=most)


HASHES: Final = (
    *("sha-1", "sha-224", "sha-256", "sha-256-128", "sha-256-120", "sha-256-96", "sha-256-64", "sha-256-32"),
    *("sha-384", "sha-512", "sha-512-256", "sha3-224", "sha3-256", "sha3-384", "sha3-512"),
    *("blake2s-256", "blake2b-256", "blake2b-512", "k12-256", "k12-512", "sm3", "unknown"),
)
"""IANA Named Information and textual names, `sm3`, and `unknown` for every other hash."""
Hash = Annotated[str, _one_of("|".join(HASHES))]
KeyUse = Literal["attestation", "identity", "endorsement", "confirmation", "authorized-by", "attested"]
"""What a key is for: it signs evidence, names a device, proves who endorses it, …, or is measured itself."""
KeyEncoding = Literal[
    "raw-point",
    "cose-key",
    "ecdsa-p256-xy",
    "tpmt-public",
    "cnf+cbor",
    "cnf+json",
    "pkix-base64-key",
    "pkix-base64-cert",
    "pkix-base64-cert-path",
    "pkix-asn1der-cert",
    "key-thumbprint",
    "cert-thumbprint",
    "cert-path-thumbprint",
    "bytes",
    "unspecified",
]
DIGESTED: Final = (
    *("attestation-key-and-qe-auth-data", "certificate-chain", "certificate-key", "detached-claims-set"),
    *("device-token", "eca-public-key", "event-log", "measurement-extension-log", "measurement-record"),
    *("nonce-and-services-manifest", "realm-public-key", "root-certificate", "runtime-data"),
    *("tee-info", "tee-tcb-info"),
)
"""Content whose digest is computed, and compared with one in the evidence."""
Digested = Annotated[str, _one_of("|".join(DIGESTED))]
COMPARED: Final = (
    *("carrier-nonce", "certificate-hwid", "certificate-kind", "certificate-product", "certificate-tcb"),
    "firmware-id",
)
"""Values that are compared themselves."""
Compared = Annotated[str, _one_of("|".join(COMPARED))]
FactName = Annotated[
    str, Meta(pattern=r"[\s\S]-(binding|replay|certified)(?!\n)$", min_length=8, max_length=4096)
]
"""What is compared, and how: with content that it binds, with what a log adds up to, with a certificate's word."""
LOUD: Final = {"binding": "binding-differs", "replay": "replay-differs", "certified": "certified-differs"}
"""How a fact's name ends, and the code of the note that says that it `differs`."""
CertificateSource = Annotated[
    str,
    Meta(
        pattern=r"(^|/)(ark|ask|asvk|vcek|vlek|pck|intermediate|root|other|certificate|x5chain)(-[0-9]+)?(?!\n)$",
        min_length=3,
        max_length=4096,
    ),
]
"""The certificate's part, or its place in a chain; before it, the token in whose header it came."""
Time = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z(?!\n)$",
        min_length=20,
        max_length=20,
    ),
]
"""RFC 3339, in UTC and whole seconds."""
