"""Signed tokens of what was verified: an EAT as a CWT or a JWT, in the name of whoever converts.

Only a `Verified` is ever signed, and of it only what a checked signature covers. The token lists the checks, and what was
not checked. It is the converter's word about evidence, and says so by its profile: read back, it is no evidence.

pycose writes the headers and what is signed, `cryptography` signs (its ECDSA is in constant time, pycose's is pure
Python), and our own readers verify the token before it leaves. The same claims and the same key give the same token.

Sources: RFC 8392 (CWT), RFC 9052 (COSE_Sign1), RFC 7515 (JWS), RFC 9782 (media types), RFC 6979 (deterministic ECDSA).
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from evidence.encode import eat
from evidence.encode.canonical import base64url, to_canonical_json
from evidence.encode.covered import covered
from evidence.encode.eat import Label
from evidence.encode.states import states
from evidence.encode.written import Loss, Written
from evidence.errors import EvidenceError, UsageError
from evidence.wire import cbor, corim, cose, jose

if TYPE_CHECKING:
    from evidence.verify import Verified

ISS: Final = Label(1, "iss")
CHECKS: Final = f"{corim.OURS}checks-1"
"""The claim with the list of checks: a name that nobody else can have, in both encodings."""
CWT: Final = 61
CWT_TYPE: Final = "application/eat+cwt"
JWT_TYPE: Final = "eat+jwt"


class KeyAlgorithm(NamedTuple):
    """How a kind of key signs: its names in COSE and JOSE, the hash, and bytes of r and of s (0: as it comes)."""

    cose: int
    jose: str
    hash: str
    size: int


ALGORITHMS: Final[Mapping[str, KeyAlgorithm]] = {
    "secp256r1": KeyAlgorithm(-7, "ES256", "SHA256", 32),
    "secp384r1": KeyAlgorithm(-35, "ES384", "SHA384", 48),
    "secp521r1": KeyAlgorithm(-36, "ES512", "SHA512", 66),
    "ed25519": KeyAlgorithm(-8, "EdDSA", "", 0),
}
"""By the curve of the key."""


class SigningKey:
    """A private key that signs tokens: P-256, P-384, P-521 or Ed25519. `UsageError` for any other."""

    __slots__ = ("_private", "algorithm", "kid", "spki")

    def __init__(self, pem: bytes) -> None:
        try:
            from cryptography.exceptions import UnsupportedAlgorithm
            from cryptography.hazmat.primitives import serialization
        except ImportError:
            raise _not_installed("cryptography") from None

        try:
            private: Any = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise UsageError("the key is not a private key in PEM without a password") from None
        curve = getattr(getattr(private, "curve", None), "name", "")
        if private.__class__.__name__ == "Ed25519PrivateKey":
            curve = "ed25519"
        if curve not in ALGORITHMS:
            raise UsageError("the key is none of P-256, P-384, P-521 and Ed25519")
        self.algorithm = ALGORITHMS[curve]
        self._private = private
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        self.spki: bytes = private.public_key().public_bytes(serialization.Encoding.DER, form)
        self.kid = sha256(self.spki).digest()
        """The name of the key: the digest of its SubjectPublicKeyInfo."""

    def __repr__(self) -> str:
        return f"<SigningKey {self.algorithm.jose} {self.kid.hex()[:16]}>"

    def public_pem(self) -> bytes:
        """The public key, for whoever verifies."""
        from cryptography.hazmat.primitives import serialization

        form = serialization.PublicFormat.SubjectPublicKeyInfo
        public: bytes = self._private.public_key().public_bytes(serialization.Encoding.PEM, form)
        return public

    def sign(self, message: bytes) -> bytes:
        """The signature of a message, r and s one after the other."""
        if not self.algorithm.size:
            return bytes(self._private.sign(message))
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        how = ec.ECDSA(getattr(hashes, self.algorithm.hash)(), deterministic_signing=True)
        pair = decode_dss_signature(self._private.sign(message, how))
        return b"".join(number.to_bytes(self.algorithm.size, "big") for number in pair)


def to_cwt(
    verified: Verified, key: SigningKey, *, issuer: str, iat: int, nonce: bytes | None = None
) -> Written:
    """The token as a CWT: tags 61 and 18. `nonce` is one that the token's receiver gave, for the token itself."""
    claims, losses = _claims(verified, issuer, iat, nonce, in_cbor=True)
    payload = cbor.dumps(claims)
    try:
        from pycose.headers import KID, Algorithm, ContentType
        from pycose.messages.sign1message import Sign1Message
    except ImportError:
        raise _not_installed("pycose") from None
    message = Sign1Message(
        phdr={Algorithm: key.algorithm.cose, ContentType: CWT_TYPE, KID: key.kid}, payload=payload
    )
    message.signature = key.sign(message._create_sig_structure())  # noqa: SLF001 (why pycose is pinned)
    token = cbor.write_head(6, CWT) + bytes(message.encode(sign=False))
    _check_cwt(token, key, payload)
    return Written(token, losses)


