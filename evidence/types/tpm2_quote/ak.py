"""The attestation key beside a quote, in whichever form it has: a TPM's structure, a public key, a certificate, Azure's JWK."""

from __future__ import annotations

from typing import Final, NamedTuple

from evidence.errors import BadEncoding
from evidence.wire import json, text, x509
from evidence.wire.tpm import public
from evidence.wire.tpm.public import Public
from evidence.words import KeyEncoding

AZURE: Final = "HCLAkPub"
"""The `kid` of the attestation key in the runtime claims of Azure's paravisor."""
PEM: Final = (b"-----BEGIN PUBLIC KEY-----", b"-----END PUBLIC KEY-----")
WHAT: Final = "ak"


class Ak(NamedTuple):
    """A key as the TPM's structure where the form has it, else as a SubjectPublicKeyInfo; `raw` is what claims show.

    `from_azure` says that the structure was made of a JWK, by the one template that such keys have: it is a primary
    key of the endorsement hierarchy then.
    """

    encoding: KeyEncoding
    raw: bytes
    public: Public | None = None
    spki: bytes | None = None
    from_azure: bool = False


def read(data: bytes) -> Ak:
    """The key. Raises `EvidenceError` for what is none."""
    head = data.lstrip(b"\r\n\t ")[:11]
    if head[:1] == b"{":
        return _azure(data)
    if head == b"-----BEGIN " and PEM[0] in data:
        body = data.partition(PEM[0])[2].partition(PEM[1])[0]
        spki = text.base64(b"".join(body.split()), WHAT)
        return Ak("pkix-base64-key", data, spki=x509.read_key(spki, WHAT).spki)
    if head == b"-----BEGIN ":
        return Ak("pkix-base64-cert", data, spki=_certified(data))
    if data[:1] == b"\x30":
        try:
            return Ak("bytes", data, spki=x509.read_key(data, WHAT).spki)
        except BadEncoding:
            return Ak("pkix-asn1der-cert", data, spki=_certified(data))
    key = public.read(data, WHAT)
    return Ak("tpmt-public", key.raw, key)


def _certified(data: bytes) -> bytes:
    certificates = x509.read_all(data, WHAT)
    if not certificates:
        raise BadEncoding(what=WHAT, reason="no certificate")
    return certificates[0].key.spki


def _azure(data: bytes) -> Ak:
    """The JWK of Azure's runtime claims: a modulus, to which the template of such keys is added."""
    key = json.loads(data, WHAT)
    modulus, exponent = (key.get(name) for name in ("n", "e")) if isinstance(key, dict) else (None, None)
    if (
        not isinstance(modulus, str)
        or exponent != "AQAB"
        or key.get("kty") != "RSA"
        or key.get("kid") != AZURE
    ):
        raise BadEncoding(what=WHAT, reason=f"JSON that is no RSA key of the name {AZURE}")
    raw = public.of_azure(text.base64url(modulus, WHAT))
    if raw is None:
        raise BadEncoding(what=WHAT, reason="a modulus that is not 2048 bits")
    return Ak("tpmt-public", raw, public.read(raw, WHAT), from_azure=True)
