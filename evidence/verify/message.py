"""A signed message with its headers, COSE or JWS: the algorithm that may be used, and the key that goes with it.

What a header says of keys is not looked at. Sources: RFC 9052 and 8392 (COSE, CWT), RFC 7515 and 7518 (JWS).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from evidence.errors import ConstraintViolation, EvidenceError
from evidence.verify import keys, signature
from evidence.verify.keys import Key, PublicKey, Secret
from evidence.verify.signature import MACS, SignatureForm
from evidence.verify.words import StepRefused
from evidence.wire import cbor, cose, jose, json, text
from evidence.wire.curves import CURVES

# fmt: off
COSE: Final = frozenset({-7, -35, -36, -9, -51, -52, -8, -19, -53, -37, -38, -39})
"""The algorithms of COSE_Sign1 that are checked: ECDSA, EdDSA, RSASSA-PSS."""
JOSE: Final = {
    "ES256": "p256", "ES384": "p384", "ES512": "p521", "EdDSA": "ed25519 ed448", "Ed25519": "ed25519",
    "PS256": "rsa", "PS384": "rsa", "PS512": "rsa",
}
"""The algorithms of JWS that are checked, and the kinds of key that go with each."""
# fmt: on
CWT: Final = 61
"""The tag of a CBOR Web Token (RFC 8392)."""


def of_cose(data: bytes, key: Key, external_aad: bytes = b"") -> None:
    """Raise `StepRefused` unless the COSE message in `data`, tagged as a CWT or not, is signed, or authenticated, by `key`."""
    try:
        head = cbor.head(data, 0)
        message = cose.read(data, "message", head.end if (head.major, head.argument) == (6, CWT) else 0)
    except EvidenceError as error:
        raise _refused(error) from None
    of_message(message, key, external_aad)


def of_message(message: cose.CoseMessage, key: Key, external_aad: bytes = b"") -> None:
    """The same for a message that was read. What only the unprotected header names is no algorithm."""
    algorithm = message.algorithm
    if algorithm is None:
        raise StepRefused("no-algorithm")
    if not message.is_mac and message.alg not in COSE:
        raise StepRefused(
            "refused-algorithm" if algorithm.is_mac else "unsupported-algorithm", algorithm.name
        )
    if message.is_mac and algorithm.name not in MACS:
        raise StepRefused(
            "unsupported-algorithm" if algorithm.is_mac else "refused-algorithm", algorithm.name
        )
    form = SignatureForm(algorithm.name, algorithm.hash, algorithm.encoding, pairs=True)
    signature.check(key, form, message.signature, message.message(external_aad))


def _refused(error: EvidenceError) -> StepRefused:
    """Which rule of the headers a message broke that could not be read."""
    what = error.what if isinstance(error, ConstraintViolation) else ""
    got = getattr(error, "got", None)
    if what.endswith("payload") and got == b"\xf6":
        return StepRefused("detached")
    if what.endswith("crit") and isinstance(got, int | str) and got not in cose.UNDERSTOOD:
        return StepRefused("refused-crit", str(error))
    return StepRefused("bad-header", str(error))


def of_jws(message: bytes, value: bytes, key: Key, alg: str) -> None:
    """Raise `StepRefused` unless `value` is the signature of a JWS, whose header says `alg`, by `key`.

    `message` is its first two parts with the dot. jwcrypto is asked with this one algorithm allowed; the header was
    read and judged by then. It would check ES384 with a key of P-256, so the pair is checked before.
    """
    _check_pair(key, alg)
    if isinstance(key, PublicKey) and key.kind in CURVES:
        signature.p1363(value, CURVES[key.kind].size)
    from jwcrypto.common import JWException
    from jwcrypto.jws import JWSCore

    header, _, payload = message.partition(b".")
    try:
        protected = text.base64url(header, "header").decode()
        core = JWSCore(alg, _jwk(key), protected, text.base64url(payload, "payload"), [alg])
        if b".".join((core.protected.encode(), core.payload)) != message:
            raise StepRefused("bad-header", "it would be another message when it is written again")
        core.verify(value)
    except (JWException, ValueError):
        raise StepRefused("bad-signature") from None


def _check_pair(key: Key, alg: str) -> None:
    """Raise `StepRefused` unless the algorithm is one that is checked, and the key is of a kind that goes with it."""
    kinds = JOSE.get(alg, "").split()
    if not kinds:
        known = alg in jose.ALGORITHMS or alg.strip().lower() == "none"
        raise StepRefused("refused-algorithm" if known else "unsupported-algorithm", alg[:32])
    if isinstance(key, Secret) or key.kind not in kinds:
        raise StepRefused("refused-key", alg)


@lru_cache(16)
def _jwk(key: Key) -> Any:
    from jwcrypto.jwk import JWK

    return JWK.from_pyca(keys.loaded(key))


def of_compact(token: bytes, key: Key) -> None:
    """Raise `StepRefused` unless the compact JWS is signed by `key`; what its header says of keys is not looked at."""
    try:
        message = jose.read(token, "token")
    except ConstraintViolation as error:
        if error.what.endswith("signature"):
            alg = json.loads(text.base64url(token.partition(b".")[0], "header"), "header")["alg"]
            _check_pair(key, alg)
            raise StepRefused("bad-signature", str(error)) from None
        if error.what.endswith("crit"):
            raise StepRefused("refused-crit", str(error)) from None
        if error.what.endswith("alg"):
            raise StepRefused("refused-algorithm", str(error)) from None
        raise StepRefused("bad-header", str(error)) from None
    except EvidenceError as error:
        raise StepRefused("bad-header", str(error)) from None
    if "b64" in message.header:
        raise StepRefused("refused-crit", "b64")
    of_jws(token.rpartition(b".")[0], message.signature, key, message.header["alg"])