def to_jwt(
    verified: Verified, key: SigningKey, *, issuer: str, iat: int, nonce: bytes | None = None
) -> Written:
    """The token as a JWT: a compact JWS."""
    claims, losses = _claims(verified, issuer, iat, nonce, in_cbor=False)
    payload = to_canonical_json(claims)
    header = {"alg": key.algorithm.jose, "kid": base64url(key.kid), "typ": JWT_TYPE}
    message = f"{base64url(to_canonical_json(header))}.{base64url(payload)}"
    token = f"{message}.{base64url(key.sign(message.encode()))}".encode()
    _check_jwt(token, key, payload)
    return Written(token, losses)


def _claims(
    verified: Verified, issuer: str, iat: int, nonce: bytes | None, *, in_cbor: bool
) -> tuple[dict[Any, Any], tuple[Loss, ...]]:
    """What the token says, and what of the evidence it does not."""
    from evidence.verify import Verified

    if type(verified) is not Verified:
        raise UsageError("only what was verified is signed: take it from Report.require()")
    if not issuer:
        raise UsageError("a token names its issuer: whoever converts")
    if iat.__class__ is not int:
        raise UsageError("a token says when it was made: iat, a whole number of seconds")
    if nonce is not None and not eat.LEAST_NONCE <= len(nonce) <= eat.MOST_NONCE:
        raise UsageError(f"a nonce of an EAT has {eat.LEAST_NONCE} to {eat.MOST_NONCE} bytes")
    left, lost = covered(verified.claims, verified.report.uncovered)
    statements = states(left)
    pairs = [(ISS, issuer), *eat.root(left, statements, corim.VERIFIED, iat=iat, in_cbor=in_cbor)]
    pairs += [] if nonce is None else [(eat.EAT_NONCE, nonce)]
    whole: dict[Any, Any] = {label.number if in_cbor else label.name: value for label, value in pairs}
    whole[CHECKS] = checks(verified)
    return whole, (*lost, *statements.losses, *eat.losses(left, statements))


def checks(verified: Verified) -> dict[str, Any]:
    """Every check with what came out, what nobody looked at, and what the caller did without."""
    document = verified.document()
    left_out = ("covers", "depends_on")  # ranges of bytes that the token does not have
    each = [
        {name: value for name, value in _plain(check).items() if name not in left_out}
        for check in document.checks
    ]
    return {
        "at": document.at,
        "checks": each,
        "not_checked": list(document.not_checked),
        "accepted_without": list(document.accepted_without),
    }


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, builtin_types=(bytes,), enc_hook=bytes)


def _check_cwt(token: bytes, key: SigningKey, payload: bytes) -> None:
    """Read the token as a receiver would, before it leaves."""
    from evidence.verify import keys
    from evidence.verify import message as messages
    from evidence.verify.words import StepRefused

    try:
        start = cbor.head(token, 0).end
        message = cose.read(token, "token", start)
        cose.check(message, "token")
        messages.of_message(message, keys.of_spki(key.spki))
    except (EvidenceError, StepRefused) as error:
        raise AssertionError(f"a token that cannot be read back: {error}") from error
    if message.payload != payload or cbor.loads(token).number != CWT:
        raise AssertionError("a token with another payload")


def _check_jwt(token: bytes, key: SigningKey, payload: bytes) -> None:
    """The same for a JWT; jwcrypto checks the signature."""
    from evidence.verify import keys
    from evidence.verify import message as messages
    from evidence.verify.words import StepRefused

    try:
        message = jose.read(token, "token")
        messages.of_compact(token, keys.of_spki(key.spki))
    except (EvidenceError, StepRefused) as error:
        raise AssertionError(f"a token that cannot be read back: {error}") from error
    if message.payload != payload:
        raise AssertionError("a token with another payload")


def _not_installed(library: str) -> UsageError:
    return UsageError(f"{library} is not installed: pip install 'attestation-evidence[sign]'")
