"""Public keys of every form that evidence and callers have, as one: the DER of a SubjectPublicKeyInfo.

Only named curves and the key types of the table are keys here. Whether a point is on its curve is asked of
`cryptography`, which loads every key once.

Sources: RFC 5480, 8410, 9881 (SubjectPublicKeyInfo), RFC 7517 and 7518 (JWK).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

from evidence.errors import EvidenceError, UsageError
from evidence.verify.words import StepRefused
from evidence.wire import curves, json, text, x509
from evidence.wire.curves import CURVES, EDWARDS, UNCOMPRESSED

RSA_BITS: Final = range(2048, 4096 + 1)
EXPONENT_BITS: Final = 64
REMEMBERED: Final = 64
"""Keys that stay loaded: those of vendors' authorities come again and again."""


class PublicKey(NamedTuple):
    """A public key: `kind` is its curve (`p384`) or its algorithm (`rsa`, `ed25519`, `ml-dsa-44`)."""

    kind: str
    spki: bytes

    @property
    def sha256(self) -> bytes:
        """The digest by which a key is named in documents."""
        return sha256(self.spki).digest()


class Secret(NamedTuple):
    """The key of a MAC, which whoever checks could have made."""

    value: bytes


Key = PublicKey | Secret


KINDS: Final = frozenset({*CURVES, *EDWARDS, "rsa", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87"})
SECRET_BYTES: Final = 16
"""A secret has at least as many: a shorter one can be guessed, and an empty one is everybody's."""


def of_certificate(key: x509.CertificateKey) -> PublicKey:
    """The key of a certificate; `refused-key` for a type, a curve or a size that is none of ours."""
    kind = (key.curve or "") if key.algorithm == "ec" else key.algorithm
    if kind not in KINDS:
        raise StepRefused("refused-key", f"{key.algorithm} {key.curve or ''}".strip())
    if kind in CURVES and (len(key.raw), key.raw[:1]) != (1 + 2 * CURVES[kind].size, UNCOMPRESSED):
        raise StepRefused("refused-key", "a point that is not written with both of its coordinates")
    return usable(PublicKey(kind, key.spki))


def of_bytes(raw: bytes, alg: str | None = None) -> PublicKey:
    """A key as evidence holds it: an uncompressed point, a COSE_Key, or the bytes of Ed25519."""
    return _of(curves.of_bytes, raw, alg)


def of_cose(encoded: bytes) -> PublicKey:
    """The key of a COSE_Key: coordinates of full length; a compressed point is none."""
    return _of(curves.of_cose, encoded)


def _of(read: Callable[..., tuple[str, bytes]], *args: Any) -> PublicKey:
    try:
        return usable(PublicKey(*read(*args)))
    except EvidenceError as error:
        raise StepRefused("refused-key", getattr(error, "reason", "") or error.code) from None


def of_jwk(document: Mapping[str, Any]) -> Key:
    """The key of a JWK; a private part is not looked at."""
    kind = document.get("kty")
    if kind == "EC":
        return _of(
            curves.of_coordinates, "jwk", document.get("crv"), _octets(document, "x"), _octets(document, "y")
        )
    if kind == "oct":
        secret = _octets(document, "k")
        if len(secret) < SECRET_BYTES:
            raise StepRefused("refused-key", f"a secret of {len(secret)} bytes")
        return Secret(secret)
    if kind == "OKP":
        x = _octets(document, "x")
        for name, (size, prefix, _, curve) in EDWARDS.items():
            if document.get("crv") == curve and len(x) == size:
                return usable(PublicKey(name, prefix + x))
    if kind == "RSA":
        return of_rsa(*(int.from_bytes(_octets(document, name), "big") for name in ("n", "e")))
    raise StepRefused("refused-key", "a JWK of a type or curve that is not known")


def _octets(document: Mapping[str, Any], name: str) -> bytes:
    value = document.get(name)
    if not isinstance(value, str):
        raise StepRefused("refused-key", f"a JWK without {name}")
    try:
        return text.base64url(value, "JWK")
    except EvidenceError:
        raise StepRefused("refused-key", f"a JWK whose {name} is not base64url") from None


def of_rsa(modulus: int, exponent: int) -> PublicKey:
    """The key of RSA's two numbers."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        key = RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as error:
        raise StepRefused("refused-key", str(error)) from None
    return usable(PublicKey("rsa", key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)))


def usable(key: PublicKey) -> PublicKey:
    """The same key, if it can be loaded: its point is on its curve, its size is allowed."""
    loaded(key)
    return key


@lru_cache(REMEMBERED)
def loaded(key: PublicKey) -> Any:
    """The key as `cryptography` has it; `refused-key` if it has none, or one of another kind or size."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

    try:
        public = load_der_public_key(key.spki)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise StepRefused("refused-key", str(error)[:80]) from None
    if public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != key.spki:
        raise StepRefused("refused-key", "it would be another key when it is written again")
    if key.kind == "rsa":
        _check_rsa(public)
    return public


def _check_rsa(public: Any) -> None:
    """Raise `refused-key` for a size that is not allowed, and for an exponent that makes every check slow."""
    if public.key_size not in RSA_BITS:
        raise StepRefused("refused-key", f"RSA of {public.key_size} bits")
    exponent_bits = public.public_numbers().e.bit_length()
    if exponent_bits > EXPONENT_BITS:
        raise StepRefused("refused-key", f"RSA with an exponent of {exponent_bits} bits")


PEM_KEY: Final = (b"-----BEGIN PUBLIC KEY-----", b"-----END PUBLIC KEY-----")


def load(content: bytes) -> Key:
    """The key that a caller gives: JWK, PEM or DER (a key or a certificate), COSE_Key, a point, or 32 bytes of Ed25519.

    Raises `UsageError` for what is none of these, or a key of a kind that is refused.
    """
    try:
        return _load(content)
    except StepRefused as refused:
        raise UsageError(f"not a key that can be used: {refused.detail or refused.reason}") from None
    except EvidenceError as error:
        raise UsageError(f"not a key: {error}") from None


def _load(content: bytes) -> Key:
    start = content.lstrip()
    if start[:1] == b"{":
        document = json.loads(content, "JWK")
        if not isinstance(document, dict):
            raise StepRefused("refused-key", "no JSON object")
        return of_jwk(document)
    if PEM_KEY[0] in content:
        body = content.partition(PEM_KEY[0])[2].partition(PEM_KEY[1])[0]
        return of_spki(text.base64("".join(body.decode("ascii", "replace").split()), "PEM"))
    if x509.BEGIN in content:
        return of_certificate(x509.read_all(content, "certificate")[0].key)
    if content[:1] == b"\x30" and len(content) != EDWARDS["ed25519"][0]:
        try:
            return of_spki(content)
        except EvidenceError:
            return of_certificate(x509.read(content, "certificate").key)
    return of_bytes(content)


def of_spki(spki: bytes) -> PublicKey:
    """The key of a SubjectPublicKeyInfo in DER."""
    return of_certificate(x509.read_key(spki, "key"))
